import { createPrivateKey } from 'node:crypto';

/** A key in PEM as it is; the one line between its marks, which fits into a file of settings, with the marks. */
export const sealKeyPem = (text: string): string =>
  text.startsWith('-') ? text : `-----BEGIN PRIVATE KEY-----\n${text}\n-----END PRIVATE KEY-----\n`;

export const isSealKey = (pem: string): boolean => {
  try {
    return createPrivateKey(pem).asymmetricKeyType === 'ed25519';
  } catch {
    return false;
  }
};

import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const VERSION = 1;
const IV = 12;
const TAG = 16;
const algorithm = 'aes-256-gcm';

/**
 * Keeps secrets that must be read again, so that the database alone gives nobody a code:
 *
 *     version 1 | initialisation vector 12 | secret, encrypted | tag 16
 *
 * What is sealed for one user opens for no other: rows cannot be exchanged.
 */
export const createSecretBox = (key: string) => {
  const bytes = Buffer.from(hkdfSync('sha256', key, '', 'bourse second factor', 32));
  return {
    seal: (userId: string, secret: Uint8Array): Uint8Array<ArrayBuffer> => {
      const iv = randomBytes(IV);
      const cipher = createCipheriv(algorithm, bytes, iv, { authTagLength: TAG }).setAAD(Buffer.from(userId));
      const sealed = [cipher.update(secret), cipher.final()];
      return new Uint8Array(Buffer.concat([Buffer.of(VERSION), iv, ...sealed, cipher.getAuthTag()]));
    },
    /** `undefined` when it was sealed for another user or with another key, or has been changed. */
    open: (userId: string, box: Uint8Array): Uint8Array | undefined => {
      if (box[0] !== VERSION || box.length < 1 + IV + TAG) return undefined;
      const [iv, sealed, tag] = [box.subarray(1, 1 + IV), box.subarray(1 + IV, -TAG), box.subarray(-TAG)];
      const cipher = createDecipheriv(algorithm, bytes, iv, { authTagLength: TAG });
      cipher.setAAD(Buffer.from(userId)).setAuthTag(tag);
      try {
        return Buffer.concat([cipher.update(sealed), cipher.final()]);
      } catch {
        return undefined;
      }
    },
  };
};

export type SecretBox = ReturnType<typeof createSecretBox>;

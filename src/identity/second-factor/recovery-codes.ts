import { createHash, randomBytes } from 'node:crypto';
import { limits } from '../../limits.ts';
import { base32 } from './one-time-codes.ts';

/** 120 bits, as 24 letters and digits: too many to be guessed, so that a plain hash keeps them (ASVS 6.5.2). */
const BYTES = 15;

/** All that the database keeps of a recovery code; `code` without spaces and dashes. */
export const hashRecoveryCode = (code: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(createHash('sha256').update(code, 'latin1').digest());

export interface RecoveryCodes {
  /** For their owner, once. */
  shown: string[];
  hashes: Uint8Array<ArrayBuffer>[];
}

export const newRecoveryCodes = async (): Promise<RecoveryCodes> => {
  const codes = await Promise.all(
    Array.from({ length: limits.secondFactor.recoveryCodes }, () => base32(randomBytes(BYTES))),
  );
  return {
    shown: codes.map((code) => code.match(/.{4}/g)!.join('-')),
    hashes: codes.map(hashRecoveryCode),
  };
};

import { randomBytes } from 'node:crypto';
import argon2 from 'argon2';
import { limits } from '../../limits.ts';
import { createGate, type GateBounds } from './gate.ts';

export interface HashCost {
  /** Of memory, in KiB. */
  memoryCost: number;
  /** Passes over it. */
  timeCost: number;
}

/** OWASP's first choice for argon2id; `limits.password` says what one costs. */
const standard: HashCost = { memoryCost: 19_456, timeCost: 2 };

/** The same characters typed on another keyboard or system may be other code points: NIST SP 800-63B, 3.1.1.2. */
const normalise = (password: string): string => password.normalize('NFKC');

const unpadded = (bytes: Buffer): string => bytes.toString('base64').replaceAll('=', '');

/** A hash that no password has and that costs as much to check as a real one. */
export const unusableHash = ({ memoryCost, timeCost } = standard): string =>
  `$argon2id$v=19$m=${memoryCost},t=${timeCost},p=1$${unpadded(randomBytes(16))}$${unpadded(randomBytes(32))}`;

export interface Passwords {
  /** Urgent goes first: for those who are known, while strangers crowd. */
  hash(password: string, urgent?: boolean): Promise<string>;
  /** `undefined` for a user who is not there: it costs the same and is never true. */
  verify(hash: string | undefined, password: string, urgent?: boolean): Promise<boolean>;
}

export const createPasswords = (gateLimits: GateBounds = limits.password, cost = standard): Passwords => {
  const gate = createGate(gateLimits);
  const nobody = unusableHash(cost);
  const options = { type: argon2.argon2id, parallelism: 1, ...cost };
  return {
    hash: (password, urgent) => gate(() => argon2.hash(normalise(password), options), urgent),
    verify: (hash, password, urgent) => gate(() => argon2.verify(hash ?? nobody, normalise(password)), urgent),
  };
};

import { createHash, randomBytes } from 'node:crypto';
import { limits } from '../../limits.ts';
import { nameKey } from '../users/names.ts';
import type { StoredUser } from '../users/store.ts';

type Digest = Uint8Array<ArrayBuffer>;

const digest = (text: string): Digest => new Uint8Array(createHash('sha256').update(text).digest());

const shape = /^[A-Za-z0-9_-]{43}$/;

export const newResetToken = (): string => randomBytes(limits.passwordReset.tokenBytes).toString('base64url');

/** All that the database keeps of a token: 256 random bits need no slow hash. Undefined for what is none. */
export const hashResetToken = (token: string): Digest | undefined => (shape.test(token) ? digest(token) : undefined);

/** What a link is good for: with another password or another address it is for nothing. */
export const bindingOf = ({ passwordHash, email }: Pick<StoredUser, 'passwordHash' | 'email'>): Digest =>
  digest(`${passwordHash}\n${nameKey(email)}`);

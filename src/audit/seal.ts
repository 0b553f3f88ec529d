import { createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto';
import type { Strand } from './chain.ts';

/** What all strands were at an instant, signed, so that whoever rules the database cannot say anything else later. */
export interface Seal {
  /** Counts from 1; each names the one before it by its hash. */
  number: number;
  at: string;
  /** Of the database; a copy of it has the same. */
  origin: string;
  previous: string;
  strands: Strand[];
}

/** Before the first seal of a file. */
export const NO_SEAL = '0'.repeat(64);

/** A short name of a key, to tell a seal by another key from a forged one. */
export const fingerprintOf = (key: KeyObject): string => {
  const spki = (key.type === 'private' ? createPublicKey(key) : key).export({ type: 'spki', format: 'der' });
  return hash('sha256', spki).slice(0, 16);
};

export const hashOfSeal = (line: string): string => hash('sha256', line);

const bodyOf = ({ number, at, origin, previous, strands }: Seal, key: string): Record<string, unknown> => ({
  number,
  at,
  origin,
  previous,
  strands: strands.map(({ id, count, head }) => [id, String(count), head]),
  key,
});

/** One line of the seals' file. */
export const sealLine = (seal: Seal, key: KeyObject): string => {
  const body = bodyOf(seal, fingerprintOf(key));
  const signature = sign(null, Buffer.from(JSON.stringify(body)), key).toString('base64');
  return JSON.stringify({ ...body, signature });
};

type Line = Omit<Seal, 'strands'> & { strands: [number, string, string][]; key: string; signature: string };

/** What a line says, whoever wrote it; undefined when it is no seal at all. */
export const readSeal = (line: string): (Seal & { key: string; signature: string }) | undefined => {
  try {
    const { number, at, origin, previous, strands, key, signature } = JSON.parse(line) as Line;
    if (!Number.isSafeInteger(number) || typeof signature !== 'string') return undefined;
    const read = strands.map(([id, count, head]) => ({ id, count: BigInt(count), head }));
    return { number, at, origin, previous, strands: read, key, signature };
  } catch {
    return undefined;
  }
};

/** Whether the key signed exactly this line; text that only means the same is another line. */
export const isSealedBy = (line: string, key: KeyObject): boolean => {
  const seal = readSeal(line);
  if (seal === undefined) return false;
  const body = bodyOf(seal, seal.key);
  if (JSON.stringify({ ...body, signature: seal.signature }) !== line) return false;
  return verify(null, Buffer.from(JSON.stringify(body)), key, Buffer.from(seal.signature, 'base64'));
};

import type { IncomingMessage } from 'node:http';
import { limits } from '../limits.ts';

const pattern = new RegExp(`^[\\x21-\\x7e]{1,${limits.text.idempotencyKey}}$`);

/** The header `Idempotency-Key`; null when there is none. */
export const idempotencyKeyOf = ({ headers }: IncomingMessage): { value: string | null } | { problem: string } => {
  const key = headers['idempotency-key'];
  if (key === undefined) return { value: null };
  if (typeof key === 'string' && pattern.test(key)) return { value: key };
  return {
    problem: `Idempotency-Key must have 1 to ${limits.text.idempotencyKey} visible ASCII characters, without spaces.`,
  };
};

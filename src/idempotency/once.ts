import { hash } from 'node:crypto';
import { type Failure, failure } from '../errors.ts';
import { toJson } from '../kernel/json.ts';
import type { Books } from '../lane/books.ts';

/** A client's key, scoped to who sent it and to what it does. The fingerprint says which input it was sent with. */
export interface IdempotencyKey {
  viewerId: string;
  operation: string;
  key: string;
  fingerprint: string;
}

/**
 * The key of a command, if its client gave one. The fingerprint is of what was sent and of what never changes, and of nothing that
 * an operator may change between the first request and its repeat.
 */
export const keyOf = (
  viewerId: string,
  operation: string,
  key: string | null | undefined,
  fingerprint: () => string,
): IdempotencyKey | undefined => (key == null ? undefined : { viewerId, operation, key, fingerprint: fingerprint() });

/** SHA-256 of the parsed input: two spellings of one input, such as "1.0" and "1", are the same input. */
export const fingerprintOf = (...parts: (string | bigint | null | undefined)[]): string =>
  hash('sha256', parts.map((part) => (part === null || part === undefined ? '-' : `=${part}`)).join('\n'));

/** What a money command answers: the value, or why nothing was done. Kept as JSON when it has a key. */
export type Answer<Value> = { ok: true; value: Value } | { ok: false; failures: readonly Failure[] };
export type Once<Value> = Answer<Value> & { replayed: boolean };

/** A refusal before anything was looked at under a lock; never kept. */
export const refusedNow = (...failures: Failure[]): Once<never> => ({ ok: false, failures, replayed: false });

/**
 * Refusals that depend on nothing but the request or on who asks, unless they say otherwise themselves; a corrected repeat may use
 * the key again. What depends on more must be kept: the same request, repeated, would have an effect after all.
 */
const notKept: ReadonlySet<Failure['code']> = new Set([
  'NOT_FOUND',
  'INVALID_INPUT',
  'INVALID_AMOUNT',
  'INVALID_PRICE',
  'INVALID_QUANTITY',
]);

/** Whether a repeat must get this answer again, instead of another decision. */
export const isKept = (answer: Answer<unknown>): boolean =>
  answer.ok || !answer.failures.some(({ code, byState }) => notKept.has(code) && !byState);

/**
 * Decides once per key. The stored answer is written with the decision's own changes, so the two are never apart;
 * business refusals are kept too.
 */
export const once = <Value extends object>(
  books: Books,
  at: Date,
  key: IdempotencyKey | undefined,
  revive: (json: never) => Value,
  decide: () => Answer<Value>,
  keeps: (answer: Answer<Value>) => boolean = isKept,
): Once<Value> => {
  if (key === undefined) return { ...decide(), replayed: false };
  const kept = books.remembered(key.viewerId, key.operation, key.key);
  if (kept !== undefined) {
    if (kept.fingerprint !== key.fingerprint) {
      const problem = failure(
        'IDEMPOTENCY_KEY_REUSED',
        'The key was used before with another input.',
        'idempotencyKey',
      );
      return { ok: false, failures: [problem], replayed: false };
    }
    const answer = JSON.parse(kept.answer) as Answer<never>;
    return answer.ok ? { ok: true, value: revive(answer.value), replayed: true } : { ...answer, replayed: true };
  }
  const answer = decide();
  if (keeps(answer)) books.remember({ ...key, answer: toJson(answer), createdAt: at });
  return { ...answer, replayed: false };
};

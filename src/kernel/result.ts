import type { Failure } from '../errors.ts';

/** What a use case answers: a value, or the reasons why nothing was done. Exceptions are kept for bugs. */
export type Result<Value> = { ok: true; value: Value } | { ok: false; failures: readonly Failure[] };

export const ok = <Value>(value: Value): Result<Value> => ({ ok: true, value });
export const refused = (...failures: Failure[]): { ok: false; failures: readonly Failure[] } => ({
  ok: false,
  failures,
});

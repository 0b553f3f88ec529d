import { failure } from '../errors.ts';
import { limits } from '../limits.ts';
import type { IdempotencyKey, Once } from './once.ts';

/**
 * Repeats of a key that is being worked on wait for it, but not for long: the answer is then that the first is still in
 * progress. The lane alone keeps the promise of one effect; this only bounds the waiting.
 */
export const createInFlight = () => {
  const running = new Map<string, number>();
  return async <Value>(key: IdempotencyKey | undefined, run: () => Promise<Once<Value>>): Promise<Once<Value>> => {
    if (key === undefined) return run();
    const name = `${key.viewerId} ${key.operation} ${key.key}`;
    const before = running.get(name) ?? 0;
    running.set(name, before + 1);
    const answer = run().finally(() => {
      const left = (running.get(name) ?? 1) - 1;
      if (left === 0) running.delete(name);
      else running.set(name, left);
    });
    if (before === 0) return answer;
    answer.catch(() => {});
    const { promise: tooLong, resolve } = Promise.withResolvers<Once<Value>>();
    const timer = setTimeout(() => {
      const problem = failure('IDEMPOTENCY_IN_PROGRESS', 'The first request with this key is still being worked on.');
      resolve({ ok: false, failures: [problem], replayed: false });
    }, limits.lane.idempotencyWait_ms);
    return Promise.race([answer, tooLong]).finally(() => clearTimeout(timer));
  };
};

export type InFlight = ReturnType<typeof createInFlight>;

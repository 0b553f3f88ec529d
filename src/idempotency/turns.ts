import type { IdempotencyKey } from './once.ts';

/**
 * Lets the repeats of one key in this process run one after the other: for commands that take several decisions, so that one
 * of them does the whole and the others find its answer.
 */
export const createTurns = () => {
  const last = new Map<string, Promise<unknown>>();
  return async <Value>(key: IdempotencyKey | undefined, run: () => Promise<Value>): Promise<Value> => {
    if (key === undefined) return run();
    const name = `${key.viewerId} ${key.operation} ${key.key}`;
    const before = last.get(name) ?? Promise.resolve();
    const turn = before.then(run, run);
    last.set(name, turn);
    try {
      return await turn;
    } finally {
      if (last.get(name) === turn) last.delete(name);
    }
  };
};

import { RefusedError } from '../errors.ts';

/** Runs at most `concurrent` tasks at once and lets at most `queue` more wait; the next one is refused at once. */
export const createGate = ({ concurrent, queue }: { concurrent: number; queue: number }) => {
  const waiting: (() => void)[] = [];
  let running = 0;

  const enter = (): Promise<void> => {
    if (running < concurrent) {
      running += 1;
      return Promise.resolve();
    }
    if (waiting.length >= queue) {
      throw new RefusedError('OVERLOADED', 'Too many passwords are being checked; try again shortly.', 1);
    }
    return new Promise((resolve) => waiting.push(resolve));
  };

  // The place is handed to the next in line without being given back, so nobody can slip in between.
  const leave = (): void => {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  };

  return async <Value>(task: () => Promise<Value>): Promise<Value> => {
    await enter();
    try {
      return await task();
    } finally {
      leave();
    }
  };
};

import { RefusedError } from '../errors.ts';

/**
 * Runs at most `concurrent` tasks at once and lets at most `queue` more wait; the next one is refused at once. Urgent ones
 * wait in a line of their own that goes first: a crowd of strangers in the other one does not keep them out.
 */
export const createGate = ({ concurrent, queue }: { concurrent: number; queue: number }) => {
  const lines = { urgent: [] as (() => void)[], ordinary: [] as (() => void)[] };
  let running = 0;

  const enter = (line: (() => void)[]): Promise<void> => {
    if (running < concurrent) {
      running += 1;
      return Promise.resolve();
    }
    if (line.length >= queue) {
      throw new RefusedError('OVERLOADED', 'Too many passwords are being checked; try again shortly.', 1);
    }
    return new Promise((resolve) => line.push(resolve));
  };

  // The place is handed to the next in line without being given back, so nobody can slip in between.
  const leave = (): void => {
    const next = lines.urgent.shift() ?? lines.ordinary.shift();
    if (next === undefined) running -= 1;
    else next();
  };

  return async <Value>(task: () => Promise<Value>, urgent = false): Promise<Value> => {
    await enter(urgent ? lines.urgent : lines.ordinary);
    try {
      return await task();
    } finally {
      leave();
    }
  };
};

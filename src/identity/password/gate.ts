import { RefusedError } from '../../errors.ts';

export interface GateBounds {
  concurrent: number;
  queue: number;
  urgentInARow: number;
}

/**
 * Runs at most `concurrent` tasks at once and lets at most `queue` more wait; the next one is refused at once. Urgent ones
 * wait in a line of their own that goes first: a crowd of strangers in the other one does not keep them out. After some of them one of the
 * others goes, so that a crowd of those who are known does not keep everybody else out for ever either.
 */
export const createGate = ({ concurrent, queue, urgentInARow }: GateBounds) => {
  const lines = { urgent: [] as (() => void)[], ordinary: [] as (() => void)[] };
  let running = 0;
  let inARow = 0;

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
    const { urgent, ordinary } = lines;
    const isUrgent = urgent.length > 0 && (inARow < urgentInARow || ordinary.length === 0);
    inARow = isUrgent && ordinary.length > 0 ? inARow + 1 : 0;
    const next = (isUrgent ? urgent : ordinary).shift();
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

import { CallerGone } from './failure.ts';

export interface Bulkhead {
  /** Takes a place: at once, or after its turn in the queue; `undefined` when neither is free or the turn came too late. */
  enter(wait_ms: number, caller: AbortSignal | undefined): Promise<true | undefined> | true | undefined;
  leave(): void;
  active(): number;
  waiting(): number;
}

/**
 * So many calls at one time, so many that wait, first come first served. A caller that leaves, or whose time is over,
 * gives its place in the queue up at once.
 */
export const createBulkhead = ({ concurrent, queue }: { concurrent: number; queue: number }): Bulkhead => {
  const waiting = new Set<() => void>();
  let active = 0;

  const wait = (wait_ms: number, caller: AbortSignal | undefined): Promise<true | undefined> =>
    new Promise((resolve, reject) => {
      const end = (): void => {
        waiting.delete(turn);
        clearTimeout(timer);
        caller?.removeEventListener('abort', left);
      };
      const turn = (): void => {
        end();
        resolve(true);
      };
      const left = (): void => {
        end();
        reject(new CallerGone());
      };
      const late = (): void => {
        end();
        resolve(undefined);
      };
      const timer = setTimeout(late, wait_ms);
      caller?.addEventListener('abort', left, { once: true });
      waiting.add(turn);
    });

  return {
    enter: (wait_ms, caller) => {
      if (active < concurrent) {
        active += 1;
        return true;
      }
      return waiting.size < queue ? wait(wait_ms, caller) : undefined;
    },
    leave: () => {
      // The place is handed on, so that nobody who comes now can take it before the one who waited.
      const [turn] = waiting;
      if (turn === undefined) active -= 1;
      else turn();
    },
    active: () => active,
    waiting: () => waiting.size,
  };
};

import { limits } from '../limits.ts';
import { pickBatch, sizeOf } from './pick.ts';
import { refusal } from './refusal.ts';
import { type Alone, answer, isLate, type Waiting } from './waiting.ts';

/** What waits for its turn, in its order. */
export const createQueue = () => {
  let queue: (Waiting | Alone)[] = [];
  /** What waits, by size. */
  let queued = 0;
  /** What waited when all of it had to wait for batches in flight: a deep queue is not looked through for every arrival. */
  let fruitless = 0;

  return {
    length: (): number => queue.length,
    size: (): number => queued,
    add: (waiting: Waiting | Alone): void => {
      queue.push(waiting);
      queued += sizeOf(waiting);
    },
    /** What must run alone, when its turn has come. */
    takeAlone: (): Alone | undefined => {
      const [first] = queue;
      if (first === undefined || !('work' in first)) return undefined;
      queue.shift();
      return first;
    },
    /**
     * What can run now. Beside a batch in flight only one that is worth a commit of its own: fewer commands do better to wait for
     * the next.
     */
    takeBatch: (inFlight: ReadonlySet<readonly Waiting[]>): Waiting[] => {
      if (inFlight.size > 0 && queued < fruitless + limits.lane.beside) return [];
      const taken = [...inFlight].flatMap((batch) => batch.flatMap(({ command }) => command.needs.accounts ?? []));
      const { batch, size, rest } = pickBatch(queue, taken, limits.lane.batch);
      if (inFlight.size > 0 && size < limits.lane.beside) {
        fruitless = queued;
        return [];
      }
      queue = rest;
      queued -= size;
      return batch as Waiting[];
    },
    /** A batch has ended: what had to wait for it may go. */
    lookAgain: (): void => {
      fruitless = 0;
    },
    refuseLate: (now: number): void => {
      for (const waiting of queue) {
        if (!isLate(waiting, now)) continue;
        answer(waiting, 'reject', refusal.notStarted());
        queued -= sizeOf(waiting);
      }
      queue = queue.filter(({ answered }) => !answered);
    },
  };
};

export type Queue = ReturnType<typeof createQueue>;

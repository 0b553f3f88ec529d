import type { Queue } from './queue.ts';
import type { RunBatch } from './run-batch.ts';
import type { LaneStore } from './store.ts';
import { type Alone, runAlone, type Waiting } from './waiting.ts';

/** Starts what need not wait: batches beside each other, and what must run alone when none is in flight. */
export const createTurns = (deps: {
  queue: Queue;
  stores: readonly LaneStore[];
  runBatch: RunBatch;
  /** Called when nothing is left to do. */
  idle(): void;
}) => {
  const { queue, runBatch, idle } = deps;
  const free = [...deps.stores];
  const inFlight = new Set<readonly Waiting[]>();
  let isAlone = false;

  const launch = (store: LaneStore, batch: readonly Waiting[]): void => {
    inFlight.add(batch);
    void runBatch(store, batch).then(() => {
      inFlight.delete(batch);
      free.push(store);
      queue.lookAgain();
      advance();
    });
  };

  const launchAlone = (alone: Alone): void => {
    isAlone = true;
    void runAlone(alone).then(() => {
      isAlone = false;
      advance();
    });
  };

  const isIdle = (): boolean => queue.length() === 0 && inFlight.size === 0 && !isAlone;

  /** Starts everything that need not wait. */
  const advance = (): void => {
    while (!isAlone && queue.length() > 0) {
      const alone = inFlight.size === 0 ? queue.takeAlone() : undefined;
      if (alone !== undefined) {
        launchAlone(alone);
        return;
      }
      const store = free.pop();
      if (store === undefined) return;
      const batch = queue.takeBatch(inFlight);
      if (batch.length > 0) launch(store, batch);
      else {
        free.push(store);
        return;
      }
    }
    if (isIdle()) idle();
  };

  return { advance, isIdle, inFlight: inFlight as ReadonlySet<readonly Waiting[]> };
};

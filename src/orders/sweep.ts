import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../telemetry/log.ts';

export interface Sweep {
  start(): void;
  /** Resolves when the pass that is running has ended. */
  stop(): Promise<void>;
  /** One pass now. */
  pass(): Promise<void>;
}

/**
 * What must happen at its time without anybody's asking, looked for again and again by the one process that runs the
 * venue. Each task finds in the database what is due and leaves there what it did, so a crash only delays it; one that
 * fails is logged and tried again by the next pass.
 */
export const createSweep = (options: {
  tasks: Readonly<Record<string, () => Promise<unknown>>>;
  every_ms: number;
  log: Pick<Log, 'error'>;
}): Sweep => {
  const { tasks, every_ms, log } = options;
  let round = 0;
  let running: Promise<void> = Promise.resolve();

  const pass = async (): Promise<void> => {
    for (const [task, run] of Object.entries(tasks)) {
      await run().catch((error: unknown) => log.error({ err: error, task }, 'a task of the sweep failed'));
    }
  };
  const loop = async (mine: number): Promise<void> => {
    while (mine === round) {
      await pass();
      await sleep(every_ms, undefined, { ref: false });
    }
  };
  return {
    start: () => {
      round += 1;
      const before = running;
      const mine = round;
      running = before.then(() => loop(mine));
    },
    stop: async () => {
      round += 1;
      await running;
    },
    pass,
  };
};

import { systemTimers, type Timers } from './timers.ts';

export interface Sweep {
  start(): void;
  /** Resolves when the pass that is running has ended. */
  stop(): Promise<void>;
  /** One pass now. */
  pass(): Promise<void>;
}

/**
 * What must happen at its time without anybody's asking, looked for again and again. Each task finds in the database what is due and
 * leaves there what it did, so a crash only delays it; one that fails is logged and tried again by the next pass.
 */
export const createSweep = (options: {
  tasks: Readonly<Record<string, () => Promise<unknown>>>;
  every_ms: number;
  /** Whether the first pass is made at the start, not one pause later. */
  atOnce?: boolean;
  log: { error(details: object, text: string): void };
  timers?: Timers;
}): Sweep => {
  const { tasks, every_ms, atOnce = false, log, timers = systemTimers } = options;
  let running: Promise<void> | undefined;
  let stop: (() => void) | undefined;

  const pass = async (): Promise<void> => {
    for (const [task, run] of Object.entries(tasks)) {
      await run().catch((error: unknown) => log.error({ err: error, task }, 'a task of the sweep failed'));
    }
  };
  /** One at a time: a pass that takes longer than the pause is not joined by the next. */
  const next = (): Promise<void> => {
    running ??= pass().finally(() => {
      running = undefined;
    });
    return running;
  };
  return {
    start: () => {
      if (stop !== undefined) return;
      stop = timers.every(every_ms, next);
      if (atOnce) void next();
    },
    stop: async () => {
      stop?.();
      stop = undefined;
      await running;
    },
    pass,
  };
};

import { setTimeout as sleep } from 'node:timers/promises';

/** What must happen later is injected, as the clock is: a simulation decides when that is. */
export interface Timers {
  /** Calls `work` every so often until the answer is called. Whether a call waits for the one before is the work's own matter. */
  every(period_ms: number, work: () => unknown): () => void;
  sleep(time_ms: number): Promise<void>;
}

/** The machine's own. They keep no process alive. */
export const systemTimers: Timers = {
  every: (period_ms, work) => {
    const timer = setInterval(work, period_ms).unref();
    return () => clearInterval(timer);
  },
  sleep: (time_ms) => sleep(time_ms, undefined, { ref: false }),
};

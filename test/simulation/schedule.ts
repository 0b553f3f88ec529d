import type { Clock } from '../../src/kernel/clock.ts';
import type { Timers } from '../../src/kernel/timers.ts';

interface Entry {
  at_ms: number;
  period_ms: number | undefined;
  work: () => unknown;
  /** Whose timer it is: does the work and waits until it is dealt with, or until the process has died of it. */
  run: Runner | undefined;
}

type Runner = (work: () => Promise<unknown>) => Promise<unknown>;

export interface Schedule {
  clock: Clock;
  now_ms(): number;
  /** Calls once, when that time has come. */
  at(time_ms: number, work: () => unknown): void;
  /** The timers of one process. */
  timersOf(run: Runner): Timers;
  /** The process is dead: none of its timers fires any more. */
  drop(run: Runner): void;
  /** Lets time pass. What is due is called one after the other and waited for; what repeats, once. */
  pass(time_ms: number): Promise<void>;
  /** The next things that are due only later happen now. */
  hurry(count: number): Promise<void>;
}

/** Time that passes when somebody says so: nothing happens by itself, and never two things at once. */
export const createSchedule = (start: Date): Schedule => {
  let now = start.getTime();
  let entries: Entry[] = [];

  const add = (entry: Entry): void => void entries.push(entry);
  const next = (until_ms: number, of: (entry: Entry) => boolean): Entry | undefined => {
    let found: Entry | undefined;
    // The first of equals is the one that was added first.
    for (const entry of entries) {
      if (entry.at_ms <= until_ms && of(entry) && (found === undefined || entry.at_ms < found.at_ms)) found = entry;
    }
    return found;
  };
  const call = async ({ run, work }: Entry): Promise<void> => {
    await (run === undefined ? work() : run(async () => work()));
  };
  const remove = (entry: Entry): void => {
    entries = entries.filter((each) => each !== entry);
  };

  return {
    clock: { now: () => new Date(now) },
    now_ms: () => now,
    at: (at_ms, work) => add({ at_ms, period_ms: undefined, work, run: undefined }),
    timersOf: (run) => ({
      every: (period_ms, work) => {
        const entry = { at_ms: now + period_ms, period_ms, work, run };
        add(entry);
        return () => remove(entry);
      },
      sleep: (time_ms) =>
        new Promise((resolve) => add({ at_ms: now + time_ms, period_ms: undefined, work: resolve, run })),
    }),
    drop: (run) => {
      entries = entries.filter((entry) => entry.run !== run);
    },
    pass: async (time_ms) => {
      const end = now + time_ms;
      for (let entry = next(end, () => true); entry !== undefined; entry = next(end, () => true)) {
        now = Math.max(now, entry.at_ms);
        if (entry.period_ms === undefined) remove(entry);
        else entry.at_ms = Math.max(now + entry.period_ms, end + 1);
        await call(entry);
      }
      now = end;
    },
    hurry: async (count) => {
      for (let done = 0; done < count; done += 1) {
        const entry = next(Number.POSITIVE_INFINITY, ({ run }) => run === undefined);
        if (entry === undefined) return;
        remove(entry);
        await entry.work();
      }
    },
  };
};

import type { BucketRule, LimiterStore, Take, Verdict, WindowRule } from '../rule.ts';
import { type WindowState, windowAfter, windowAllows, windowVerdict } from '../sliding-window.ts';
import { bucketAfter, bucketAllows, bucketVerdict } from '../token-bucket.ts';
import { createSlots } from './slots.ts';

type Slots = ReturnType<typeof createSlots>;

const takeFromBucket = (slots: Slots, rule: BucketRule, { key, cost, now_us }: Take): Verdict => {
  const place = slots.placeOf(rule.name, key);
  const stored = slots.until[place] as number;
  const allowed = bucketAllows(rule, stored, cost, now_us);
  const after = bucketAfter(rule, stored, cost, now_us);
  slots.until[place] = after;
  return bucketVerdict(rule, after, allowed, cost, now_us);
};

/** A place keeps the end of the window and not its number, because keys of rules with other periods share its row. */
const takeFromWindow = (slots: Slots, rule: WindowRule, { key, cost, now_us }: Take): Verdict => {
  const place = slots.placeOf(rule.name, key);
  const stored: WindowState = {
    window: (slots.until[place] as number) / rule.period_ms - 1,
    current: slots.current[place] as number,
    previous: slots.previous[place] as number,
  };
  const allowed = windowAllows(rule, stored, cost, now_us);
  const after = windowAfter(rule, stored, cost, now_us);
  slots.until[place] = (after.window + 1) * rule.period_ms;
  slots.current[place] = after.current;
  slots.previous[place] = after.previous;
  return windowVerdict(rule, after, allowed, cost, now_us);
};

export interface MemoryStore extends LimiterStore {
  take(take: Take): Verdict;
}

/** Budgets of this process alone, for at most so many keys of each kind. Its pages are the machine's only once they are used. */
export const createMemoryStore = (keys: number): MemoryStore => {
  const buckets = createSlots(keys, false);
  let windows: Slots | undefined;
  return {
    take: (take) => {
      if (take.rule.kind === 'bucket') return takeFromBucket(buckets, take.rule, take);
      windows ??= createSlots(keys, true);
      return takeFromWindow(windows, take.rule, take);
    },
  };
};

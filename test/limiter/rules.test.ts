import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketRule, MINUTE_ms, windowRule } from '../../src/limiter/rule.ts';
import { unusedWindow, windowAfter, windowAllows, windowVerdict } from '../../src/limiter/sliding-window.ts';
import { bucketAfter, bucketAllows, bucketVerdict } from '../../src/limiter/token-bucket.ts';

const start_us = 1_760_000_000_000_000;

interface Step {
  after_ms: number;
  cost: number;
}
const steps = (limit: number) =>
  fc.array(fc.record({ after_ms: fc.nat({ max: 30_000 }), cost: fc.integer({ min: 1, max: limit }) }), {
    maxLength: 60,
  });

const runBucket = (limit: number, sequence: readonly Step[]) => {
  const rule = bucketRule('test', limit, MINUTE_ms);
  let [state, now_us] = [0, start_us];
  return sequence.map(({ after_ms, cost }) => {
    now_us += after_ms * 1_000;
    const allowed = bucketAllows(rule, state, cost, now_us);
    state = bucketAfter(rule, state, cost, now_us);
    return { now_us, cost, rule, state, ...bucketVerdict(rule, state, allowed, cost, now_us) };
  });
};

const runWindow = (limit: number, sequence: readonly Step[]) => {
  const rule = windowRule('test', limit, MINUTE_ms);
  let [state, now_us] = [unusedWindow, start_us];
  return sequence.map(({ after_ms, cost }) => {
    now_us += after_ms * 1_000;
    const allowed = windowAllows(rule, state, cost, now_us);
    state = windowAfter(rule, state, cost, now_us);
    return { now_us, cost, rule, state, ...windowVerdict(rule, state, allowed, cost, now_us) };
  });
};

describe('a token bucket', () => {
  it('lets its limit through at once, and one more for every interval', () => {
    const burst = runBucket(
      60,
      Array.from({ length: 61 }, () => ({ after_ms: 0, cost: 1 })),
    );
    expect(burst.map(({ allowed }) => allowed)).toEqual([...Array(60).fill(true), false]);
    expect(burst[59]).toMatchObject({ remaining: 0, resetAfter_us: 60_000_000 });
    expect(burst[60]).toMatchObject({ remaining: 0, retryAfter_us: 1_000_000 });
    const later = runBucket(60, [
      { after_ms: 0, cost: 60 },
      { after_ms: 1_000, cost: 1 },
      { after_ms: 0, cost: 1 },
    ]);
    expect(later.map(({ allowed }) => allowed)).toEqual([true, true, false]);
  });

  it('never lets more than limit + what came back through in any stretch of time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), steps(40), (limit, sequence) => {
        const taken = runBucket(limit, sequence).filter(({ allowed }) => allowed);
        for (const [from, first] of taken.entries()) {
          let sum = 0;
          for (const { now_us, cost } of taken.slice(from)) {
            sum += cost;
            expect(sum).toBeLessThanOrEqual(limit + Math.floor((now_us - first.now_us) / first.rule.interval_us));
          }
        }
      }),
    );
  });

  it('says exactly when a refused take would be allowed, and not a moment before', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), steps(40), (limit, sequence) => {
        for (const { allowed, rule, state, cost, now_us, retryAfter_us } of runBucket(limit, sequence)) {
          if (allowed || cost > limit) continue;
          expect(bucketAllows(rule, state, cost, now_us + retryAfter_us)).toBe(true);
          expect(bucketAllows(rule, state, cost, now_us + retryAfter_us - 1)).toBe(false);
        }
      }),
    );
  });

  it('has what was given back, and never more than its limit', () => {
    const rule = bucketRule('test', 10, MINUTE_ms);
    const after = bucketAfter(rule, bucketAfter(rule, 0, 8, start_us), -5, start_us);
    expect(bucketVerdict(rule, after, true, 0, start_us).remaining).toBe(7);
    const full = bucketAfter(rule, after, -100, start_us);
    expect(bucketVerdict(rule, full, true, 0, start_us)).toMatchObject({ remaining: 10, resetAfter_us: 0 });
  });

  it('gives back whatever is in it, also to one that is more than empty, and takes nothing for nothing', () => {
    const rule = bucketRule('test', 10, MINUTE_ms);
    const overdrawn = start_us + rule.capacity_us + 1;
    expect([bucketAllows(rule, overdrawn, -1, start_us), bucketAllows(rule, overdrawn, 0, start_us)]).toEqual([
      true,
      true,
    ]);
    const wide = { ...rule, capacity_us: -1 };
    expect([bucketAllows(wide, 0, 0, start_us), bucketAllows(wide, 0, 1, start_us)]).toEqual([true, false]);
  });

  it('is at most empty for a process whose clock is behind that of another', () => {
    const rule = bucketRule('test', 10, MINUTE_ms);
    const ahead = bucketAfter(rule, 0, 10, start_us + 3_600_000_000);
    expect(bucketAllows(rule, ahead, 1, start_us)).toBe(false);
    expect(bucketVerdict(rule, bucketAfter(rule, ahead, 1, start_us), false, 1, start_us).retryAfter_us).toBe(
      6_000_000,
    );
  });
});

describe('a sliding window', () => {
  it('forgets evenly what was taken in the window before', () => {
    const from_ms = MINUTE_ms - ((start_us / 1_000) % MINUTE_ms);
    const answers = runWindow(10, [
      { after_ms: from_ms, cost: 10 },
      { after_ms: 0, cost: 1 },
      { after_ms: MINUTE_ms, cost: 1 },
      { after_ms: 6_000, cost: 1 },
      { after_ms: 0, cost: 1 },
      { after_ms: 24_000, cost: 4 },
    ]);
    expect(answers.map(({ allowed }) => allowed)).toEqual([true, false, false, true, false, true]);
    expect(answers[1]).toMatchObject({ remaining: 0, retryAfter_us: 66_000_000 });
    expect(answers[2]).toMatchObject({ remaining: 0, retryAfter_us: 6_000_000 });
    expect(answers[5]).toMatchObject({ remaining: 0 });
  });

  it('never lets more than its limit through in one window of the clock', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), steps(40), (limit, sequence) => {
        const sums = new Map<number, number>();
        for (const { allowed, state, cost } of runWindow(limit, sequence)) {
          const sum = (sums.get(state.window) ?? 0) + (allowed ? cost : 0);
          sums.set(state.window, sum);
          expect(sum).toBeLessThanOrEqual(limit);
        }
      }),
    );
  });

  it('says exactly when a refused take would be allowed, and not a moment before', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), steps(40), (limit, sequence) => {
        for (const { allowed, rule, state, cost, now_us, retryAfter_us } of runWindow(limit, sequence)) {
          if (allowed || cost > limit) continue;
          expect(windowAllows(rule, state, cost, now_us + retryAfter_us)).toBe(true);
          expect(windowAllows(rule, state, cost, now_us + retryAfter_us - 1_000)).toBe(false);
        }
      }),
    );
  });

  it('tells what is left and when nothing of it counts any more', () => {
    const rule = windowRule('test', 10, MINUTE_ms);
    const window = 1_000;
    const at = (elapsed_ms: number) => (window * MINUTE_ms + elapsed_ms) * 1_000;
    const told = (state: { window: number; current: number; previous: number }, elapsed_ms: number) => {
      const { remaining, resetAfter_us, retryAfter_us } = windowVerdict(rule, state, true, 1, at(elapsed_ms));
      return [remaining, resetAfter_us / 1_000, retryAfter_us];
    };
    expect(told(unusedWindow, 15_000)).toEqual([10, 0, 0]);
    expect(told({ window, current: 3, previous: 0 }, 15_000)).toEqual([7, 105_000, 0]);
    // Three quarters of the window before still count: a part of one counts as one.
    expect(told({ window, current: 0, previous: 4 }, 15_000)).toEqual([7, 45_000, 0]);
    expect(told({ window, current: 2, previous: 5 }, 15_000)).toEqual([4, 105_000, 0]);
    expect(told({ window: window - 1, current: 4, previous: 9 }, 15_000)).toEqual([7, 45_000, 0]);
    expect(told({ window: window - 2, current: 4, previous: 9 }, 15_000)).toEqual([10, 0, 0]);
    expect(told({ window, current: 12, previous: 0 }, 0)[0]).toBe(0);
  });

  it('has what was given back, and never less than nothing', () => {
    const rule = windowRule('test', 10, MINUTE_ms);
    const after = windowAfter(rule, windowAfter(rule, unusedWindow, 8, start_us), -5, start_us);
    expect(after.current).toBe(3);
    expect(windowAfter(rule, after, -100, start_us).current).toBe(0);
    // It is not asked whether there is room for what comes back, or for nothing.
    const full = { ...after, current: 10, previous: 99 };
    expect([windowAllows(rule, full, -1, start_us), windowAllows(rule, full, 0, start_us)]).toEqual([true, true]);
    expect(windowAllows(rule, full, 1, start_us)).toBe(false);
  });

  it('begins now for whoever hears of a window that has not begun here', () => {
    const rule = windowRule('test', 10, MINUTE_ms);
    const late_us = (1_000 * MINUTE_ms + 45_000) * 1_000;
    const ahead = { window: 1_001, current: 4, previous: 6 };
    expect(windowAllows(rule, ahead, 1, late_us)).toBe(false);
    expect(windowAfter(rule, { ...ahead, previous: 5 }, 1, late_us)).toEqual({
      window: 1_001,
      current: 5,
      previous: 5,
    });
    expect(windowVerdict(rule, ahead, false, 1, late_us)).toMatchObject({ remaining: 0, retryAfter_us: 10_000_000 });
  });

  it('takes a clock that is far ahead for nothing', () => {
    const rule = windowRule('test', 10, MINUTE_ms);
    const ahead = windowAfter(rule, unusedWindow, 10, start_us + 3_600_000_000);
    expect(windowAllows(rule, ahead, 10, start_us)).toBe(true);
  });
});

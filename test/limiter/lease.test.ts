import { expect, it } from 'vitest';
import { createLeased } from '../../src/limiter/lease.ts';
import { bucketRule, MINUTE_ms, type Take } from '../../src/limiter/rule.ts';
import { StoreDownError } from '../../src/limiter/stores/fail-fast.ts';
import { createMemoryStore } from '../../src/limiter/stores/memory.ts';

const start_us = 1_760_000_000_000_000;
const rule = bucketRule('leased', 100, MINUTE_ms);

/** A shared store, the leases of several processes on it, and how often it was asked. */
const setUp = (processes: number) => {
  const shared = createMemoryStore(100);
  const state = { asked: 0, down: false };
  const take = async (asked: Take) => {
    state.asked += 1;
    if (state.down) throw new StoreDownError();
    return shared.take(asked);
  };
  return { shared, state, leases: Array.from({ length: processes }, () => createLeased(take)) };
};
const one = (cost = 1, now_us = start_us): Take => ({ rule, key: 'k', cost, now_us });
const allowed = (outcomes: readonly { allowed: boolean }[]): number =>
  outcomes.filter((outcome) => outcome.allowed).length;

it('asks the store once for a twentieth of the budget, also when many ask at once', async () => {
  const { state, leases } = setUp(1);
  const outcomes = await Promise.all(Array.from({ length: 150 }, async () => leases[0]!(one())));
  expect(allowed(outcomes)).toBe(100);
  // Twenty chunks, and for each of the fifty others a chunk and the one.
  expect(state.asked).toBe(20 + 2 * 50);
});

it('never gives more than the budget to all processes together', async () => {
  const { leases } = setUp(3);
  const outcomes = await Promise.all(Array.from({ length: 300 }, async (_, at) => leases[at % 3]!(one())));
  expect(allowed(outcomes)).toBeLessThanOrEqual(100);
  expect(allowed(outcomes)).toBeGreaterThanOrEqual(100 - 2 * 4);
});

it('gives back what it did not spend when its time is over, and keeps what a command gave back', async () => {
  const { shared, leases } = setUp(1);
  const left = (now_us: number): number => shared.take(one(0, now_us)).remaining;
  await leases[0]!(one());
  expect(left(start_us)).toBe(95);
  await leases[0]!(one(-1));
  for (let at = 0; at < 5; at += 1) await leases[0]!(one());
  expect(left(start_us)).toBe(95);
  await leases[0]!(one(2));
  expect(left(start_us)).toBe(90);
  // After its time the three that are left come back and fill the budget, and a new chunk goes out.
  await leases[0]!(one(1, start_us + 5_000_000));
  expect(left(start_us + 5_000_000)).toBe(100 - 5);
});

it('keeps what it has when the store does not answer', async () => {
  const { state, leases } = setUp(1);
  await leases[0]!(one());
  state.down = true;
  await expect(leases[0]!(one(6))).rejects.toBeInstanceOf(StoreDownError);
  for (let at = 0; at < 4; at += 1) expect((await leases[0]!(one())).allowed).toBe(true);
  await expect(leases[0]!(one())).rejects.toBeInstanceOf(StoreDownError);
});

it('keeps its lease for five seconds, and gives back nothing that it does not have', async () => {
  const { shared, state, leases } = setUp(1);
  const takes: number[] = [];
  const counted = createLeased(async (asked) => {
    takes.push(asked.cost);
    return shared.take(asked);
  });
  await counted(one());
  for (let at = 0; at < 4; at += 1) await counted(one(1, start_us + 4_999_999));
  expect(takes).toEqual([5]);
  // All five are spent: a new lease gives nothing back.
  await counted(one(1, start_us + 5_000_000));
  expect(takes).toEqual([5, 5]);
  await counted(one(1, start_us + 10_000_000));
  expect(takes).toEqual([5, 5, -4, 5]);
  expect(state.asked).toBe(0);
  expect(leases).toHaveLength(1);
});

it('asks for what it lacks, and for no more when there is no more', async () => {
  const takes: [number, boolean][] = [];
  const shared = createMemoryStore(100);
  const leased = createLeased(async (asked) => {
    const verdict = shared.take(asked);
    takes.push([asked.cost, verdict.allowed]);
    return verdict;
  });
  await leased(one(3));
  expect((await leased(one(90))).allowed).toBe(true);
  // Two were left of the first chunk, and 88 were lacking; seven are left in the store.
  expect(takes).toEqual([
    [5, true],
    [88, true],
  ]);
  await leased(one(4));
  await leased(one(2));
  expect(takes.slice(2)).toEqual([
    [5, true],
    [5, false],
    [1, true],
  ]);
  // One is left in the store; a refusal keeps what is here, and is asked for once where a chunk is no larger than the need.
  expect((await leased(one(9))).allowed).toBe(false);
  expect(takes.slice(5)).toEqual([[9, false]]);
});

it('gives to a command that waits for the chunk of another, and takes on where that was not enough', async () => {
  const { leases, state } = setUp(1);
  const [many, few] = await Promise.all([leases[0]!(one(4)), leases[0]!(one(3))]);
  expect([many?.allowed, few?.allowed, state.asked]).toEqual([true, true, 2]);
});

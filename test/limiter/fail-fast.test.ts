import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { bucketRule, MINUTE_ms, type Verdict } from '../../src/limiter/rule.ts';
import { createFailFast, StoreDownError, withDeadline } from '../../src/limiter/stores/fail-fast.ts';

/** A store that answers, fails or hangs as it is told. */
const setUp = () => {
  const state = { how: 'answers' as 'answers' | 'fails' | 'hangs', asked: 0, pinged: 0, isolated: false };
  const verdict: Verdict = { allowed: true, remaining: 1, retryAfter_us: 0, resetAfter_us: 0 };
  const behave = async <Value>(value: Value): Promise<Value> => {
    if (state.how === 'fails') throw new Error('no connection');
    if (state.how === 'hangs') await new Promise(() => {});
    return value;
  };
  const changes: boolean[] = [];
  const failFast = createFailFast({
    store: {
      take: () => {
        state.asked += 1;
        return withDeadline(20, () => behave(verdict));
      },
      ping: () => {
        state.pinged += 1;
        return behave(undefined);
      },
    },
    deadline_ms: 20,
    misses: 3,
    retry_ms: 20,
    isIsolated: () => state.isolated,
    changed: (up) => changes.push(up),
  });
  const take = () => failFast.take({ rule: bucketRule('x', 1, MINUTE_ms), key: 'k', cost: 1, now_us: 0 });
  return { state, changes, failFast, take, verdict };
};

it('a store that fails is not asked again until it answers in the background', async () => {
  const { state, changes, failFast, take, verdict } = setUp();
  expect(await take()).toEqual(verdict);
  state.how = 'fails';
  for (let at = 0; at < 5; at += 1) await expect(take()).rejects.toBeInstanceOf(StoreDownError);
  expect([state.asked, changes, failFast.isUp()]).toEqual([2, [false], false]);
  await vi.waitFor(() => expect(state.pinged).toBeGreaterThan(1));
  state.how = 'answers';
  await vi.waitFor(() => expect(failFast.isUp()).toBe(true));
  expect(await take()).toEqual(verdict);
  expect(changes).toEqual([false, true]);
  failFast.stop();
});

it('a store that hangs is given up after a few, and one that was late once is not', async () => {
  const { state, failFast, take, verdict } = setUp();
  state.how = 'hangs';
  for (let late = 0; late < 2; late += 1) await expect(take()).rejects.toBeInstanceOf(StoreDownError);
  state.how = 'answers';
  expect(await take()).toEqual(verdict);
  state.how = 'hangs';
  for (let late = 0; late < 5; late += 1) await expect(take()).rejects.toBeInstanceOf(StoreDownError);
  expect(failFast.isUp()).toBe(false);
  expect(state.asked).toBe(6);
  failFast.stop();
});

it('an answer that came while this process was busy is not late', async () => {
  const { failFast, verdict } = setUp();
  const answer = failFast.within(async () => {
    await sleep(1);
    return verdict;
  });
  const until = performance.now() + 60;
  while (performance.now() < until);
  expect(await answer).toEqual(verdict);
  failFast.stop();
});

it('a store that an operator has taken out of use is not asked, in either way, and is asked again afterwards', async () => {
  const { state, changes, failFast, take, verdict } = setUp();
  state.isolated = true;
  await expect(take()).rejects.toBeInstanceOf(StoreDownError);
  await expect(failFast.within(async () => verdict)).rejects.toBeInstanceOf(StoreDownError);
  expect([state.asked, changes, failFast.isUp()]).toEqual([0, [], true]);
  state.isolated = false;
  expect(await take()).toEqual(verdict);
  expect(await failFast.within(async () => verdict)).toEqual(verdict);
});

it('time that this process was busy with something else is not counted against the store', async () => {
  // As clients of Redis do, what is to be sent waits for the loop first.
  const answer = withDeadline(50, () => new Promise((resolve) => setImmediate(() => setTimeout(resolve, 10, 'here'))));
  const end = performance.now() + 90;
  while (performance.now() < end);
  expect(await answer).toBe('here');
});

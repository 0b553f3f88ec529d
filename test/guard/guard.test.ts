import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { RefusedError } from '../../src/errors.ts';
import { DependencyError } from '../../src/guard/failure.ts';
import { hangs, refusedConnection, testGuard } from './support.ts';

const fails = async (guard: ReturnType<typeof testGuard>, times: number): Promise<void> => {
  for (let time = 0; time < times; time += 1) await guard.call(refusedConnection).catch(() => {});
};
const works = async (): Promise<string> => 'yes';

describe('the breaker of a guard', () => {
  it('refuses at once after five failures, says for how long, and calls nothing', async () => {
    const guard = testGuard();
    await fails(guard, 5);
    let called = 0;
    const refused = guard.call(async () => (called += 1));
    await expect(refused).rejects.toMatchObject({
      code: 'DEPENDENCY_UNAVAILABLE',
      retryAfter_s: 60,
      details: { dependency: 'upstream:test', state: 'OPEN' },
    });
    expect(called).toBe(0);
    expect(() => guard.circuit.check()).toThrow(RefusedError);
    expect(guard.states).toEqual(['OPEN']);
    expect(guard.outcomes).toEqual([...Array(5).fill('CONNECTION'), 'REFUSED']);
  });

  it('probes after its time and closes', async () => {
    const guard = testGuard();
    await fails(guard, 5);
    guard.wait(60_000);
    expect(await guard.call(works)).toBe('yes');
    expect(guard.circuit.status().state).toBe('HALF_OPEN');
    // What would only be accepted now and sent later does not count on the next probe.
    expect(() => guard.circuit.check()).toThrow(RefusedError);
    await guard.call(works);
    guard.circuit.check();
    expect(guard.states).toEqual(['OPEN', 'HALF_OPEN', 'CLOSED']);
  });

  it.each([
    ['a refusal', () => new RefusedError('BAD_USER_INPUT', 'no such thing')],
    ['a bug of ours', () => new TypeError('x is not a function')],
  ])('never opens for %s', async (_, makeError) => {
    const guard = testGuard();
    for (let time = 0; time < 30; time += 1) {
      await guard.call(() => Promise.reject(makeError())).catch(() => {});
    }
    expect(guard.circuit.status()).toMatchObject({ state: 'CLOSED', lastFailure: undefined });
  });

  it('never opens for callers that went away, and lets the next probe through', async () => {
    const guard = testGuard();
    const goneAway = async (): Promise<void> => {
      const caller = new AbortController();
      const call = guard.call(hangs, { signal: caller.signal });
      caller.abort();
      await expect(call).rejects.toMatchObject({ name: 'CallerGone' });
    };
    for (let time = 0; time < 30; time += 1) await goneAway();
    expect(guard.circuit.status().state).toBe('CLOSED');
    await fails(guard, 5);
    guard.wait(60_000);
    for (let time = 0; time < 5; time += 1) await goneAway();
    expect(await guard.call(works)).toBe('yes');
    expect(guard.outcomes.filter((outcome) => outcome === 'GONE')).toHaveLength(35);
  });

  it.each([
    ['bad bodies', () => new DependencyError('BAD_BODY', 'not JSON')],
    [
      'errors under errors',
      () => new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: 'ECONNRESET' }) }),
    ],
    ['broken statuses', () => new DependencyError('STATUS', '503')],
  ])('opens for %s', async (_, makeError) => {
    const guard = testGuard();
    for (let time = 0; time < 5; time += 1) await guard.call(() => Promise.reject(makeError())).catch(() => {});
    expect(guard.circuit.status().state).toBe('OPEN');
  });
});

describe('the deadline', () => {
  it('ends a call that hangs, whether or not it listens, and tells it to stop', async () => {
    const guard = testGuard({ call_ms: 20 });
    let told: unknown;
    const deaf = guard.call((signal) => {
      signal.addEventListener('abort', () => {
        told = signal.reason;
      });
      return new Promise<never>(() => {});
    });
    await expect(deaf).rejects.toMatchObject({ kind: 'DEADLINE' });
    expect(told).toMatchObject({ kind: 'DEADLINE' });
    await expect(guard.call(hangs)).rejects.toMatchObject({ kind: 'DEADLINE' });
    expect(guard.active()).toBe(0);
    expect(guard.circuit.status().lastFailure).toMatchObject({ kind: 'DEADLINE' });
  });
});

describe('a dependency that stops speaking', () => {
  it('takes nothing new once an answer is overdue, before its circuit opens; its calls go on, and the first answer ends it', async () => {
    const guard = testGuard({ call_ms: 60_000, slow_ms: 1_000 });
    let answer = (): void => {};
    const slow = guard.call(() => new Promise<void>((resolve) => (answer = resolve)));
    await turn();
    guard.wait(999);
    guard.circuit.check();
    guard.wait(1);
    expect(() => guard.circuit.check()).toThrow(
      expect.objectContaining({
        code: 'DEPENDENCY_UNAVAILABLE',
        details: { dependency: 'upstream:test', state: 'HALF_OPEN' },
      }),
    );
    expect([guard.circuit.own().state, guard.states]).toEqual(['CLOSED', []]);
    answer();
    await slow;
    guard.circuit.check();
  });

  it('also where it refuses, or does not answer in time', async () => {
    const guard = testGuard({ call_ms: 20, slow_ms: 1_000 });
    await expect(guard.call(hangs)).rejects.toMatchObject({ kind: 'DEADLINE' });
    expect(guard.circuit.status().state).toBe('HALF_OPEN');
    guard.wait(1);
    const no = new RefusedError('FORBIDDEN', 'not for you');
    await expect(guard.call(() => Promise.reject(no))).rejects.toBe(no);
    expect(guard.circuit.status().state).toBe('CLOSED');
  });

  it('not where it was told to wait for news, or where the caller went away', async () => {
    const guard = testGuard({ call_ms: 60_000, slow_ms: 1_000 });
    const caller = new AbortController();
    const waits = guard.call(hangs, { longer_ms: 2_000, signal: caller.signal });
    await turn();
    guard.wait(2_999);
    guard.circuit.check();
    guard.wait(1);
    expect(() => guard.circuit.check()).toThrow(RefusedError);
    caller.abort();
    await expect(waits).rejects.toMatchObject({ name: 'CallerGone' });
    guard.circuit.check();
  });
});

describe('the bulkhead', () => {
  it('lets so many call, so many wait in their order, and refuses the rest', async () => {
    const guard = testGuard({ concurrent: 1, queue: 2, call_ms: 60_000 });
    const done: number[] = [];
    let finish = (): void => {};
    const first = guard.call(() => new Promise<void>((resolve) => (finish = resolve)));
    const queued = [1, 2].map((number) => guard.call(async () => done.push(number)));
    await expect(guard.call(works)).rejects.toMatchObject({ code: 'OVERLOADED' });
    expect([guard.active(), guard.waiting()]).toEqual([1, 2]);
    finish();
    await Promise.all([first, ...queued]);
    expect(done).toEqual([1, 2]);
    expect([guard.active(), guard.waiting()]).toEqual([0, 0]);
  });

  it('makes no call whose turn comes when its time is over, and keeps no place for it', async () => {
    const guard = testGuard({ concurrent: 1, queue: 1, call_ms: 60_000 });
    let finish = (): void => {};
    const first = guard.call(() => new Promise<void>((resolve) => (finish = resolve)));
    const late = expect(guard.call(works)).rejects.toMatchObject({ code: 'OVERLOADED' });
    // The turn itself comes a moment after the call that makes room.
    await Promise.resolve();
    guard.wait(60_000);
    finish();
    await first;
    await late;
    expect([guard.active(), guard.circuit.status().lastFailure]).toEqual([0, undefined]);
  });

  it('gives the place of a caller that left to the next one', async () => {
    const guard = testGuard({ concurrent: 1, queue: 1, call_ms: 60_000 });
    let finish = (): void => {};
    const first = guard.call(() => new Promise<void>((resolve) => (finish = resolve)));
    const caller = new AbortController();
    const left = guard.call(works, { signal: caller.signal });
    caller.abort();
    await expect(left).rejects.toMatchObject({ name: 'CallerGone' });
    const next = guard.call(works);
    finish();
    await first;
    expect(await next).toBe('yes');
  });

  it('does not keep anybody in the queue beyond the deadline, and holds that against nobody', async () => {
    const guard = testGuard({ concurrent: 1, queue: 10, call_ms: 20 });
    const first = guard.call(() => new Promise<void>(() => {}), { call_ms: 10_000 });
    first.catch(() => {});
    await expect(guard.call(works)).rejects.toMatchObject({ code: 'OVERLOADED' });
    expect(guard.circuit.status().lastFailure).toBeUndefined();
  });
});

describe('retries', () => {
  const flaky = (failures: number) => {
    let calls = 0;
    const work = async (): Promise<number> => {
      calls += 1;
      return calls <= failures ? refusedConnection() : calls;
    };
    return { calls: () => calls, work };
  };

  it('repeat what is idempotent, at most twice, and nothing else', async () => {
    const guard = testGuard();
    const twice = flaky(2);
    expect(await guard.call(twice.work, { idempotent: true })).toBe(3);
    const once = flaky(1);
    await expect(guard.call(once.work)).rejects.toThrow('ECONNREFUSED');
    expect(once.calls()).toBe(1);
    const never = flaky(99);
    await expect(guard.call(never.work, { idempotent: true })).rejects.toThrow('ECONNREFUSED');
    expect(never.calls()).toBe(3);
  });

  it('stop when the circuit opens', async () => {
    const guard = testGuard();
    await fails(guard, 4);
    const never = flaky(99);
    await expect(guard.call(never.work, { idempotent: true })).rejects.toThrow('ECONNREFUSED');
    expect(never.calls()).toBe(1);
  });

  it('end with their budget, which calls earn back', async () => {
    const guard = testGuard({ retry: { attempts: 3, base_ms: 1, cap_ms: 1, budget: 2, share: 0.5 } });
    const tries = async (): Promise<number> => {
      const once = flaky(1);
      await guard.call(once.work, { idempotent: true }).catch(() => {});
      await guard.call(works);
      return once.calls();
    };
    // Each turn makes two calls, which earn one retry, and spends one: nothing is lost.
    expect([await tries(), await tries(), await tries()]).toEqual([2, 2, 2]);
    const poor = testGuard({ retry: { attempts: 3, base_ms: 1, cap_ms: 1, budget: 2, share: 0 } });
    const calls: number[] = [];
    for (let time = 0; time < 4; time += 1) {
      const once = flaky(1);
      await poor.call(once.work, { idempotent: true }).catch(() => {});
      calls.push(once.calls());
      await poor.call(works);
    }
    expect(calls).toEqual([2, 2, 1, 1]);
  });
});

describe('stale answers', () => {
  it('stand in for a dependency that does not answer, marked, until they are too old', async () => {
    const guard = testGuard();
    expect(await guard.read('AAPL', works)).toEqual({ value: 'yes', stale: false, age_ms: 0 });
    guard.wait(1_000);
    expect(await guard.read('AAPL', refusedConnection)).toEqual({ value: 'yes', stale: true, age_ms: 1_000 });
    await fails(guard, 5);
    expect(await guard.read('AAPL', works)).toMatchObject({ stale: true });
    await expect(guard.read('MSFT', works)).rejects.toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE' });
    guard.wait(59_001);
    await expect(guard.read('AAPL', refusedConnection)).rejects.toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE' });
  });

  it('never replace an answer, also when it is a no', async () => {
    const guard = testGuard();
    await guard.read('AAPL', works);
    const no = new RefusedError('FORBIDDEN', 'not for you');
    await expect(guard.read('AAPL', () => Promise.reject(no))).rejects.toBe(no);
  });
});

describe('isolation', () => {
  it('refuses until it is reset, whatever the breaker says', async () => {
    const guard = testGuard();
    guard.circuit.hear({ isolated: true, state: 'CLOSED', openUntil_ms: 0 });
    await expect(guard.call(works)).rejects.toMatchObject({
      code: 'DEPENDENCY_UNAVAILABLE',
      details: { state: 'OPEN' },
    });
    guard.circuit.reset();
    expect(await guard.call(works)).toBe('yes');
  });
});

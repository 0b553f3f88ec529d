import { expect, it } from 'vitest';
import { createGuard } from '../../src/guard/guard.ts';
import { createGuardMetrics } from '../../src/guard/metrics.ts';
import { guardRules } from '../../src/guard/rules.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { breaker, refusedConnection } from './support.ts';

/** A guard on a clock that a test moves, observed as the server does it. */
const observed = () => {
  let now_ms = 0;
  const time = { clock: systemClock, now_ms: () => now_ms };
  const metrics = createGuardMetrics(createMetrics(), time);
  const guard = createGuard({
    name: 'quotes',
    rules: guardRules(breaker),
    now_ms: time.now_ms,
    observe: metrics.observer('quotes'),
    changed: () => {},
  });
  const takes = (ms: number) =>
    guard.call(async () => {
      now_ms += ms;
    });
  const wait = (ms: number): void => {
    now_ms += ms;
  };
  return { metrics, guard, takes, wait };
};

it('calls are counted by how they ended, and timed where they were sent', async () => {
  const { metrics, guard, takes } = observed();
  expect(metrics.latency('quotes')).toBeUndefined();
  for (const ms of [10, 30, 20]) await takes(ms);
  for (let count = 0; count < 5; count += 1) await expect(guard.call(refusedConnection)).rejects.toThrow();
  await expect(takes(1)).rejects.toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE' });
  expect(await metrics.calls('quotes')).toEqual([
    { outcome: 'OK', count: 3 },
    { outcome: 'CONNECTION', count: 5 },
    { outcome: 'REFUSED', count: 1 },
  ]);
  expect(metrics.latency('quotes')).toMatchObject({ samples: 8, min: 0, max: 30, p99: 30 });
  expect([await metrics.calls('other'), metrics.latency('other')]).toEqual([[], undefined]);
});

it('failures in a row go on being counted while it opens again, and end with what works', async () => {
  const { guard, takes, wait } = observed();
  const seen = () => {
    const { state, failures, probesSucceeded } = guard.circuit.status();
    return [state, failures, probesSucceeded];
  };
  for (let count = 0; count < 5; count += 1) await expect(guard.call(refusedConnection)).rejects.toThrow();
  expect(seen()).toEqual(['OPEN', 5, 0]);
  wait(60_000);
  await expect(guard.call(refusedConnection)).rejects.toThrow();
  expect(seen()).toEqual(['OPEN', 6, 0]);
  wait(60_000);
  await takes(1);
  expect(seen()).toEqual(['HALF_OPEN', 0, 1]);
  await takes(1);
  await takes(1);
  expect(seen()).toEqual(['CLOSED', 0, 0]);
  await expect(guard.call(refusedConnection)).rejects.toThrow();
  guard.circuit.reset();
  expect(seen()).toEqual(['CLOSED', 0, 0]);
});

import { describe, expect, it } from 'vitest';
import { createRequestLimits, setLimit } from '../../src/limiter/request-limits.ts';
import type { LimiterStore, Take } from '../../src/limiter/rule.ts';
import { createMemoryStore } from '../../src/limiter/stores/memory.ts';
import { testClock } from '../support/clock.ts';

const NONE = 1_000_000_000;
const config = {
  addressPerMinute: 60,
  viewerPerMinute: 600,
  loginsPerMinute: 0,
  registrationsPerHour: 0,
  ordersPerMinute: 0,
};

/** Limits over this process's store, asked at once or, as one outside is, with a promise. */
const setUp = (isOutside = false, settings: Partial<typeof config> = {}) => {
  const clock = testClock(new Date(1_760_000_000_000));
  const memory = createMemoryStore(100);
  const takes: Take[] = [];
  const refused: string[] = [];
  const store: LimiterStore = {
    take: (take) => {
      takes.push(take);
      return isOutside ? Promise.resolve(memory.take(take)) : memory.take(take);
    },
  };
  const requests = createRequestLimits({
    config: { ...config, ...settings },
    store,
    clock,
    refused: (name) => refused.push(name),
  });
  return { clock, takes, refused, requests };
};

describe('a limit that was taken away', () => {
  it('is one that nobody reaches', () => {
    expect([setLimit(0), setLimit(1), setLimit(NONE)]).toEqual([NONE, 1, NONE]);
  });

  it('is not multiplied beyond what can be counted exactly', () => {
    const { requests } = setUp(false, { viewerPerMinute: 0, addressPerMinute: 0 });
    expect(requests.ofViewer({ id: 'a', roles: ['ADMIN'] }).rule.limit).toBe(NONE);
    expect(requests.ofAddress('192.0.2.1').rule.limit).toBe(NONE);
  });
});

describe('the limit of a viewer', () => {
  it.each([
    [[], 600],
    [['USER'], 600],
    [['SUPPORT'], 1_200],
    [['AUDITOR'], 2_400],
    [['USER', 'SUPPORT', 'ADMIN'], 2_400],
  ] as const)('of the roles %j is %i', (roles, limit) => {
    const { rule } = setUp().requests.ofViewer({ id: 'a', roles });
    expect([rule.name, rule.limit, rule.period_ms]).toEqual(['viewer', limit, 60_000]);
  });

  it('is a budget of its own for each', async () => {
    const { requests } = setUp();
    await requests.ofViewer({ id: 'a', roles: [] }).take(600);
    expect((await requests.ofViewer({ id: 'b', roles: [] }).take(1)).remaining).toBe(599);
    expect((await requests.ofViewer({ id: 'a', roles: [] }).take(1)).allowed).toBe(false);
  });
});

describe.each([
  ['at once', false],
  ['from outside', true],
])('a meter whose store answers %s', (_, isOutside) => {
  it('asks for what it is told, and for all of a bucket at most', async () => {
    const { requests, takes, clock } = setUp(isOutside);
    const meter = requests.ofAddress('192.0.2.1');
    expect(meter.latest).toBeUndefined();
    const verdict = await meter.take(1_000);
    expect(verdict).toMatchObject({ allowed: true, remaining: 0 });
    expect(meter.latest).toEqual(verdict);
    expect(takes).toEqual([{ rule: meter.rule, key: '192.0.2.1', cost: 60, now_us: clock.now().getTime() * 1_000 }]);
  });

  it('tells of every refusal, and of nothing else', async () => {
    const { requests, refused } = setUp(isOutside);
    const meter = requests.ofAddress('192.0.2.1');
    await meter.take(60);
    expect(refused).toEqual([]);
    expect((await meter.take(1)).allowed).toBe(false);
    expect(refused).toEqual(['address']);
  });

  it('refuses without asking as long as a bucket is known to be empty', async () => {
    const { requests, takes, refused, clock } = setUp(isOutside);
    const meter = requests.ofAddress('192.0.2.1');
    await meter.take(59);
    expect(meter.spent()).toBeUndefined();
    await meter.take(1);
    const asked = takes.length;
    clock.advance(400);
    const again = requests.ofAddress('192.0.2.1');
    const refusal = { allowed: false, remaining: 0, retryAfter_us: 600_000, resetAfter_us: 60_000_000 };
    expect(again.spent()).toEqual(refusal);
    expect([again.latest, refused, takes.length]).toEqual([refusal, ['address'], asked]);
    expect(requests.ofAddress('192.0.2.2').spent()).toBeUndefined();
    expect(requests.ofViewer({ id: '192.0.2.1', roles: [] }).spent()).toBeUndefined();
    clock.advance(600);
    expect(again.spent()).toBeUndefined();
    expect((await again.take(1)).allowed).toBe(true);
  });

  it('does not believe what a clock said that was far ahead', async () => {
    const { requests, clock } = setUp(isOutside);
    const meter = requests.ofAddress('192.0.2.1');
    await meter.take(60);
    expect(meter.spent()).toMatchObject({ retryAfter_us: 1_000_000 });
    clock.advance(-1);
    expect(meter.spent()).toBeUndefined();
  });

  it('has at once what is given back', async () => {
    const { requests, takes } = setUp(isOutside);
    const meter = requests.ofAddress('192.0.2.1');
    await meter.take(60);
    meter.giveBack(20);
    expect(takes.at(-1)).toMatchObject({ cost: -20, key: '192.0.2.1' });
    expect(meter.latest).toMatchObject({ allowed: true, remaining: 20, resetAfter_us: 40_000_000 });
    expect(meter.spent()).toBeUndefined();
    meter.giveBack(50);
    expect(meter.latest).toMatchObject({ remaining: 60, resetAfter_us: 0 });
  });
});

describe('a meter that has taken nothing', () => {
  it('knows nothing of what a store outside has, also when something is given back', () => {
    const meter = setUp(true).requests.ofAddress('192.0.2.1');
    meter.giveBack(1);
    expect(meter.latest).toBeUndefined();
  });
});

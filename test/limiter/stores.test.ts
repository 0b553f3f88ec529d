import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/database/database.ts';
import {
  bucketRule,
  type LimiterStore,
  MINUTE_ms,
  type Rule,
  type Verdict,
  windowRule,
} from '../../src/limiter/rule.ts';
import { unusedWindow, windowAfter, windowAllows, windowVerdict } from '../../src/limiter/sliding-window.ts';
import { createMemoryStore } from '../../src/limiter/stores/memory.ts';
import { createPostgresStore } from '../../src/limiter/stores/postgres.ts';
import { connectRedis, createRedisStore } from '../../src/limiter/stores/redis.ts';
import { bucketAfter, bucketAllows, bucketVerdict } from '../../src/limiter/token-bucket.ts';
import { testDatabase } from '../support/database.ts';
import { needsRedis, redisIsMissing, startRedis } from '../support/redis.ts';

/* Every store gives the answers of the pure functions, for any sequence of takes and refunds by any clock. */

const rules: Rule[] = [
  bucketRule('a', 60, MINUTE_ms),
  bucketRule('b', 7, 1_000),
  windowRule('c', 10, MINUTE_ms),
  windowRule('d', 3, 7_000),
];

interface Step {
  rule: number;
  key: number;
  cost: number;
  after_us: number;
}

const sequences = fc.array(
  fc.record<Step>({
    rule: fc.nat({ max: rules.length - 1 }),
    key: fc.nat({ max: 2 }),
    cost: fc.oneof({ weight: 4, arbitrary: fc.constant(1) }, fc.integer({ min: -12, max: 70 })),
    // Clocks of several processes: mostly on, sometimes a step back.
    after_us: fc.oneof(
      { weight: 6, arbitrary: fc.nat({ max: 9_000_000 }) },
      fc.integer({ min: -90_000_000, max: 90_000_000 }),
    ),
  }),
  { minLength: 1, maxLength: 40 },
);

/** The pure functions on a map of their own. */
const createModel = (): LimiterStore => {
  const buckets = new Map<string, number>();
  const windows = new Map<string, typeof unusedWindow>();
  return {
    take: ({ rule, key, cost, now_us }): Verdict => {
      const id = `${rule.name}:${key}`;
      if (rule.kind === 'bucket') {
        const stored = buckets.get(id) ?? 0;
        const after = bucketAfter(rule, stored, cost, now_us);
        buckets.set(id, after);
        return bucketVerdict(rule, after, bucketAllows(rule, stored, cost, now_us), cost, now_us);
      }
      const stored = windows.get(id) ?? unusedWindow;
      const after = windowAfter(rule, stored, cost, now_us);
      windows.set(id, after);
      return windowVerdict(rule, after, windowAllows(rule, stored, cost, now_us), cost, now_us);
    },
  };
};

/** Redis forgets by its own clock what ours has forgotten; a sequence that takes longer than its rules would see that. */
const start_us = Date.now() * 1_000;
let run = 0;

const agree = async (store: LimiterStore, numRuns: number): Promise<void> => {
  await fc.assert(
    fc.asyncProperty(sequences, async (sequence) => {
      const model = createModel();
      run += 1;
      let now_us = start_us;
      for (const { rule, key, cost, after_us } of sequence) {
        now_us += after_us;
        const take = { rule: rules[rule] as Rule, key: `${run}-${key}`, cost, now_us };
        expect(await store.take(take)).toEqual(await model.take(take));
      }
    }),
    { numRuns },
  );
};

it('memory answers as the pure functions do', () => agree(createMemoryStore(1_000), 300));

describe('postgres', () => {
  let close: () => Promise<void>;
  let store: ReturnType<typeof createPostgresStore>;
  beforeAll(async () => {
    const database = await testDatabase();
    const opened = await openDatabase(database.url);
    store = createPostgresStore(opened.connection);
    close = async () => {
      await store.close();
      await opened.close();
      await database.close();
    };
  });
  afterAll(() => close());

  it('answers as the pure functions do', () => agree(store, 40));

  it('gives each of many concurrent takes its own token', async () => {
    const rule = bucketRule('many', 20, MINUTE_ms);
    const takes = Array.from({ length: 50 }, () => store.take({ rule, key: 'x', cost: 1, now_us: start_us }));
    expect((await Promise.all(takes)).filter(({ allowed }) => allowed)).toHaveLength(20);
  });

  it('sweeps away what says nothing any more, and nothing else', async () => {
    const rule = bucketRule('swept', 10, MINUTE_ms);
    await store.take({ rule, key: 'x', cost: 10, now_us: start_us });
    const left = async (): Promise<number> =>
      (await store.take({ rule, key: 'x', cost: 0, now_us: start_us })).remaining;
    await store.sweep(start_us / 1_000 + 59_000);
    expect(await left()).toBe(0);
    await store.sweep(start_us / 1_000 + 62_000);
    expect(await left()).toBe(10);
  });
});

describe.skipIf(redisIsMissing)(`redis${needsRedis}`, () => {
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let client: ReturnType<typeof connectRedis>['client'];
  let store: LimiterStore;
  beforeAll(async () => {
    redis = await startRedis();
    const connection = connectRedis(redis.url);
    client = connection.client;
    await connection.started;
    store = createRedisStore(client, 10_000);
  });
  afterAll(async () => {
    client.destroy();
    await redis.stop();
  });

  it('answers as the pure functions do', () => agree(store, 100));

  it('answers takes that go together in their order', async () => {
    const rule = bucketRule('order', 20, MINUTE_ms);
    const takes = Array.from({ length: 600 }, () => store.take({ rule, key: 'x', cost: 1, now_us: start_us }));
    const remaining = (await Promise.all(takes)).filter(({ allowed }) => allowed).map((verdict) => verdict.remaining);
    expect(remaining).toEqual(Array.from({ length: 20 }, (_, index) => 19 - index));
  });

  it('goes on after its script was forgotten', async () => {
    const rule = bucketRule('flushed', 2, MINUTE_ms);
    const take = { rule, key: 'x', cost: 1, now_us: start_us };
    expect((await store.take(take)).remaining).toBe(1);
    await client.scriptFlush();
    expect((await store.take(take)).remaining).toBe(0);
  });
});

describe('memory with more keys than places', () => {
  const rule = bucketRule('few', 10, MINUTE_ms);
  const take = (store: ReturnType<typeof createMemoryStore>, key: string, cost: number) =>
    store.take({ rule, key, cost, now_us: start_us });

  it('keeps a used-up budget while others that were used less come and go', () => {
    const store = createMemoryStore(64);
    take(store, 'attacker', 10);
    for (let other = 0; other < 10_000; other += 1) take(store, `other ${other}`, 9);
    expect(take(store, 'attacker', 1).allowed).toBe(false);
  });

  it('keeps every budget while there are no more than it is for', () => {
    const store = createMemoryStore(10_000);
    for (let key = 0; key < 10_000; key += 1) take(store, `key ${key}`, 10);
    let forgotten = 0;
    for (let key = 0; key < 10_000; key += 1) if (take(store, `key ${key}`, 1).allowed) forgotten += 1;
    expect(forgotten).toBeLessThan(20);
  });
});

import type pg from 'pg';
import { type RateLimiterAbstract, RateLimiterPostgres, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { createPool } from '../database/pool.ts';
import { limits } from '../limits.ts';
import { cannotCount } from './budget.ts';
import { overLimit } from './refusal.ts';
import { type FailFast, StoreDownError } from './stores/fail-fast.ts';
import type { RedisClient } from './stores/redis.ts';

/** Counts failures in a row over a long time, where the minute's budgets would let a patient guesser go on for ever. */
export interface BackOff {
  /** Before the attempt, as if it were going to fail. */
  attempt(key: string): Promise<void>;
  /** Resolves when the count is gone, or the store has had its time. */
  succeeded(key: string): Promise<void>;
  close(): Promise<void>;
}

const DAY_s = 86_400;
const rule = { name: 'sign-in-failures', limit: limits.signIn.failuresPerDay, period_ms: DAY_s * 1_000 };
const options = { points: rule.limit, duration: DAY_s, keyPrefix: rule.name };

const createBackOff = (
  limiter: RateLimiterAbstract,
  failFast: FailFast,
  told: { refused(budget: string): void; missed(budget: string): void },
): Omit<BackOff, 'close'> => ({
  attempt: async (key) => {
    try {
      // A rejection of this library is an answer when it is its own result, and a failure of the store otherwise.
      const over = await failFast.within(() =>
        limiter.consume(key).then(
          () => undefined,
          (reason: unknown) => {
            if (reason instanceof RateLimiterRes) return reason;
            throw reason;
          },
        ),
      );
      if (over === undefined) return;
      told.refused(rule.name);
      const wait_us = over.msBeforeNext * 1_000;
      throw overLimit(rule, { remaining: 0, retryAfter_us: wait_us, resetAfter_us: wait_us });
    } catch (error) {
      if (!(error instanceof StoreDownError)) throw error;
      told.missed(rule.name);
      throw cannotCount();
    }
  },
  succeeded: async (key) => {
    await failFast.within(() => limiter.delete(key)).catch(() => {});
  },
});

type Told = Parameters<typeof createBackOff>[2];

export const createRedisBackOff = (client: RedisClient, failFast: FailFast, told: Told): BackOff => {
  const limiter = new RateLimiterRedis({ ...options, storeClient: client, useRedisPackage: true });
  return { ...createBackOff(limiter, failFast, told), close: async () => {} };
};

export const createPostgresBackOff = (connection: pg.ClientConfig, failFast: FailFast, told: Told): BackOff => {
  // A pool of its own: this library reads BIGINT as the text that `pg` answers by itself.
  const { types: _, ...plain } = connection;
  const pool = createPool({ ...plain, max: 1, statement_timeout: limits.limiter.statement_ms }, () => {});
  const limiter = new RateLimiterPostgres({
    ...options,
    storeClient: pool,
    storeType: 'pool',
    tableName: 'sign_in_failures',
    tableCreated: true,
    clearExpiredByTimeout: true,
  });
  return { ...createBackOff(limiter, failFast, told), close: () => pool.end() };
};

import type pg from 'pg';
import type { Config } from '../config.ts';
import type { Guards } from '../guard/guards.ts';
import { watched } from '../guard/watched.ts';
import type { Clock } from '../kernel/clock.ts';
import { limits } from '../limits.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { createPostgresBackOff, createRedisBackOff } from './back-off.ts';
import { type Budget, createBudget } from './budget.ts';
import { createLeased } from './lease.ts';
import { createLimiterMetrics } from './metrics.ts';
import { createRequestLimits, setLimit } from './request-limits.ts';
import { bucketRule, HOUR_ms, type LimiterStore, MINUTE_ms, type Rule, type Take, windowRule } from './rule.ts';
import { createFailFast, type FailFast, StoreDownError, withDeadline } from './stores/fail-fast.ts';
import { createMemoryStore } from './stores/memory.ts';
import { createPostgresStore } from './stores/postgres.ts';

export interface LimiterNeeds {
  config: Pick<Config, 'rateLimit' | 'redisUrl'>;
  /** Of the database that processes share where there is no Redis. */
  connection: pg.ClientConfig;
  clock: Clock;
  metrics: Metrics;
  log: Log;
  /** Where operators see the store and take it out of use. */
  guards: Pick<Guards, 'define'>;
}

type Told = ReturnType<typeof createLimiterMetrics>;

/** What every process counts in: Redis where there is one, else the database. */
const openShared = async ({ config, connection, clock, log, guards }: LimiterNeeds, told: Told) => {
  const name = config.redisUrl === undefined ? 'postgres' : 'redis';
  const { misses, retry_ms } = limits.limiter;
  // Its failures are counted by the fail-fast below; one that it tells of is the last of them. Then it is asked again and again.
  const breaker = { failures: 1, window: limits.guard.window, openFor_ms: retry_ms / 2, probes: 1 };
  // That the database is away is another matter than that nobody waits for it here.
  const { circuit } = guards.define(name === 'redis' ? name : 'limits', { breaker });
  const { found, isIsolated } = watched(circuit);
  const changed = (up: boolean, error?: unknown): void => {
    told.storeIs(name, up);
    found(up, error);
    if (up) log.info({ store: name }, 'the store of the limits is back');
    else log.warn({ store: name, err: error }, 'the store of the limits does not answer');
  };
  const patience = { misses, retry_ms, isIsolated };
  told.storeIs(name, true);
  if (config.redisUrl !== undefined) {
    // Loaded where it is configured only: the client is large.
    const { connectRedis, createRedisStore } = await import('./stores/redis.ts');
    const { client, started } = connectRedis(config.redisUrl);
    await started;
    const store = createRedisStore(client, limits.limiter.redis_ms);
    await store.ping().catch(() => {});
    const failFast = createFailFast({ store, deadline_ms: limits.limiter.redis_ms, ...patience, changed });
    const close = async (): Promise<void> => client.destroy();
    const ping = () => failFast.within(store.ping);
    return { name, failFast, ping, backOff: createRedisBackOff(client, failFast, told), close };
  }
  const store = createPostgresStore(connection);
  const failFast = createFailFast({
    store: { ping: store.ping, take: (take) => withDeadline(limits.limiter.postgres_ms, () => store.take(take)) },
    deadline_ms: limits.limiter.postgres_ms,
    ...patience,
    changed,
  });
  const sweep = (): void => {
    store.sweep(clock.now().getTime()).catch((error) => log.warn({ err: error }, 'spent limits were not swept away'));
  };
  const timer = setInterval(sweep, limits.limiter.sweep_ms).unref();
  const close = async (): Promise<void> => {
    clearInterval(timer);
    await store.close();
  };
  const ping = () => failFast.within(store.ping);
  return { name, failFast, ping, backOff: createPostgresBackOff(connection, failFast, told), close };
};

/** The shared store, and this process's own while that is away: for what must go on. */
const orLocal =
  (shared: FailFast, local: LimiterStore, missed: (budget: string) => void) =>
  (take: Take): Promise<Awaited<ReturnType<LimiterStore['take']>>> =>
    shared.take(take).catch((error: unknown) => {
      if (!(error instanceof StoreDownError)) throw error;
      missed(take.rule.name);
      return local.take(take);
    });

/** Every limit by request rate, and where it is counted. */
export const createLimiter = async (needs: LimiterNeeds) => {
  const { config, clock } = needs;
  const { loginsPerMinute, registrationsPerHour, ordersPerMinute } = config.rateLimit;
  const told = createLimiterMetrics(needs.metrics);
  const { name, failFast, ping, backOff, close } = await openShared(needs, told);
  const local = createMemoryStore(limits.limiter.keys);
  const surviving = orLocal(failFast, local, told.missed);
  const budget = (rule: Rule, take: LimiterStore['take'] = failFast.take): Budget =>
    createBudget({ rule, take, clock, refused: told.refused, missed: told.missed });
  const attempts = (name: string): Budget => budget(windowRule(name, setLimit(loginsPerMinute), MINUTE_ms));

  return {
    requests: createRequestLimits({
      config: config.rateLimit,
      // A round trip to the database would cost a request more than its limit protects.
      store: name === 'redis' ? { take: surviving } : local,
      clock,
      refused: told.refused,
    }),
    budgets: {
      signIn: {
        address: attempts('sign-in-address'),
        name: attempts('sign-in-name'),
        device: attempts('sign-in-device'),
        code: attempts('second-factor'),
        backOff,
      },
      registration: budget(windowRule('registration', setLimit(registrationsPerHour), HOUR_ms)),
      password: attempts('password'),
      passwordReset: {
        address: attempts('reset-address'),
        email: budget(windowRule('reset-email', limits.passwordReset.perEmail, limits.passwordReset.perEmail_ms)),
      },
      notices: budget(windowRule('notices', limits.mail.noticesPerHour, HOUR_ms), surviving),
      orders: budget(bucketRule('orders', setLimit(ordersPerMinute), MINUTE_ms), createLeased(surviving)),
    },
    /** Rejects while the shared store does not answer. */
    ping,
    close: async (): Promise<void> => {
      failFast.stop();
      await backOff.close();
      await close();
    },
  };
};

export type Limiter = Awaited<ReturnType<typeof createLimiter>>;
export type Budgets = Limiter['budgets'];

import { pino } from 'pino';
import type { Config } from '../../src/config.ts';
import type { Database } from '../../src/database/database.ts';
import { createGuard } from '../../src/guard/guard.ts';
import { guardRules } from '../../src/guard/rules.ts';
import type { Clock } from '../../src/kernel/clock.ts';
import { createLimiter, type Limiter } from '../../src/limiter/limiter.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';

/** No limits but those that are given; counted in the test's own database, as without a Redis. */
export const testLimiter = (
  { connection }: Pick<Database, 'connection'>,
  clock: Clock,
  rateLimit: Partial<Config['rateLimit']> = {},
): Promise<Limiter> => {
  const none = {
    addressPerMinute: 0,
    viewerPerMinute: 0,
    loginsPerMinute: 0,
    registrationsPerHour: 0,
    ordersPerMinute: 0,
  };
  return createLimiter({
    config: { redisUrl: undefined, rateLimit: { ...none, ...rateLimit } },
    connection,
    clock,
    metrics: createMetrics(),
    log: pino({ level: 'silent' }),
    guards: {
      define: (name, special) =>
        createGuard({
          name,
          rules: guardRules({ failureThreshold: 5, openFor_s: 60 }, special),
          now_ms: () => performance.now(),
          observe: () => {},
          changed: () => {},
        }),
    },
  });
};

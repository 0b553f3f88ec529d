import type { Config } from '../config.ts';
import { openDatabase } from '../database/database.ts';
import { startDatabase } from '../database/start.ts';
import { createGuards } from '../guard/guards.ts';
import { createCircuitStore } from '../guard/store.ts';
import type { Passwords } from '../identity/password/password.ts';
import type { Clock } from '../kernel/clock.ts';
import { createIds } from '../kernel/ids.ts';
import type { Timers } from '../kernel/timers.ts';
import { createLimiter } from '../limiter/limiter.ts';
import type { Log } from '../telemetry/log.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import type { Stops } from './stops.ts';

export interface GroundNeeds {
  config: Config;
  clock: Clock;
  log: Log;
  /** Of what looks for mail to send; the machine's when absent. */
  mailTimers?: Timers | undefined;
  /** With the standard cost when absent. */
  passwords?: Passwords | undefined;
  /** Told what happens while the database starts. */
  progress(line: string): void;
}

/** What every other part stands on. */
export const openGround = async (needs: GroundNeeds, stops: Stops) => {
  const { config, clock, log, mailTimers, passwords, progress } = needs;
  const ids = createIds(clock);
  const metrics = createMetrics();
  const started = await startDatabase(config, progress);
  stops.add(started.stop);
  for (const warning of started.warnings) log.warn(warning);
  const database = await openDatabase(started.url, {
    onIdleError: (error) => log.warn({ err: error }, 'a database connection was lost'),
  });
  stops.add(database.close);
  const guards = await createGuards({
    store: createCircuitStore(database),
    breaker: config.breaker,
    clock,
    now_ms: () => performance.now(),
    processId: ids.next(),
    metrics,
    log,
  });
  stops.add(guards.stop);
  const limiter = await createLimiter({ config, connection: database.connection, clock, metrics, log, guards });
  stops.add(limiter.close);
  return { config, clock, log, mailTimers, passwords, ids, metrics, database, guards, limiter };
};

export type Ground = Awaited<ReturnType<typeof openGround>>;

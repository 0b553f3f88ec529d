import { setImmediate as turn } from 'node:timers/promises';
import type pg from 'pg';
import { pino } from 'pino';
import type { Database } from '../../src/database/database.ts';
import type { Ids } from '../../src/kernel/ids.ts';
import type { MarketHours } from '../../src/market/calendar.ts';
import { createTrading, type Trading, type TradingOptions } from '../../src/trading.ts';
import { fees } from '../support/trading.ts';
import type { Schedule } from './schedule.ts';
import { createWire, type Wire } from './wire.ts';

/** How `pg_stat_activity` calls the connections that are cut. */
const NAME = 'simulated';

export interface ProcessOptions {
  database: Database;
  schedule: Schedule;
  ids: Ids;
  seed: number;
  hours: MarketHours;
  makeVenue?: TradingOptions['makeVenue'];
  /** What the server says at the level `error`: nothing of it is expected. */
  complained(line: string): void;
}

/** What is answered when the process has died before it answered. */
export const DIED = Symbol('died');

export interface Process {
  trading: Trading;
  wire: Wire;
  isDead(): boolean;
  /** Does something and waits until nothing is under way any more. */
  run<Value>(work: () => Promise<Value>): Promise<Value | typeof DIED>;
  /** Waits until the lane has nothing to do. */
  idle(): Promise<void>;
  kill(): void;
}

/** Until Postgres has ended what the dead process had begun. */
export const untilGone = async (owner: pg.Client): Promise<void> => {
  const text = `SELECT count(*)::int AS left FROM pg_stat_activity
                WHERE datname = current_database() AND application_name = $1`;
  while ((await owner.query<{ left: number }>({ name: 'gone', text, values: [NAME] })).rows[0]?.left !== 0)
    await turn();
};

/** A server without its HTTP, in this process, on connections that can be cut. */
export const startProcess = async (options: ProcessOptions): Promise<Process> => {
  const { database, schedule, ids, seed, hours, makeVenue, complained } = options;
  let dead = false;
  const { promise: died, resolve: die } = Promise.withResolvers<typeof DIED>();
  const kill = (): void => {
    dead = true;
    schedule.drop(run);
    wire.cut();
    die(DIED);
  };
  const wire = createWire(kill);
  const run = async <Value>(work: () => Promise<Value>): Promise<Value | typeof DIED> => {
    const answer = await Promise.race([work(), died]);
    await idle();
    return answer;
  };
  const log = pino(
    { level: 'error', base: null, timestamp: false },
    { write: (line: string) => (dead ? undefined : complained(line)) },
  );
  const cuttable = (connection: pg.ClientConfig): pg.ClientConfig => ({
    ...connection,
    application_name: NAME,
    connectionTimeoutMillis: 0,
    stream: wire.stream,
  });
  const trading = await createTrading({
    config: { paper: { deposits: true, seed, tick_ms: 0, makers: true }, fees, marketHours: hours },
    database: { ...database, connection: cuttable(database.connection), byKeys: cuttable(database.byKeys) },
    clock: schedule.clock,
    timers: schedule.timersOf(run),
    ids,
    log,
    // How many orders a minute may have is a matter of real time.
    orderBudget: { spend: async () => {}, giveBack: async () => {} },
    ...(makeVenue && { makeVenue }),
  });
  await trading.start();
  if (!trading.runsVenue()) throw new Error('the lease is not free');

  const settled = async (): Promise<void> => {
    let quiet = 0;
    while (quiet < 2) {
      await turn();
      const waited = trading.lane.depth() > 0;
      await trading.lane.alone(async () => {});
      quiet = waited || trading.lane.depth() > 0 ? 0 : quiet + 1;
    }
  };
  const idle = async (): Promise<void> => void (await Promise.race([settled(), died]));
  return {
    trading,
    wire,
    isDead: () => dead,
    idle,
    run,
    kill,
  };
};

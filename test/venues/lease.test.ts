import pg from 'pg';
import { pino } from 'pino';
import { expect, test, vi } from 'vitest';
import { systemTimers, type Timers } from '../../src/kernel/timers.ts';
import { limits } from '../../src/limits.ts';
import { createLease } from '../../src/venues/lease.ts';
import { createPaperVenue } from '../../src/venues/paper/paper.ts';
import { testDatabase } from '../support/database.ts';
import { must } from '../support/people.ts';
import { brokenPromises } from '../support/promises.ts';
import { startTrading, type TestTrading } from '../support/trading.ts';
import { until } from '../support/until.ts';

const buy = { symbol: 'AAPL', side: 'BUY', type: 'MARKET', qty: '1' } as const;
const limit = { symbol: 'AAPL', side: 'BUY', type: 'LIMIT', limitPrice: '1.00', qty: '1' } as const;
const urlOf = (trading: TestTrading): string => trading.database.connection.connectionString ?? '';

/** Somebody else at the same database, with the rights of its owner. */
const ownerOf = async (trading: TestTrading): Promise<pg.Client> => {
  const owner = new pg.Client(trading.database.connection);
  await owner.connect();
  await owner.query(
    'SET ROLE NONE; SET lock_timeout = 0; SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0',
  );
  return owner;
};

const killConnections = async (trading: TestTrading): Promise<void> => {
  const owner = await ownerOf(trading);
  await owner.query(
    `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid <> pg_backend_pid()
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  );
  await owner.end();
};

/** The backends that wait for a lock in a statement like this one. */
const waiting = async (watcher: pg.Client, statement: string): Promise<number[]> => {
  const { rows } = await watcher.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid() AND wait_event_type = 'Lock' AND query LIKE $1`,
    [statement],
  );
  return rows.map(({ pid }) => pid);
};

/** Takes the venue away, as another process does, and is heard of until it gives the venue back. */
const takeOver = async (trading: TestTrading, watcher: pg.Client): Promise<() => Promise<void>> => {
  const other = await ownerOf(trading);
  const taken = other.query(
    `SELECT pg_advisory_lock(objid::bigint) FROM pg_locks WHERE locktype = 'advisory' AND granted
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  );
  // It is the next in line by then.
  await until(async () => (await waiting(watcher, '%pg_advisory_lock%')).length === 1);
  await killConnections(trading);
  await taken;
  // It may be ended while one of these is on its way.
  const rest = systemTimers.every(limits.lane.lease_ms, () => other.query('SELECT 1').catch(() => {}));
  await until(() => !trading.runsVenue());
  return async () => {
    rest();
    await other.end();
  };
};

test('the venue runs in one process; another takes over its open orders when that one ends', async () => {
  const first = await startTrading();
  const second = await startTrading({ url: urlOf(first) });
  expect([first.runsVenue(), second.runsVenue()]).toEqual([true, false]);
  expect([first.ready(), second.ready()]).toEqual([true, true]);
  const { by, userId } = await first.customer('100000');
  const resting = await first.orders.place(by, limit);
  if (!resting.ok) throw new Error('refused');
  await first.settled();
  expect(second.venue.quote('AAPL')?.ask).toBeNull();

  await first.stop();
  await vi.waitFor(() => expect(second.runsVenue()).toBe(true), { timeout: 5_000 });
  await second.settled();
  const lowest = () => second.venue.bookOf('AAPL', 100)?.bids.at(-1);
  await vi.waitFor(() => expect(lowest()).toMatchObject({ price: 100n }), { timeout: 5_000 });
  const filled = await second.orders.place(by, buy);
  await second.settled();
  expect(filled.ok && (await second.orders.one(userId, { id: filled.value.id }))).toMatchObject({ status: 'FILLED' });
  expect(await brokenPromises(second.database.pool)).toEqual([]);
  await second.close();
  await first.close();
});

test('a venue that lost its lease books nothing, and comes back with the database’s view', async () => {
  const trading = await startTrading();
  const { by, userId } = await trading.customer('100000');
  await killConnections(trading);
  await vi.waitFor(() => expect(trading.ready()).toBe(false));
  const waiting = await trading.orders.place(by, limit);
  await vi.waitFor(() => expect(trading.ready()).toBe(true), { timeout: 5_000 });
  await trading.settled();
  if (!waiting.ok) throw new Error('refused');
  const { id } = waiting.value;
  // The lease is back before the books are: the order is acknowledged a moment later.
  await vi.waitFor(async () => expect(await trading.orders.one(userId, { id })).toMatchObject({ status: 'NEW' }), {
    timeout: 5_000,
  });
  await trading.settled();
  expect(await brokenPromises(trading.database.pool)).toEqual([]);
  await trading.close();
});

/* What makes a process read while it gets the venue going: it took the lease just now, or the terms of an instrument changed. */
const takeAnew = killConnections;
const changeTerms = async ({ database }: TestTrading): Promise<void> => {
  await database.prisma.instrument.update({ where: { symbol: 'KO' }, data: { tickSize: 5n } });
};
/** Of the statement that reads all open orders. */
const open = '%client_order_id AS%NOT IN (%';
const places = [
  { what: 'asks where the market was left', table: 'marks', statement: '%FROM marks%', begin: takeAnew, fails: false },
  { what: 'reads the orders', table: 'orders', statement: open, begin: takeAnew, fails: false },
  { what: 'makes its books anew', table: 'orders', statement: open, begin: changeTerms, fails: false },
  { what: 'tries again to make them', table: 'orders', statement: open, begin: changeTerms, fails: true },
];

test.each(places)(
  'a process that loses the venue while it $what lets it be, and runs it again when it comes back',
  async ({ table, statement, begin, fails }) => {
    const did: string[] = [];
    const trading = await startTrading({
      makeVenue: (options) => {
        const venue = createPaperVenue(options);
        return {
          ...venue,
          start: (leftOff) => {
            did.push('start');
            venue.start(leftOff);
          },
          restore: (orders) => {
            did.push('restore');
            venue.restore(orders);
          },
        };
      },
    });
    const { by, userId } = await trading.customer('1000');
    // Two of them: a transaction sees what others do as it was when it looked first.
    const [owner, watcher] = [await ownerOf(trading), await ownerOf(trading)];
    await owner.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
    await begin(trading);
    const isHeldUp = async (): Promise<boolean> => (await waiting(watcher, statement)).length > 0;
    await until(isHeldUp);
    if (fails) {
      const [pid] = await waiting(watcher, statement);
      await watcher.query('SELECT pg_terminate_backend($1)', [pid]);
      await until(async () => !(await waiting(watcher, statement)).includes(pid ?? 0) && (await isHeldUp()));
    }
    expect(trading.runsVenue()).toBe(true);
    const giveBack = await takeOver(trading, watcher);
    did.length = 0;
    await owner.query('COMMIT');
    await until(async () => !(await isHeldUp()));
    // It asks for the lease again when all that it began with the lost one has ended.
    await until(trading.ready);
    await trading.settled();

    const { id } = must(await trading.orders.place(by, limit));
    await trading.look();
    await trading.settled();
    expect(await trading.orders.one(userId, { id })).toMatchObject({ status: 'PENDING_NEW' });
    await expect(trading.orders.preview(by, limit)).rejects.toMatchObject({
      code: 'DEPENDENCY_UNAVAILABLE',
      details: { dependency: 'venue:paper', state: 'NO_ANSWER' },
    });
    expect(trading.runsVenue()).toBe(false);

    await giveBack();
    await until(async () => (await trading.orders.one(userId, { id }))?.status === 'NEW');
    // Once, and not before.
    expect(did).toEqual(['start', 'restore']);
    expect(await brokenPromises(trading.database.pool)).toEqual([]);
    await Promise.all([owner.end(), watcher.end()]);
    await trading.close();
  },
);

test('whoever still starts what comes with a lease that is lost meanwhile is told of the loss again', async () => {
  const database = await testDatabase();
  const told: string[] = [];
  const connections: pg.Client[] = [];
  let goOn = (): void => {};
  const begun = Promise.withResolvers<() => boolean>();
  const lease = createLease({
    connect: async () => {
      const client = new pg.Client({ connectionString: database.url, pipeline: true });
      await client.connect();
      connections.push(client);
      return client;
    },
    taken: async (isOurs) => {
      begun.resolve(isOurs);
      await new Promise<void>((resolve) => (goOn = resolve));
      told.push('started');
    },
    lost: () => void told.push('lost'),
    hears: {},
    hearsAsHolder: {},
    log: pino({ level: 'silent' }),
    timers: { ...systemTimers, every: () => () => {} },
  });
  const started = lease.start();
  const isOurs = await begun.promise;
  expect(isOurs()).toBe(true);
  await connections[0]?.end();
  await until(() => !lease.held());
  expect(isOurs()).toBe(false);
  goOn();
  await started;
  expect(told).toEqual(['lost', 'started', 'lost']);
  await lease.stop();
  await database.close();
});

test('a holder that is silent loses its lease to another process, one that only rests does not', async () => {
  const database = await testDatabase();
  const told: string[] = [];
  const leaseOf = (name: string, timers: Timers) =>
    createLease({
      connect: async () => {
        const client = new pg.Client({ connectionString: database.url, pipeline: true });
        client.on('error', () => {});
        await client.connect();
        return client;
      },
      taken: async () => void told.push(`${name} has it`),
      lost: () => void told.push(`${name} lost it`),
      hears: {},
      hearsAsHolder: {},
      log: pino({ level: 'silent' }),
      timers,
    });
  const first = leaseOf('first', systemTimers);
  // As a process that hangs from now on: nothing that it planned happens.
  const hung = leaseOf('hung', { ...systemTimers, every: () => () => {} });
  const last = leaseOf('last', systemTimers);
  let wake: () => unknown = () => undefined;
  const stalled = leaseOf('stalled', {
    ...systemTimers,
    every: (_, work) => {
      wake = work;
      return () => {};
    },
  });

  await hung.start();
  await stalled.start();
  await systemTimers.sleep(limits.lane.leaseSilence_ms + limits.lane.lease_ms);
  // It has not run for as long itself: perhaps nobody could.
  await wake();
  expect(hung.held()).toBe(true);
  await stalled.stop();

  await first.start();
  expect([hung.held(), first.held(), first.taken()]).toEqual([true, false, true]);
  await vi.waitFor(() => expect(first.held()).toBe(true), { timeout: 20_000 });
  await vi.waitFor(() => expect(hung.held()).toBe(false));
  expect(told[0]).toBe('hung has it');
  expect(told.slice(1).toSorted()).toEqual(['first has it', 'hung lost it']);

  await last.start();
  await systemTimers.sleep(limits.lane.leaseSilence_ms + 2 * limits.lane.lease_ms);
  expect([first.held(), last.held()]).toEqual([true, false]);
  for (const lease of [last, first, hung]) await lease.stop();
  await database.close();
});

import pg from 'pg';
import { pino } from 'pino';
import { expect, test, vi } from 'vitest';
import { systemTimers, type Timers } from '../../src/kernel/timers.ts';
import { limits } from '../../src/limits.ts';
import { createLease } from '../../src/venues/lease.ts';
import { testDatabase } from '../support/database.ts';
import { brokenPromises } from '../support/promises.ts';
import { startTrading, type TestTrading } from '../support/trading.ts';

const buy = { symbol: 'AAPL', side: 'BUY', type: 'MARKET', qty: '1' } as const;
const limit = { symbol: 'AAPL', side: 'BUY', type: 'LIMIT', limitPrice: '1.00', qty: '1' } as const;
const urlOf = (trading: TestTrading): string => trading.database.connection.connectionString ?? '';

const killConnections = async (trading: TestTrading): Promise<void> => {
  const owner = new pg.Client(trading.database.connection);
  await owner.connect();
  await owner.query('SET ROLE NONE');
  await owner.query(
    `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  );
  await owner.end();
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
      channel: 'nothing',
      notified: () => {},
      log: pino({ level: 'silent' }),
      timers,
    });
  const first = leaseOf('first', systemTimers);
  // As a process that hangs from now on: nothing that it planned happens.
  const hung = leaseOf('hung', { ...systemTimers, every: () => () => {} });
  const last = leaseOf('last', systemTimers);

  await hung.start();
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

import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../src/database/connect.ts';
import { lockAccounts } from '../../src/lane/statements.ts';
import { type LaneStore, TryAgain } from '../../src/lane/store.ts';
import { house } from '../../src/ledger/house.ts';
import { limits } from '../../src/limits.ts';
import { brokenPromises } from '../support/promises.ts';
import { type Customer, startTrading, type TestTrading } from '../support/trading.ts';
import { until } from '../support/until.ts';
import { creditTo, storeOf, withLane } from './support.ts';

let trading: TestTrading;
let customer: Customer;
/** Whom the lane's connections meet at their rows. */
let rival: pg.Client;
/** Sees what goes on, outside of any transaction. */
let watcher: pg.Client;
beforeAll(async () => {
  trading = await startTrading();
  customer = await trading.customer('1000');
  [rival, watcher] = [await connect(trading.url), await connect(trading.url)];
  await rival.query("SET deadlock_timeout = '1min'");
});
afterAll(async () => {
  await Promise.all([rival.end(), watcher.end()]);
  expect(await brokenPromises(trading.database.pool)).toEqual([]);
  await trading.close();
});

const credit = (amount: bigint) => creditTo(trading, customer, amount);
const cash = async (): Promise<bigint> =>
  (await trading.ledger.balancesOf('EVERYTHING', [customer.accountId]))(customer.accountId)[0]?.posted ?? 0n;
const entries = (): Promise<number> => trading.database.prisma.journalEntry.count();

/** Waits until somebody waits for a lock, and says who. */
const waiting = async (application: string): Promise<number> => {
  const query = "SELECT pid FROM pg_stat_activity WHERE application_name = $1 AND wait_event_type = 'Lock'";
  const pids: number[] = [];
  await until(async () => {
    const { rows } = await watcher.query<{ pid: number }>(query, [application]);
    pids.push(...rows.map(({ pid }) => pid));
    return pids.length > 0;
  });
  return pids[0] ?? 0;
};
const lock = (accountId: string, how = '') =>
  rival.query(`SELECT FROM accounts WHERE id = $1 FOR UPDATE ${how}`, [accountId]);

/** Which of the failures behind the first is heard of first is chance, so some rounds each. */
test.each<[string, number, (pid: number, other: string) => Promise<unknown>]>([
  ['by an operator', 12, (pid) => rival.query('SELECT pg_cancel_backend($1)', [pid])],
  // Who looks for the circle gives way.
  ['by a deadlock', 2, (_, other) => lock(other)],
])('a batch whose wait for an account is ended %s is run again, and books once', async (_, rounds, end) => {
  const application_name = 'lane-that-waits';
  await withLane(storeOf({ ...trading.database.byKeys, application_name }), async (lane) => {
    const [first = '', last = ''] = [house.world, customer.accountId].sort();
    const [money, count] = [await cash(), await entries()];
    for (let round = 0; round < rounds; round += 1) {
      await rival.query('BEGIN');
      await lock(last);
      const answers = Promise.all([lane.run(credit(3n)), lane.settle(credit(4n))]);
      await end(await waiting(application_name), first);
      await rival.query('ROLLBACK');
      expect(await answers).toEqual([3n, 4n]);
    }
    expect([await cash(), await entries()]).toEqual([money + BigInt(7 * rounds), count + 2 * rounds]);
  });
});

test('what a venue reported is tried until it is booked; a customer’s command is given back after some attempts', async () => {
  const real = storeOf(trading.database.byKeys);
  let failures = 0;
  const busy: LaneStore = {
    ...real,
    apply: async (needs, decide) => {
      failures -= 1;
      if (failures >= 0) throw new TryAgain('rolled back');
      return real.apply(needs, decide);
    },
  };
  await withLane(busy, async (lane) => {
    const money = await cash();
    failures = limits.lane.attempts + 2;
    expect(await lane.settle(credit(5n))).toBe(5n);
    failures = limits.lane.attempts;
    await expect(lane.run(credit(6n))).rejects.toMatchObject({ code: 'OVERLOADED' });
    expect(await cash()).toBe(money + 5n);
  });
});

test('accounts are locked in the order of their ids, in whatever order they lie', async () => {
  const ids = [(await trading.customer('1')).accountId, (await trading.customer('1')).accountId].sort();
  const [low = '', high = ''] = ids;
  const locker = await connect(trading.url);
  // Written last, it lies behind the other and is found behind it where all rows are looked through.
  await locker.query('UPDATE accounts SET booked_at = booked_at WHERE id = $1', [low]);
  await locker.query('SET enable_indexscan = off; SET enable_bitmapscan = off; SET application_name = in_order');
  await rival.query('BEGIN');
  await lock(low);
  await locker.query('BEGIN');
  const locking = locker.query({ ...lockAccounts, values: [ids] });
  await waiting('in_order');
  expect((await lock(high, 'NOWAIT')).rowCount).toBe(1);
  await rival.query('ROLLBACK');
  expect((await locking).rowCount).toBe(2);
  await locker.end();
});

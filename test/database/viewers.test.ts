import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect } from '../../src/database/connect.ts';
import { VIEWER_ROLE } from '../../src/database/role.ts';
import { createViewers } from '../../src/database/viewers.ts';
import { createExportStore } from '../../src/ledger/export/store.ts';
import { createJournalStore } from '../../src/ledger/journal/store.ts';
import { createOrderStore } from '../../src/orders/store.ts';
import { must } from '../support/people.ts';
import { type Customer, startTrading, type TestTrading } from '../support/trading.ts';

/*
 * The second wall: statements as the stores send them, but without their own condition of ownership, show a viewer no row of
 * anybody else.
 */

/** No row of these is a customer's. A table that is in neither list has been forgotten. */
const notCustomers = [
  ...[
    '_prisma_migrations',
    'assets',
    'audit_origin',
    'audit_strands',
    'chart_lines',
    'circuits',
    'instruments',
    'marks',
  ],
  ...['quotes', 'rate_limits', 'settings', 'sign_in_failures', 'venue_cursors', 'venue_sends'],
];

/** The condition that says whose a row is. */
const ownRows: Record<string, string> = {
  accounts: 'user_id = $1',
  profiles: 'user_id = $1',
  journal_entries:
    'id IN (SELECT entry_id FROM postings WHERE account_id IN (SELECT id FROM accounts WHERE user_id = $1))',
  ...Object.fromEntries(
    [
      ...['account_events', 'balances', 'cancel_deadlines', 'executions', 'lots', 'order_lists', 'orders', 'positions'],
      ...['postings', 'transfers'],
    ].map((table) => [table, 'account_id IN (SELECT id FROM accounts WHERE user_id = $1)']),
  ),
};

/** Nobody reads these on behalf of a customer. */
const closed = [
  'audit_entries',
  'idempotency_keys',
  'kill_switches',
  'known_addresses',
  'lot_closures',
  'mails',
  'password_resets',
  'recovery_codes',
  'second_factors',
  'sessions',
  'users',
];

const DENIED = '42501';
const NOBODY = '00000000-0000-7000-8000-00000000ffff';
let trading: TestTrading;
let owner: pg.Client;
let one: Customer;
let other: Customer;

/** Gives a customer a row in every table that customers have rows in. */
const furnish = async ({ userId, by }: Customer): Promise<void> => {
  const order = { symbol: 'AAPL', side: 'BUY', qty: '1' } as const;
  must(await trading.orders.place(by, { ...order, type: 'MARKET', qty: '5' }));
  const orders = [
    { ...order, type: 'LIMIT', limitPrice: '50.00' },
    { ...order, side: 'SELL', type: 'LIMIT', limitPrice: '9000.00' },
  ] as const;
  must(await trading.orders.placeList(by, { type: 'OTO', orders }));
  must(await trading.orders.cancelAllAfter(by, { seconds: 600 }));
  await trading.database.prisma.profile.create({ data: { userId, updatedAt: new Date() } });
};

beforeAll(async () => {
  trading = await startTrading();
  owner = await connect(trading.url);
  [one, other] = [await trading.customer('100000'), await trading.customer('100000')];
  await furnish(one);
  await furnish(other);
  await trading.settled();
});
afterAll(async () => {
  await owner.end();
  await trading.close();
});

const as = (viewerId: string) => trading.database.as({ viewerId });
const asked = async (sql: string, values: unknown[] = []): Promise<string[]> =>
  (await owner.query({ text: sql, values, rowMode: 'array' })).rows.map(([value]) => value);

describe('every table', () => {
  test('that is not listed as nobody’s has row security', async () => {
    const sql = (walled: boolean) =>
      `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
       AND relrowsecurity = ${walled} ORDER BY relname COLLATE "C"`;
    expect(await asked(sql(false))).toEqual(notCustomers);
    expect(await asked(sql(true))).toEqual([...Object.keys(ownRows), ...closed].sort());
  });

  test('with an account or a user in it has row security', async () => {
    const named = await asked(
      `SELECT DISTINCT table_name FROM information_schema.columns
       WHERE table_schema = 'public' AND column_name IN ('account_id', 'user_id', 'viewer_id', 'order_id', 'lot_id')`,
    );
    expect(named.length).toBeGreaterThan(12);
    expect(named.filter((table) => notCustomers.includes(table))).toEqual([]);
  });
});

describe('without a condition of its own, a statement on', () => {
  for (const [table, mine] of Object.entries(ownRows)) {
    const rows = `SELECT ${table}::text AS line FROM ${table}`;
    const seen = async (viewerId: string): Promise<string[]> =>
      (await as(viewerId).query<{ line: string }>({ text: `${rows} ORDER BY 1` })).rows.map(({ line }) => line);

    test(`${table} shows a viewer the own rows, all of them, and nobody any`, async () => {
      for (const { userId } of [one, other]) {
        const own = await asked(`${rows} WHERE ${mine} ORDER BY 1`, [userId]);
        expect(own.length).toBeGreaterThan(0);
        expect(await seen(userId)).toEqual(own);
      }
      expect(await seen(NOBODY)).toEqual([]);
      const everything = await trading.database
        .as('EVERYTHING')
        .query<{ line: string }>({ text: `${rows} ORDER BY 1` });
      expect(everything.rows.map(({ line }) => line)).toEqual(await asked(`${rows} ORDER BY 1`));
    });
  }

  for (const table of closed) {
    test(`${table} is refused to a viewer`, async () => {
      const sql = { text: `SELECT * FROM ${table}` };
      await expect(as(one.userId).query(sql)).rejects.toMatchObject({ code: DENIED });
    });
  }

  for (const table of [...Object.keys(ownRows), ...closed]) {
    test(`${table} changes nothing, also nothing of the viewer’s own`, async () => {
      for (const text of [`DELETE FROM ${table}`, `INSERT INTO ${table} DEFAULT VALUES`, `TRUNCATE ${table} CASCADE`]) {
        await expect(as(one.userId).query({ text })).rejects.toMatchObject({ code: DENIED });
      }
    });
  }

  test('balances cannot be set by a viewer', async () => {
    const text = 'UPDATE balances SET posted = posted + 1';
    await expect(as(one.userId).query({ text })).rejects.toMatchObject({ code: DENIED });
  });
});

describe('a role that the policies do not name', () => {
  test('sees and changes no customer’s row, whatever it is granted', async () => {
    await owner.query('BEGIN');
    await owner.query(
      'CREATE ROLE stranger; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO stranger; SET LOCAL ROLE stranger',
    );
    for (const table of [...Object.keys(ownRows), ...closed]) {
      expect((await owner.query(`SELECT 1 FROM ${table}`)).rowCount).toBe(0);
    }
    expect((await owner.query('UPDATE orders SET qty = qty + 1')).rowCount).toBe(0);
    // What it is told to be its own it may read, and not change.
    await owner.query(`SELECT set_config('bourse.viewer', $1, true)`, [one.userId]);
    expect((await owner.query('SELECT 1 FROM orders')).rowCount).toBeGreaterThan(0);
    expect((await owner.query('UPDATE orders SET qty = qty + 1')).rowCount).toBe(0);
    expect((await owner.query('DELETE FROM balances')).rowCount).toBe(0);
    await owner.query('ROLLBACK');
  });
});

describe('a connection of viewers', () => {
  const whose = { name: 'whose', text: 'SELECT user_id AS "userId" FROM accounts' };

  test('shows each of many at once the own account only', async () => {
    const viewers = [one, other].flatMap(({ userId }) => Array.from({ length: 200 }, () => userId));
    const shuffled = viewers.map((_, at) => viewers[(at * 173) % viewers.length]!);
    const answers = await Promise.all(
      shuffled.map(async (userId, at) => {
        // Some fail in between.
        if (at % 7 === 0) await expect(as(userId).query({ text: 'SELECT 1 / 0 FROM accounts' })).rejects.toThrow();
        return (await as(userId).query<{ userId: string }>(whose)).rows.map((row) => row.userId);
      }),
    );
    expect(answers).toEqual(shuffled.map((userId) => [userId]));
  });

  test('that served one is told anew for the next, whatever happened in between', async () => {
    const url = new URL(trading.url);
    url.searchParams.set('options', `-c role=${VIEWER_ROLE}`);
    const { of, close } = createViewers({ connectionString: url.href }, 1, () => {});
    const pid = { text: 'SELECT pg_backend_pid() AS pid' };
    const backend = async ({ userId }: Customer) => (await of(userId).query<{ pid: number }>(pid)).rows[0]?.pid;
    const seen = async (userId: string) => (await of(userId).query(whose)).rows;
    const first = await backend(one);
    expect(await seen(one.userId)).toEqual([{ userId: one.userId }]);
    expect(await seen(NOBODY)).toEqual([]);
    const client = await of(other.userId).connect();
    expect((await client.query(whose)).rows).toEqual([{ userId: other.userId }]);
    client.release();
    expect(await seen(one.userId)).toEqual([{ userId: one.userId }]);
    expect(await backend(other)).toBe(first);
    await expect(of("nobody's").query(whose)).rejects.toThrow('invalid input syntax for type uuid');
    await expect(of(one.userId).query({ text: 'SELECT 1 / 0 FROM accounts' })).rejects.toThrow();
    expect(await seen(other.userId)).toEqual([{ userId: other.userId }]);
    await close();
  });

  test('runs as a role that may nothing but read', async () => {
    const text = 'SELECT current_user::text AS "user"';
    expect((await as(one.userId).query({ text })).rows).toEqual([{ user: VIEWER_ROLE }]);
  });
});

describe('what the stores answer', () => {
  test('is nothing of an account that is somebody else’s, even when its id is passed in', async () => {
    const [page, at] = [{ limit: 10, backward: false, from: undefined }, new Date()];
    const sight = { viewerId: one.userId };
    const { ledger, orders } = trading;
    const ids = await asked('SELECT id FROM orders WHERE account_id = $1', [other.accountId]);
    expect(ids.length).toBeGreaterThan(2);
    expect(await orders.fillsOf(sight, ids)).toEqual([]);
    expect((await orders.fillsOf({ viewerId: other.userId }, ids)).length).toBeGreaterThan(0);
    expect((await ledger.balancesOf(sight, [other.accountId]))(other.accountId)).toEqual([]);
    expect((await ledger.positionsOf(sight, [other.accountId]))(other.accountId)).toEqual([]);
    expect((await ledger.accountsById(sight, [other.accountId]))(other.accountId)).toBeUndefined();
    const period = { from: new Date(0), to: at };
    const snapshot = await createExportStore(trading.database)(sight, other.accountId, period);
    expect([snapshot.opening, snapshot.closing, await snapshot.movements(undefined, 10)]).toEqual([[], [], []]);
    await snapshot.close();
    const store = createOrderStore(trading.database);
    const journal = createJournalStore(trading.database);
    for (const filter of [{}, { open: true }, { symbol: 'AAPL' }]) {
      expect((await store.page(one.userId, other.accountId, filter, page)).rows).toEqual([]);
      expect((await store.page(other.userId, other.accountId, filter, page)).rows.length).toBeGreaterThan(0);
    }
    for (const filter of [{}, { kind: 'DEPOSIT' }, { kind: 'TRADE' }] as const) {
      expect((await journal.ofAccount(sight, other.accountId, filter, page)).rows).toEqual([]);
      expect((await journal.ofAccount('EVERYTHING', other.accountId, filter, page)).rows.length).toBeGreaterThan(0);
    }
  });
});

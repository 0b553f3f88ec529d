import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fill } from '../../bench/lib/fill.ts';
import { connect } from '../../src/database/connect.ts';
import { type Database, openDatabase } from '../../src/database/database.ts';
import type { Eyes } from '../../src/database/viewers.ts';
import type { PagePoint, PageRequest } from '../../src/kernel/page.ts';
import type { JournalFilter } from '../../src/ledger/journal/page-query.ts';
import { createJournalStore } from '../../src/ledger/journal/store.ts';
import type { OrderFilter } from '../../src/orders/page-query.ts';
import { createOrderStore } from '../../src/orders/store.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { brokenPromises } from '../support/promises.ts';
import { type Customer, startTrading } from '../support/trading.ts';

/*
 * Pages of a large account, in blocks of the database that are looked at: as many among twenty thousand orders as among two
 * thousand, with the plan for the values at hand as with the one for all values, which a connection keeps.
 */
const CASH = '10000000';
const SIZES = [2_000, 20_000] as const;
const MODES = ['force_custom_plan', 'force_generic_plan'] as const;

interface Filled {
  size: number;
  source: TestDatabase;
  /** What of the promises the filled books broke. */
  broken: string[];
  large: Customer;
  few: Customer;
  saver: Customer;
}
let filled: Filled[];

/** So many deposits and nothing else: lines of the one account only. */
const deposits = async (client: pg.Client, { accountId }: Customer, size: number): Promise<void> => {
  const id = "('01930000-0005-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid";
  const at = "timestamptz '2025-01-01Z' + n * interval '1 millisecond'";
  await client.query('SET session_replication_role = replica');
  await client.query(`INSERT INTO journal_entries (id, kind, reference, created_at)
    SELECT ${id}, 'DEPOSIT', ${id}, ${at} FROM generate_series(1, ${size}) n`);
  await client.query(`INSERT INTO postings (entry_id, line, account_id, asset, amount, balance_after, created_at, kind, sequence)
    SELECT ${id}, 0, '${accountId}', 'USD', 1, n, ${at}, 'DEPOSIT', 100000000 + n FROM generate_series(1, ${size}) n`);
  await client.query('VACUUM (ANALYZE) postings, journal_entries');
};

const fillOne = async (size: number): Promise<Filled> => {
  const source = await testDatabase();
  const trading = await startTrading({ url: source.url });
  const customers: Customer[] = [];
  while (customers.length < 4) customers.push(await trading.customer(CASH));
  await trading.close();
  const [large, few, other, saver] = customers as [Customer, Customer, Customer, Customer];
  const owners = { large: large.accountId, small: few.accountId, crowd: [other.accountId] };
  await fill(source.url, size, owners, BigInt(CASH) * 100_000_000n);
  const client = await connect(source.url);
  const broken = await brokenPromises(client);
  await deposits(client, saver, size);
  await client.end();
  return { size, source, broken, large, few, saver };
};

beforeAll(async () => {
  filled = [];
  for (const size of SIZES) filled.push(await fillOne(size));
}, 120_000);
afterAll(async () => {
  for (const { source } of filled) await source.close();
});

const withSetting = ({ url }: TestDatabase, setting: string): string =>
  `${url}${url.includes('?') ? '&' : '?'}options=${encodeURIComponent(`-c ${setting}`)}`;

type Node = { 'Shared Hit Blocks': number; 'Shared Read Blocks': number };
const asText = (value: unknown): string =>
  value instanceof Date ? value.toISOString() : Array.isArray(value) ? `{${value.join(',')}}` : String(value);

/** A database that answers as it does, and counts the blocks that each statement looks at. */
const counting = ({ pool, as }: Database) => {
  let blocks = 0;
  const count = async (eyes: Pick<Eyes, 'connect'>, { text, values = [] }: pg.QueryConfig): Promise<void> => {
    const client = await eyes.connect();
    const given = values.map((value) => (value === null ? 'NULL' : client.escapeLiteral(asText(value))));
    await client.query(`PREPARE page AS ${text}`);
    const explained = `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE page(${given.join(', ')})`;
    const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: Node }] }>(explained);
    await client.query('DEALLOCATE page');
    client.release();
    const { Plan } = rows[0]!['QUERY PLAN'][0];
    blocks += Plan['Shared Hit Blocks'] + Plan['Shared Read Blocks'];
  };
  const watched = <Asked extends Eyes | pg.Pool>(eyes: Asked): Asked =>
    ({
      query: async (statement: pg.QueryConfig) => {
        await count(eyes, statement);
        return (eyes as Eyes).query(statement);
      },
    }) as Asked;
  return {
    pool: watched(pool),
    as: (sight: Parameters<Database['as']>[0]) => watched(as(sight)),
    taken: (): number => {
      const taken = blocks;
      blocks = 0;
      return taken;
    },
  };
};

const placeOf = (kind: number, n: number): PagePoint => ({
  createdAt: new Date(Date.parse('2025-01-01T00:00:00Z') + n),
  id: `01930000-000${kind}-7000-8000-${n.toString(16).padStart(12, '0')}`,
});
const first: PageRequest = { limit: 20, backward: false, from: undefined };
const last: PageRequest = { ...first, backward: true };

interface Case {
  name: string;
  orders?: OrderFilter;
  journal?: JournalFilter;
  page?: PageRequest;
  /** The page begins in the middle of the rows. */
  middle?: boolean;
  who?: 'large' | 'few' | 'saver';
}
const in2025 = new Date('2025-06-01T00:00:00Z');
const cases: Case[] = [
  { name: 'orders', orders: {} },
  { name: 'orders, from the middle', orders: {}, middle: true },
  { name: 'orders, from the middle backward', orders: {}, middle: true, page: last },
  { name: 'orders until a time, from the middle', orders: { createdTo: in2025 }, middle: true },
  { name: 'the last orders', orders: {}, page: last },
  { name: 'open orders', orders: { open: true } },
  { name: 'closed orders', orders: { open: false } },
  { name: 'filled orders', orders: { status: ['FILLED'] } },
  { name: 'rejected orders: none', orders: { status: ['REJECTED'] } },
  { name: 'sells: none', orders: { side: 'SELL' } },
  { name: 'orders in one instrument', orders: { symbol: 'AAPL' } },
  { name: 'filled orders in another: none', orders: { symbol: 'MSFT', status: ['FILLED'] } },
  { name: 'cancelled orders, from the middle', orders: { status: ['CANCELED'] }, middle: true },
  { name: 'orders of a small account', orders: {}, who: 'few' },
  { name: 'filled orders of a small account', orders: { status: ['FILLED'] }, who: 'few' },
  { name: 'entries', journal: {} },
  { name: 'entries, from the middle', journal: {}, middle: true },
  {
    name: 'entries from a time on, from the middle backward',
    journal: { from: new Date(0) },
    middle: true,
    page: last,
  },
  { name: 'deposits', journal: { kind: 'DEPOSIT' } },
  { name: 'reversals: none', journal: { kind: 'REVERSAL' } },
  { name: 'trades', journal: { kind: 'TRADE' } },
  { name: 'trades, from the middle', journal: { kind: 'TRADE' }, middle: true },
  { name: 'the first trades', journal: { kind: 'TRADE' }, page: last },
  { name: 'trades among nothing but deposits: none', journal: { kind: 'TRADE' }, who: 'saver' },
  { name: 'deposits among nothing else, from the middle', journal: { kind: 'DEPOSIT' }, who: 'saver', middle: true },
  { name: 'entries before all: none', journal: { to: new Date('2024-12-31T00:00:00Z') } },
];

const read = async (database: Pick<Database, 'pool' | 'as'>, one: Filled, each: Case): Promise<number> => {
  const { userId, accountId } = one[each.who ?? 'large'];
  const page = each.page ?? first;
  // The places that the filled rows have: a number that is the large account's, and filled.
  const from = each.middle ? placeOf(each.orders ? 1 : 2, one.size / 2 + 7) : undefined;
  const { rows } = each.orders
    ? await createOrderStore(database).page(userId, accountId, each.orders, { ...page, from })
    : await createJournalStore(database).ofAccount({ viewerId: userId }, accountId, each.journal ?? {}, {
        ...page,
        from,
      });
  return rows.length;
};

test('the books that are filled for it keep their promises', () => {
  expect(filled.map(({ broken }) => broken)).toEqual([[], []]);
});

describe.each(MODES)('with %s, a page costs the same at any size:', (mode) => {
  let databases: Database[];
  beforeAll(async () => {
    databases = [];
    for (const { source } of filled) databases.push(await openDatabase(withSetting(source, `plan_cache_mode=${mode}`)));
  });
  afterAll(async () => {
    for (const database of databases) await database.close();
  });

  test.each(cases)('$name', async (each) => {
    const [small, large] = await Promise.all(
      filled.map(async (one, at) => {
        const watched = counting(databases[at]!);
        const rows = await read(watched, one, each);
        return { rows, blocks: watched.taken() };
      }),
    );
    expect(large!.rows).toBe(each.name.endsWith('none') ? 0 : small!.rows);
    // An index of ten times the rows may be a level higher: a block more for each look-up.
    expect(large!.blocks).toBeLessThan(small!.blocks * 1.5 + 30);
  });
});

test('what is asked again and again is planned no more', async () => {
  const [{ source, large }] = filled as [Filled];
  const database = await openDatabase(source.url, { connections: 1 });
  for (let time = 0; time < 8; time += 1) for (const each of cases) await read(database, filled[0]!, each);
  const text =
    'SELECT statement, custom_plans::int AS custom, generic_plans::int AS generic FROM pg_prepared_statements';
  for (const eyes of [database.pool, database.as({ viewerId: large.userId })]) {
    const { rows } = await eyes.query<{ statement: string; custom: number; generic: number }>({ text });
    expect(rows.filter(({ generic }) => generic > 0).length).toBeGreaterThan(3);
    expect(rows.filter(({ custom }) => custom > 5)).toEqual([]);
  }
  await database.close();
});

import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { connect } from '../../src/database/connect.ts';
import { APPLICATION_ROLE } from '../../src/database/role.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';

const appendOnly = [
  'account_events',
  'audit_entries',
  'audit_origin',
  'executions',
  'journal_entries',
  'lot_closures',
  'postings',
  'transfers',
];
const DENIED = '42501';
const CHECK_VIOLATED = '23514';

let database: TestDatabase;
let client: Client;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  client = await connect(database.url);
  await client.query('BEGIN');
});
afterEach(() => client.end());

const asApplication = () => client.query(`SET LOCAL ROLE ${APPLICATION_ROLE}`);

/** A cash account with nothing in it. `owing` accounts are the house's. */
const openAccount = async (mayOwe: boolean): Promise<string> => {
  const id = randomUUID();
  await client.query(`INSERT INTO accounts (id, kind, currency, created_at) VALUES ($1, 'WORLD', 'USD', now())`, [id]);
  await client.query('INSERT INTO balances VALUES ($1, $2, 0, 0, $3)', [id, 'USD', mayOwe]);
  return id;
};

const post = async (lines: { account: string; asset: string; amount: bigint }[]): Promise<void> => {
  const entry = randomUUID();
  await client.query(`INSERT INTO journal_entries VALUES ($1, 'DEPOSIT', $2, now())`, [entry, randomUUID()]);
  await client.query(
    `INSERT INTO postings (entry_id, line, account_id, asset, amount, balance_after, created_at, kind)
     SELECT $1, line, account, asset, amount, amount, now(), 'DEPOSIT'
     FROM unnest($2::uuid[], $3::text[], $4::bigint[]) WITH ORDINALITY AS l(account, asset, amount, line)`,
    [entry, lines.map(({ account }) => account), lines.map(({ asset }) => asset), lines.map(({ amount }) => amount)],
  );
};

describe('what is append-only', () => {
  test('is exactly the listed tables', async () => {
    const { rows } = await client.query(
      `SELECT tgrelid::regclass::text AS "table" FROM pg_trigger WHERE tgname LIKE '%_append_only' ORDER BY 1`,
    );
    expect(rows.map(({ table }) => table)).toEqual(appendOnly);
  });

  for (const table of appendOnly) {
    const column = table === 'lot_closures' ? 'cost' : 'created_at';
    for (const sql of [
      `UPDATE ${table} SET ${column} = DEFAULT`,
      `DELETE FROM ${table}`,
      `TRUNCATE ${table} CASCADE`,
    ]) {
      test(`refuses the application: ${sql}`, async () => {
        await asApplication();
        await expect(client.query(sql)).rejects.toMatchObject({
          code: DENIED,
          message: `permission denied for table ${table}`,
        });
      });

      test(`refuses the owner: ${sql}`, async () => {
        await expect(client.query(sql)).rejects.toMatchObject({
          code: DENIED,
          message: expect.stringContaining('of append-only table'),
        });
      });
    }
  }
});

describe('the application role', () => {
  test('may do its work: write, change and read ordinary tables, add to append-only ones', async () => {
    const [world, customer] = [await openAccount(true), await openAccount(false)];
    await asApplication();
    await post([
      { account: world, asset: 'USD', amount: -5n },
      { account: customer, asset: 'USD', amount: 5n },
    ]);
    await client.query('UPDATE balances SET posted = posted + 5 WHERE account_id = $1', [customer]);
    await client.query(`INSERT INTO accounts (id, kind, currency, created_at) VALUES ($1, 'FEES', 'USD', now())`, [
      randomUUID(),
    ]);
    const { rows } = await client.query('SELECT posted FROM balances WHERE account_id = $1', [customer]);
    expect(rows).toEqual([{ posted: '5' }]);
  });

  for (const sql of [
    'SELECT * FROM _prisma_migrations',
    'ALTER TABLE postings DISABLE TRIGGER ALL',
    'TRUNCATE users CASCADE',
    'CREATE TABLE mine (id int)',
    'DROP TABLE orders',
  ]) {
    test(`may not: ${sql}`, async () => {
      await asApplication();
      await expect(client.query(sql)).rejects.toMatchObject({ code: DENIED });
    });
  }
});

describe('a journal entry', () => {
  test('that does not sum to zero is refused', async () => {
    const [one, other] = [await openAccount(true), await openAccount(false)];
    const unbalanced = post([
      { account: one, asset: 'USD', amount: -5n },
      { account: other, asset: 'USD', amount: 6n },
    ]);
    await expect(unbalanced).rejects.toMatchObject({ code: CHECK_VIOLATED, message: 'journal entry does not balance' });
  });

  test('that sums to zero only across assets is refused', async () => {
    const [one, other] = [await openAccount(true), await openAccount(false)];
    const mixed = post([
      { account: one, asset: 'USD', amount: -5n },
      { account: other, asset: 'BTC', amount: 5n },
    ]);
    await expect(mixed).rejects.toMatchObject({ code: CHECK_VIOLATED });
  });
});

describe('a balance', () => {
  for (const [what, change] of [
    ['below zero', 'posted = -1'],
    ['with more held than there is', 'posted = 5, held = 6'],
    ['with a negative hold', 'held = -1'],
  ]) {
    test(`of a customer cannot be ${what}`, async () => {
      const account = await openAccount(false);
      const update = client.query(`UPDATE balances SET ${change} WHERE account_id = $1`, [account]);
      await expect(update).rejects.toMatchObject({ code: CHECK_VIOLATED });
    });
  }

  test('of the house may be below zero', async () => {
    const account = await openAccount(true);
    const { rowCount } = await client.query('UPDATE balances SET posted = -1 WHERE account_id = $1', [account]);
    expect(rowCount).toBe(1);
  });
});

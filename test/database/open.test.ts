import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../src/database/database.ts';
import { limits } from '../../src/limits.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';

let postgres: TestDatabase;
let database: Database;
beforeAll(async () => {
  postgres = await testDatabase();
  database = await openDatabase(postgres.url);
});
afterAll(async () => {
  await database.close();
  await postgres.close();
});

test('both ways of asking run as the application role, with time limits', async () => {
  const sql = `SELECT current_user::text AS "user", current_setting('statement_timeout') AS statement, current_setting('lock_timeout') AS lock`;
  const expected = {
    user: 'bourse_app',
    statement: `${limits.database.statement_ms / 1_000}s`,
    lock: `${limits.database.lock_ms / 1_000}s`,
  };
  expect((await database.pool.query(sql)).rows).toEqual([expected]);
  expect(await database.prisma.$queryRawUnsafe(sql)).toEqual([expected]);
});

test('the largest amount arrives exactly, as a bigint', async () => {
  const { rows } = await database.pool.query('SELECT 9223372036854775807::bigint AS amount');
  expect(rows).toEqual([{ amount: 9_223_372_036_854_775_807n }]);
});

test('settings that the URL carries are kept', async () => {
  const url = new URL(postgres.url);
  url.searchParams.set('options', '-c work_mem=5MB');
  const other = await openDatabase(url.href);
  const { rows } = await other.pool.query(`SELECT current_setting('work_mem') AS mem, current_user::text AS "user"`);
  await other.close();
  expect(rows).toEqual([{ mem: '5MB', user: 'bourse_app' }]);
});

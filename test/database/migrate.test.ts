import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connect } from '../../src/database/connect.ts';
import { migrate } from '../../src/database/migrate.ts';
import { emptyDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let folder: string;
beforeEach(async () => {
  database = await emptyDatabase();
  folder = mkdtempSync(join(tmpdir(), 'bourse-migrations-'));
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  await database.close();
});

const write = (name: string, sql: string): void => {
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, name, 'migration.sql'), sql);
};

const ask = async (sql: string) => {
  const client = await connect(database.url);
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
};

const run = () => migrate(database.url, folder);

test('migrations are applied once, in the order of their names', async () => {
  write('2_second', 'INSERT INTO things VALUES (2)');
  write('1_first', 'CREATE TABLE things (id INT); INSERT INTO things VALUES (1)');
  expect((await run()).applied).toEqual(['1_first', '2_second']);
  expect((await run()).applied).toEqual([]);
  write('3_third', 'INSERT INTO things VALUES (3)');
  expect((await run()).applied).toEqual(['3_third']);
  expect(await ask('SELECT id FROM things')).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
});

test('the records are the ones that Prisma keeps', async () => {
  write('1_first', 'SELECT 1');
  await run();
  const [row] = await ask('SELECT * FROM _prisma_migrations');
  expect(row).toEqual({
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    checksum: createHash('sha256').update('SELECT 1').digest('hex'),
    finished_at: expect.any(Date),
    migration_name: '1_first',
    logs: null,
    rolled_back_at: null,
    started_at: expect.any(Date),
    applied_steps_count: 1,
  });
});

test('a migration that fails is undone whole, named, and tried again at the next start', async () => {
  write('1_first', 'CREATE TABLE things (id INT); SELECT 1/0');
  await expect(run()).rejects.toThrow('DATABASE_URL: migration 1_first failed and was undone: division by zero');
  expect(await ask(`SELECT to_regclass('things') AS "table"`)).toEqual([{ table: null }]);
  write('1_first', 'CREATE TABLE things (id INT)');
  expect((await run()).applied).toEqual(['1_first']);
});

test('a migration that was changed after it had been applied is refused', async () => {
  write('1_first', 'SELECT 1');
  await run();
  write('1_first', 'SELECT 2');
  await expect(run()).rejects.toThrow('DATABASE_URL: migration 1_first was changed after it had been applied');
});

test('a database of a newer version is refused', async () => {
  write('1_first', 'SELECT 1');
  write('2_second', 'SELECT 2');
  await run();
  rmSync(join(folder, '2_second'), { recursive: true });
  await expect(run()).rejects.toThrow('DATABASE_URL: migration 2_second is unknown to this version');
});

test('a migration that Prisma left half done is refused until it is resolved', async () => {
  write('1_first', 'SELECT 1');
  await run();
  await ask('UPDATE _prisma_migrations SET finished_at = NULL');
  await expect(run()).rejects.toThrow('DATABASE_URL: migration 1_first failed half-way');
  await ask('UPDATE _prisma_migrations SET rolled_back_at = now()');
  expect((await run()).applied).toEqual(['1_first']);
});

test('processes that start at once apply each migration once', async () => {
  write('1_first', 'CREATE TABLE things (id INT); SELECT pg_sleep(0.2)');
  const reports = await Promise.all(Array.from({ length: 5 }, run));
  expect(reports.flatMap(({ applied }) => applied)).toEqual(['1_first']);
});

test('databases of one cluster that are migrated at once share the role', async () => {
  write('1_first', 'CREATE TABLE things (id INT)');
  const others = await Promise.all(Array.from({ length: 4 }, emptyDatabase));
  const reports = await Promise.all([database, ...others].map(({ url }) => migrate(url, folder)));
  expect(reports.flatMap(({ warnings }) => warnings)).toEqual([]);
  await Promise.all(others.map((other) => other.close()));
});

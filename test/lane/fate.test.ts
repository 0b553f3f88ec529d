import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fateOf } from '../../src/lane/fate.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';

/** A commit without an answer: what the database says of it after it may have been killed. */

let database: TestDatabase;
let client: pg.Client;
beforeAll(async () => {
  database = await testDatabase();
  client = new pg.Client(database.url);
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.close();
});

const numberOf = async (on: pg.Client): Promise<string> =>
  (await on.query<{ xid: string }>('SELECT pg_current_xact_id()::text AS xid')).rows[0]!.xid;

/** A transaction that leaves an audit line, as every batch does, and its number. */
const written = async (id: string, end: 'COMMIT' | 'ROLLBACK'): Promise<string> => {
  await client.query('BEGIN');
  const xid = await numberOf(client);
  await client.query(
    "INSERT INTO audit_entries (id, created_at, action, request_id, outcome) VALUES ($1, now(), 'test', $1, 'OK')",
    [id],
  );
  await client.query(end);
  return xid;
};
const lineOf = (id: string) => ({ audit: [{ id }], entries: [], events: [] });

test('what was committed was, and what was rolled back was not', async () => {
  const [id, other] = [randomUUID(), randomUUID()];
  expect(await fateOf(client, await written(id, 'COMMIT'), lineOf(id))).toBe(true);
  expect(await fateOf(client, await written(other, 'ROLLBACK'), lineOf(other))).toBe(false);
});

test('a number that the killed database never wrote down was lost, instead of being asked for again and again', async () => {
  const beyond = `${BigInt(await numberOf(client)) + 1_000n}`;
  expect(await fateOf(client, beyond, lineOf(randomUUID()))).toBe(false);
});

test('a number that was given to another transaction after the crash does not count as committed', async () => {
  const anothers = await written(randomUUID(), 'COMMIT');
  expect(await fateOf(client, anothers, lineOf(randomUUID()))).toBe(false);
  expect(await fateOf(client, anothers, { audit: [], entries: [{ id: randomUUID() }], events: [] })).toBe(false);
  const event = { accountId: randomUUID(), sequence: 1n, payload: '{}', createdAt: new Date(0) };
  expect(await fateOf(client, anothers, { audit: [], entries: [], events: [event] })).toBe(false);
});

test('while the transaction still runs, nothing is known', async () => {
  const running = new pg.Client(database.url);
  await running.connect();
  await running.query('BEGIN');
  expect(await fateOf(client, await numberOf(running), lineOf(randomUUID()))).toBeUndefined();
  await running.end();
});

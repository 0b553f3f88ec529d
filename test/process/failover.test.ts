import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { type Pair, startPair } from '../support/failover.ts';
import { until } from '../support/until.ts';

/** Two servers on one database: one runs the venue and is killed under load; the other goes on. */

let database: TestDatabase;
let pair: Pair;
beforeAll(async () => {
  database = await testDatabase();
  pair = await startPair(database.url);
});
afterAll(async () => {
  await pair.remove();
  await database.close();
});

test('kill -9 of the server that runs the venue: the other takes over and nothing is lost or doubled', async () => {
  for (const { url } of pair.servers()) expect((await fetch(`${url}/health/ready`)).status).toBe(200);
  const { damage, killedAt } = await pair.killHolder();
  expect(damage).toEqual([]);
  // The new holder publishes its quotes a few times a second.
  const fresh = async (): Promise<number | null> =>
    (await pair.pool.query('SELECT symbol FROM quotes WHERE at > $1 LIMIT 1', [killedAt])).rowCount;
  await until(async () => (await fresh()) !== 0);
});

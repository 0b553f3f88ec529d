import { afterAll, beforeAll, expect, test } from 'vitest';
import { signUp } from '../support/clients.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { type Pair, startPair } from '../support/failover.ts';
import { until } from '../support/until.ts';

/** Two servers on one database: one runs the venue and is frozen or killed under load; the other goes on. */

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

const input = '{ symbol: "AAPL", side: BUY, type: LIMIT, qty: "1", limitPrice: "1.00" }';
const query = `mutation { previewOrder(input: ${input}) { preview { hold } userErrors { code } } }`;
const post = async (
  url: string,
  path: string,
  token: string,
  body: object,
): Promise<{ status: number; body: unknown }> => {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const answer = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: answer.status, body: await answer.json() };
};
const preview = (url: string, token: string) => post(url, '/graphql', token, { query });
const answered = {
  status: 200,
  body: { data: { previewOrder: { preview: { hold: '1.002' }, userErrors: [] } } },
};

test('an order is previewed by every server, over GraphQL and over REST', async () => {
  const [holder] = pair.servers();
  const { token } = await signUp(holder?.url ?? '', 1, 1);
  for (const { url } of pair.servers()) {
    expect(await preview(url, token)).toMatchObject(answered);
    const order = { symbol: 'AAPL', side: 'BUY', type: 'LIMIT', qty: '1', limitPrice: '1.00' };
    expect(await post(url, '/api/v1/orders/preview', token, order)).toMatchObject({
      status: 200,
      body: { hold: '1.002' },
    });
  }
});

test('a server that is frozen in a transaction: the other takes over, and nothing is done twice when the first goes on', async () => {
  const { damage } = await pair.freezeHolder();
  expect(damage).toEqual([]);
});

test('kill -9 of the server that runs the venue: the other takes over and nothing is lost or doubled', async () => {
  for (const { url } of pair.servers()) expect((await fetch(`${url}/health/ready`)).status).toBe(200);
  const { damage, lostAt } = await pair.killHolder();
  expect(damage).toEqual([]);
  const [left] = pair.servers();
  const { token } = await signUp(left?.url ?? '', 1, 2);
  expect(await preview(left?.url ?? '', token)).toMatchObject(answered);
  // The new holder publishes its quotes a few times a second.
  const fresh = async (): Promise<number | null> =>
    (await pair.pool.query('SELECT symbol FROM quotes WHERE at > $1 LIMIT 1', [lostAt])).rowCount;
  await until(async () => (await fresh()) !== 0);
});

import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DataFolder, dataFolder, isAlive, type ServerProcess, startServer, until } from '../support/process.ts';
import { promises } from '../support/promises.ts';

/** What was acknowledged is there after a crash, once; what was not can be sent again with its key, to one effect. */

let folder: DataFolder;
beforeAll(() => {
  folder = dataFolder();
});
afterAll(() => folder.remove());

const ask = async <Data>(server: ServerProcess, query: string, variables: object, token?: string): Promise<Data> => {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(15_000),
  });
  const { data } = (await response.json()) as { data: unknown };
  return data as Data;
};

const login = async (server: ServerProcess): Promise<string> => {
  const query =
    'mutation ($e: String!, $p: String!) { login(input: { email: $e, password: $p }) { session { accessToken } } }';
  const data = await ask<{ login: { session: { accessToken: string } } }>(server, query, {
    e: 'user@example.com',
    p: 'user123',
  });
  return data.login.session.accessToken;
};

interface Placed {
  placeOrder: { order: { id: string } | null; userErrors: { code: string }[] };
}

const place = async (server: ServerProcess, token: string, key: string): Promise<string> => {
  const query =
    'mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) { order { id } userErrors { code } } }';
  // Some fill, some rest: both kinds of rows are in flight when the crash comes.
  const price = key.endsWith('0') ? { type: 'MARKET' } : { type: 'LIMIT', limitPrice: '1.00' };
  const input = { symbol: 'AAPL', side: 'BUY', qty: '0.01', idempotencyKey: key, ...price };
  const data = await ask<Placed>(server, query, { input }, token);
  if (data.placeOrder.order === null) throw new Error(JSON.stringify(data.placeOrder.userErrors));
  return data.placeOrder.order.id;
};

/** Sends orders from several clients until the server is gone; answers what was acknowledged and what was not. */
const loadUntilGone = async (server: ServerProcess, round: number) => {
  const token = await login(server);
  const acknowledged = new Map<string, string>();
  const unknown: string[] = [];
  const client = async (number: number): Promise<void> => {
    for (let sent = 0; sent < 500; sent += 1) {
      const key = `${round}-${number}-${sent}`;
      try {
        acknowledged.set(key, await place(server, token, key));
      } catch {
        unknown.push(key);
        return;
      }
    }
  };
  return { clients: Promise.all(Array.from({ length: 8 }, (_, number) => client(number))), acknowledged, unknown };
};

const kill = async (server: ServerProcess, what: 'server' | 'server and database'): Promise<void> => {
  const database = folder.postgresPid();
  process.kill(server.pid, 'SIGKILL');
  if (what !== 'server') process.kill(database, 'SIGKILL');
  await server.exited;
  if (what !== 'server') await until(() => !isAlive(database));
};

const orderIds = async (): Promise<Map<string, number>> => {
  const rows = (await folder.ask('SELECT id, count(*)::int AS n FROM orders GROUP BY id')) as {
    id: string;
    n: number;
  }[];
  return new Map(rows.map(({ id, n }) => [id, n]));
};

test.each(['server', 'server and database'] as const)(
  'kill -9 of %s under load loses nothing and doubles nothing',
  async (what) => {
    const round = what === 'server' ? 1 : 2;
    const server = await startServer(folder.path);
    const { clients, acknowledged, unknown } = await loadUntilGone(server, round);
    await until(() => acknowledged.size > 60);
    await kill(server, what);
    await clients;

    const again = await startServer(folder.path);
    const token = await login(again);
    const stored = await orderIds();
    for (const id of acknowledged.values()) expect(stored.get(id)).toBe(1);
    // A repeat of an acknowledged key gets the order that it got before; of an unknown one, an order and only one.
    for (const [key, id] of [...acknowledged].slice(-5)) expect(await place(again, token, key)).toBe(id);
    expect(unknown.length).toBeGreaterThan(0);
    for (const key of unknown) {
      const first = await place(again, token, key);
      expect(await place(again, token, key)).toBe(first);
    }
    const keys = await folder.ask(`SELECT count(*)::int AS n FROM idempotency_keys WHERE key LIKE '${round}-%'`);
    const made = await folder.ask('SELECT count(*)::int AS n FROM orders');
    expect(keys).toEqual([{ n: acknowledged.size + unknown.length }]);
    expect((made[0] as { n: number }).n).toBeGreaterThanOrEqual(acknowledged.size + unknown.length);
    await settle();
    for (const [promise, question] of Object.entries(promises))
      expect([promise, await folder.ask(question)]).toEqual([promise, []]);
    again.signal('SIGTERM');
    await again.ended;
  },
);

/** Until the venue has answered every order that it was given again. */
const settle = async (): Promise<void> => {
  const pending = async (): Promise<number> =>
    ((await folder.ask("SELECT count(*)::int AS n FROM orders WHERE status = 'PENDING_NEW'")) as { n: number }[])[0]
      ?.n ?? 0;
  while ((await pending()) > 0) await new Promise((resolve) => setTimeout(resolve, 20));
};

import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { damage } from '../support/aftermath.ts';
import { type Client, type Sent, send, signUp, startLoad } from '../support/clients.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { type DataFolder, dataFolder, type ServerProcess, startServer, until } from '../support/process.ts';

/** Two servers on one database: one runs the venue and is killed under load; the other goes on. */

let database: TestDatabase;
let pool: pg.Pool;
let folders: DataFolder[];
let servers: ServerProcess[];
beforeAll(async () => {
  database = await testDatabase();
  pool = new pg.Pool({ connectionString: database.url });
  folders = [dataFolder(), dataFolder()];
  servers = [];
  for (const { path } of folders) {
    const more = {
      DATABASE_URL: database.url,
      JWT_SECRET_KEY: 'the-key-of-both-servers-0123456789abcdef',
      PAPER_TICK_MS: '50',
      LOG_LEVEL: 'error',
    };
    servers.push(await startServer(path, more));
  }
});
afterAll(async () => {
  for (const { remove } of folders) await remove();
  await pool.end();
  await database.close();
});

const ask = async (sql: string): Promise<unknown[]> => (await pool.query(sql)).rows;

const clientsOf = async ({ url }: ServerProcess, seed: number): Promise<Client[]> => {
  const clients: Client[] = [];
  while (clients.length < 4) clients.push(await signUp(url, seed, clients.length));
  return clients;
};

const merged = (one: Sent, other: Sent): Sent => ({
  acknowledged: new Map([...one.acknowledged, ...other.acknowledged]),
  unknown: [...one.unknown, ...other.unknown],
});

const untilFilled = async (id: string): Promise<void> => {
  for (;;) {
    const { rows } = await pool.query('SELECT 1 FROM orders WHERE id = $1 AND status = $2', [id, 'FILLED']);
    if (rows.length > 0) return;
    await sleep(20);
  }
};

test('kill -9 of the server that runs the venue: the other takes over and nothing is lost or doubled', async () => {
  const [first, second] = servers as [ServerProcess, ServerProcess];
  for (const { url } of servers) expect((await fetch(`${url}/health/ready`)).status).toBe(200);
  const others = await clientsOf(second, 2);
  const loads = [startLoad(first.url, await clientsOf(first, 1)), startLoad(second.url, others)] as const;
  await until(() => loads.every(({ sent }) => sent.acknowledged.size > 60));

  process.kill(first.pid, 'SIGKILL');
  const killed = Date.now();
  await first.exited;
  const lone = { symbol: 'AAPL', side: 'BUY', type: 'MARKET', qty: '0.1' };
  const command = { client: others[0] as Client, key: 'after the kill', field: 'placeOrder' as const, input: lone };
  const id = await send(second.url, command);
  await untilFilled(id);

  const sent = merged(await loads[0].stop(), await loads[1].stop());
  sent.acknowledged.set(command, id);
  expect(await damage(second.url, ask, sent)).toEqual([]);
  // The new holder publishes its quotes a few times a second.
  const fresh = async (): Promise<unknown[]> =>
    ask(`SELECT symbol FROM quotes WHERE at > to_timestamp(${killed / 1_000}) LIMIT 1`);
  while ((await fresh()).length === 0) await sleep(50);
});

import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Client, send, signUp } from '../support/clients.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { type DataFolder, dataFolder, type ServerProcess, startServer } from '../support/process.ts';
import { brokenPromises } from '../support/promises.ts';
import { until } from '../support/until.ts';
import { startVenue, VENUE_TOKEN, type VenueProcess } from '../support/venue-process.ts';

/** The server and its venue are killed in the middle of orders, one after the other, and started again. */

vi.setConfig({ testTimeout: 120_000 });

let database: TestDatabase;
let pool: pg.Pool;
let folder: DataFolder;
let venue: VenueProcess;
let server: ServerProcess;

const start = (): Promise<ServerProcess> =>
  startServer(folder.path, {
    DATABASE_URL: database.url,
    JWT_SECRET_KEY: 'the-key-of-the-server-0123456789abcdef',
    LOG_LEVEL: 'silent',
    RATE_LIMIT_REQUESTS_PER_MINUTE: '1000000',
    RATE_LIMIT_VIEWER_PER_MINUTE: '10000000',
    ORDERS_PER_MINUTE: '10000000',
    VENUE_URL: venue.url,
    VENUE_TOKEN,
    CIRCUIT_BREAKER_TIMEOUT: '1',
  });

beforeAll(async () => {
  database = await testDatabase();
  pool = new pg.Pool({ connectionString: database.url, max: 2 });
  folder = dataFolder();
  venue = await startVenue();
  server = await start();
});
afterAll(async () => {
  await folder.remove();
  await venue.close();
  await pool.end();
  await database.close();
});

const count = async (sql: string): Promise<number> =>
  Number((await pool.query(`SELECT count(*) FROM ${sql}`)).rows[0].count);

/** Sends market and resting orders until told to stop, and keeps the ids that were acknowledged. */
const keepSending = (client: Client, number: number) => {
  const acknowledged: string[] = [];
  let over = false;
  const ended = (async () => {
    for (let turn = 0; !over; turn += 1) {
      const order = { symbol: 'AAPL', side: 'BUY', qty: '0.01' };
      const input =
        turn % 3 === 0
          ? { ...order, type: 'LIMIT', limitPrice: '50.00' }
          : { ...order, type: 'LIMIT', limitPrice: '400.00' };
      try {
        const outcome = await send(server.url, { client, key: `${number}-${turn}`, field: 'placeOrder', input });
        if (outcome.includes('-')) acknowledged.push(outcome);
      } catch {
        // Down, or refused while the venue is away.
        await sleep(20);
      }
    }
    return acknowledged;
  })();
  return {
    stop: (): Promise<string[]> => {
      over = true;
      return ended;
    },
  };
};

test('every acknowledged order comes to one end, and none reaches the venue twice', async () => {
  const clients = [await signUp(server.url, 1, 1), await signUp(server.url, 1, 2)];
  await venue.faults({ delay_ms: 30, repeatReports: true });
  const senders = clients.map(keepSending);
  const sent = () => count('venue_sends');
  const untilMore = async (): Promise<void> => {
    const before = await sent();
    await until(async () => (await sent()) >= before + 10);
  };

  await untilMore();
  server.signal('SIGKILL');
  await server.ended;
  server = await start();
  await untilMore();
  await venue.kill();
  await venue.restart();
  await untilMore();
  server.signal('SIGKILL');
  await server.ended;
  server = await start();
  await untilMore();
  const acknowledged = (await Promise.all(senders.map(({ stop }) => stop()))).flat();

  // What can still come, comes: nothing waits for an answer any more.
  await until(async () => (await count("orders WHERE status::text LIKE 'PENDING%'")) === 0);
  const { rows } = await pool.query(
    'SELECT id, status, qty, filled_qty AS filled FROM orders WHERE id = ANY($1::uuid[])',
    [acknowledged],
  );
  expect(rows).toHaveLength(acknowledged.length);
  const received = await venue.received();
  expect(Object.values(received).filter((times) => times > 1)).toEqual([]);
  const executed = await pool.query('SELECT order_id AS id, sum(qty) AS qty FROM executions GROUP BY order_id');
  const fills = new Map(executed.rows.map(({ id, qty }) => [id, Number(qty)]));
  for (const { id, status, qty, filled } of rows) {
    expect(['NEW', 'FILLED', 'REJECTED']).toContain(status);
    expect(Number(filled)).toBe(status === 'FILLED' ? Number(qty) : 0);
    expect(fills.get(id) ?? 0).toBe(Number(filled));
  }
  expect(await brokenPromises(pool)).toEqual([]);
});

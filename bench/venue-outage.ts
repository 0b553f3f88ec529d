// npm run bench:venue-outage: what customers notice while a venue outside hangs, and how all of it ends by itself.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type Bourse, startBourse } from './lib/bourse.ts';
import { type Load, type Measured, post, quantile, run } from './lib/load.ts';
import { start } from './lib/process.ts';

const ROUNDS = 5;
const ROUND_ms = 10_000;
const CONNECTIONS = 2;
const ORDER_EVERY_ms = 50;
const REFUSALS = 50;
const OPEN = "status NOT IN ('FILLED', 'CANCELED', 'REPLACED', 'REJECTED', 'EXPIRED')";

const reads = {
  me: '{ me { id username email roles } }',
  orders: '{ orders(first: 20) { edges { node { id status filledQty } } } }',
};
const place = `mutation { placeOrder(input: { symbol: "AAPL", side: BUY, type: LIMIT, qty: "0.01", limitPrice: "300" }) {
  order { id } userErrors { code } } }`;

interface Placed {
  accepted: number;
  refused_ms: number[];
}

/** Places orders at a steady rate, and times those that are refused. */
const placeUntil = async (bourse: Bourse, token: string, over: () => boolean): Promise<Placed> => {
  const placed: Placed = { accepted: 0, refused_ms: [] };
  while (!over()) {
    const began = performance.now();
    try {
      await bourse.ask(place, {}, token);
      placed.accepted += 1;
    } catch (error) {
      if (!String(error).includes('DEPENDENCY_UNAVAILABLE')) throw error;
      placed.refused_ms.push(performance.now() - began);
    }
    await sleep(ORDER_EVERY_ms);
  }
  return placed;
};

const measure = async (bourse: Bourse, token: string) => {
  let isOver = false;
  const placing = placeUntil(bourse, token, () => isOver);
  const load = (query: string): Load => {
    const request = post('/graphql', JSON.stringify({ query }), { authorization: `Bearer ${token}` });
    return {
      port: bourse.port,
      connections: CONNECTIONS,
      lasting: ROUND_ms,
      request: () => request,
      check: (body) => {
        if (!body.includes('"data"')) throw new Error(`unexpected answer: ${body}`);
      },
    };
  };
  const [me, orders] = await Promise.all([run(load(reads.me)), run(load(reads.orders))]);
  isOver = true;
  return { me, orders, placed: await placing };
};

/** How long an order is refused for, with nothing else to do. */
const refusals = async (bourse: Bourse, token: string): Promise<number[]> => {
  const all: number[] = [];
  while (all.length < REFUSALS) {
    const began = performance.now();
    await bourse.ask(place, {}, token).catch(() => all.push(performance.now() - began));
  }
  return all;
};

const median = (values: number[]): number => values.sort((one, other) => one - other)[values.length >> 1] ?? 0;

const outage = async (): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'bourse-outage-'));
  const venue = await start(
    ['scripts/venue.ts'],
    { VENUE_PORT: '0', VENUE_STATE: join(folder, 'venue.ndjson'), VENUE_TICK_MS: '0' },
    /ready at http:\/\/127\.0\.0\.1:(\d+)/,
  );
  const url = `http://127.0.0.1:${venue.port}`;
  const tell = (faults: object): Promise<Response> =>
    fetch(`${url}/admin/faults`, { method: 'POST', body: JSON.stringify(faults) });
  const bourse = await startBourse({ VENUE_URL: url, CIRCUIT_BREAKER_TIMEOUT: '2', LOG_LEVEL: 'error' });
  const pool = new pg.Pool({ connectionString: bourse.databaseUrl, max: 1 });
  const openOrders = async (): Promise<number> =>
    Number((await pool.query(`SELECT count(*) FROM orders WHERE ${OPEN}`)).rows[0].count);
  const closeAll = async (): Promise<number> => {
    const began = performance.now();
    while ((await openOrders()) > 0) await sleep(20);
    return performance.now() - began;
  };
  /** Orders go through again. */
  const untilTaken = async (token: string): Promise<void> => {
    const isTaken = (): Promise<boolean> =>
      bourse.ask(place, {}, token).then(
        () => true,
        () => false,
      );
    while (!(await isTaken())) await sleep(50);
  };
  try {
    const token = await bourse.customer('10000000');
    await sleep(2_000);
    await measure(bourse, token);
    await closeAll();
    const rounds: { well: Record<'me' | 'orders', Measured>; hung: Record<'me' | 'orders', Measured> }[] = [];
    const refused: number[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      const well = await measure(bourse, token);
      await closeAll();
      await tell({ hang: true });
      const hung = await measure(bourse, token);
      // By themselves: the reads above keep every core busy.
      refused.push(...(await refusals(bourse, token)));
      const left = await openOrders();
      await tell({});
      const closed_ms = await closeAll();
      const { rows } = await pool.query(`SELECT status, count(*) FROM orders GROUP BY status ORDER BY status`);
      rounds.push({ well, hung });
      console.log(
        `round ${round}: ${hung.placed.accepted} orders accepted and ${hung.placed.refused_ms.length} refused while it hung; ` +
          `${left} open when it came back, none after ${(closed_ms / 1_000).toFixed(1)} s; ` +
          rows.map(({ status, count }) => `${status} ${count}`).join(', '),
      );
      await untilTaken(token);
      await closeAll();
    }
    for (const name of ['me', 'orders'] as const) {
      const [well, hung] = [
        median(rounds.map(({ well: { [name]: one } }) => one.p99_ms)),
        median(rounds.map(({ hung: { [name]: one } }) => one.p99_ms)),
      ];
      const ratio = median(rounds.map((one) => one.hung[name].p99_ms / one.well[name].p99_ms));
      console.log(
        `${name.padEnd(8)} p99 ${well.toFixed(1)} ms well, ${hung.toFixed(1)} ms hung; ratio ${ratio.toFixed(2)} (aim: at most 1.2)`,
      );
    }
    refused.sort((one, other) => one - other);
    console.log(
      `refusals ${refused.length}: p50 ${quantile(refused, 0.5).toFixed(1)} ms, p99 ${quantile(refused, 0.99).toFixed(1)} ms (aim: under 5)`,
    );
    const received = ((await (await fetch(`${url}/admin/state`)).json()) as { received: Record<string, number> })
      .received;
    const twice = Object.values(received).filter((times) => times > 1).length;
    console.log(`${Object.keys(received).length} orders reached the venue, ${twice} of them more than once`);
  } finally {
    await pool.end();
    await bourse.stop();
    await venue.stop();
    rmSync(folder, { recursive: true, force: true });
  }
};

await outage();

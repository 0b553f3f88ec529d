import pg from 'pg';
import { brokenPromises } from '../test/support/promises.ts';
import { type Bourse, startBourse } from './lib/bourse.ts';
import { at, CONNECTIONS, fillToVisible, placeCrossing, placeMany, placeOne, placeOnOneAccount } from './lib/orders.ts';
import { prepareReference } from './lib/reference.ts';

/**
 * Durable orders a second from 32 connections, all in one instrument: one a request, and 50 a request, in turns with TPC-B
 * from 32 connections on the same database; then one account alone, what a client waits for a fill, and the memory that
 * the server has with all those orders open. Last, on a server of its own, one instrument whose orders trade with each other.
 */
/** Enough that none reaches its bound of open orders. */
const CUSTOMERS = 480;
const BATCH = 50;
const ROUNDS = 3;
const ROUND_ms = 5_000;
const FILLS = 200;
/** Customers who trade with each other, half of them on each side. */
const CROSSING = 96;

const signUp = async (bourse: Bourse, count: number): Promise<string[]> => {
  const tokens: string[] = [];
  while (tokens.length < count) tokens.push(await bourse.customer('1000000'));
  return tokens;
};

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] ?? 0;

interface Round {
  reference: number;
  single: { perSecond: number; p50_ms: number; p99_ms: number; cpu_us: number };
  batched: { perSecond: number; p99_ms: number };
}

const show = (rounds: readonly Round[], name: string): void => {
  const of = (value: (round: Round) => number): number => median(rounds.map(value));
  console.log(`${name}: ${of((round) => round.reference).toFixed(0)} transactions/s`);
  console.log(
    `placeOrder, one a request: ${of(({ single }) => single.perSecond).toFixed(0)} orders/s, ` +
      `p50 ${of(({ single }) => single.p50_ms).toFixed(1)} ms, p99 ${of(({ single }) => single.p99_ms).toFixed(1)} ms, ` +
      `${of(({ single }) => single.cpu_us).toFixed(0)} µs of the server's CPU an order`,
  );
  console.log(`  ratio ${of(({ single, reference }) => single.perSecond / reference).toFixed(2)} (aim: at least 0.5)`);
  console.log(
    `placeOrders, ${BATCH} a request: ${of(({ batched }) => batched.perSecond * BATCH).toFixed(0)} orders/s, ` +
      `p99 ${of(({ batched }) => batched.p99_ms).toFixed(0)} ms`,
  );
  const ratio = of(({ batched, reference }) => (batched.perSecond * BATCH) / reference);
  console.log(`  ratio ${ratio.toFixed(2)} (aim: at least 2)`);
};

const measure = async (bourse: Bourse, pool: pg.Pool): Promise<void> => {
  const tokens = await signUp(bourse, CUSTOMERS);
  const [lone = '', ...crowd] = tokens;
  const reference = await prepareReference(bourse.databaseUrl);
  await placeOne(bourse, crowd, ROUND_ms);
  const rounds: Round[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const { perSecond } = await reference.run(CONNECTIONS, ROUND_ms);
    const before = bourse.cpu_us();
    const single = await placeOne(bourse, crowd, ROUND_ms);
    const cpu_us = (bourse.cpu_us() - before) / single.answers;
    const batched = await placeMany(bourse, crowd, BATCH, ROUND_ms);
    rounds.push({ reference: perSecond, single: { ...single, cpu_us }, batched });
    // What was written is written out before the other side is measured.
    await pool.query('CHECKPOINT');
  }
  show(rounds, reference.name);
  const one = await placeOnOneAccount(bourse, lone, ROUND_ms);
  console.log(`one account alone: ${one.perSecond.toFixed(0)} orders/s, p99 ${one.p99_ms.toFixed(1)} ms`);
  const fills = await fillToVisible(bourse, lone, FILLS);
  console.log(`fill visible after the answer: p50 ${at(fills, 0.5)} ms, p99 ${at(fills, 0.99)} ms`);
  const open = "SELECT count(*) AS n FROM orders WHERE status IN ('PENDING_NEW', 'NEW')";
  const { rows } = await pool.query<{ n: string }>(open);
  console.log(`memory: ${bourse.rss_mb().toFixed(0)} MB with ${rows[0]?.n} open orders (aim: below 300)`);
  console.log(`broken promises: ${(await brokenPromises(pool)).length}`);
};

/** One hot instrument whose orders meet each other, between makers who stand still. */
const benchCrossing = async (): Promise<void> => {
  const bourse = await startBourse({ PAPER_TICK_MS: '0' });
  const pool = new pg.Pool({ connectionString: bourse.databaseUrl });
  const trades = async (): Promise<number> =>
    Number((await pool.query<{ n: string }>('SELECT count(DISTINCT trade_id) AS n FROM executions')).rows[0]?.n);
  try {
    const half = CROSSING / 2;
    const tokens = await signUp(bourse, CROSSING);
    const sides = { buyers: tokens.slice(0, half), sellers: tokens.slice(half) };
    await placeCrossing(bourse, sides, ROUND_ms / 5);
    const [crossing, resting, matched]: [number[], number[], number[]] = [[], [], []];
    for (let round = 0; round < ROUNDS; round += 1) {
      resting.push((await placeOne(bourse, tokens, ROUND_ms)).perSecond);
      const before = await trades();
      const { perSecond, answers } = await placeCrossing(bourse, sides, ROUND_ms);
      crossing.push(perSecond);
      matched.push(((await trades()) - before) / answers);
    }
    const ratios = crossing.map((perSecond, round) => perSecond / (resting[round] ?? 1));
    console.log(
      `one hot instrument whose orders cross: ${median(crossing).toFixed(0)} orders/s, ` +
        `${median(matched).toFixed(2)} trades an order; ${median(ratios).toFixed(2)} times as many as rest`,
    );
    console.log(`broken promises: ${(await brokenPromises(pool)).length}`);
  } finally {
    await pool.end();
    await bourse.stop();
  }
};

export const benchOrders = async (): Promise<void> => {
  const bourse = await startBourse();
  const pool = new pg.Pool({ connectionString: bourse.databaseUrl });
  try {
    await measure(bourse, pool);
  } finally {
    await pool.end();
    await bourse.stop();
  }
  await benchCrossing();
};

if (import.meta.main) await benchOrders();

import pg from 'pg';
import { brokenPromises } from '../test/support/promises.ts';
import { type Bourse, startBourse } from './lib/bourse.ts';
import { post, run } from './lib/load.ts';
import { prepareTpcb, runTpcb } from './lib/tpcb.ts';

/**
 * Durable orders a second: `placeOrder`, one a request, from 32 connections of as many customers, in turns with TPC-B from
 * 32 connections on the same database. Orders rest far from the market, so each is accepted, acknowledged and stays open.
 */
const CONNECTIONS = 32;
/** Customers a connection takes turns with, so that none reaches its bound of open orders. */
const CUSTOMERS = 4;
const ROUNDS = 3;
const ROUND_ms = 5_000;

const document =
  'mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) { order { id status } userErrors { code message } } }';
const input = { symbol: 'AAPL', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', qty: '0.01', limitPrice: '10.00' };

const signUp = async (bourse: Bourse): Promise<string[]> => {
  const tokens: string[] = [];
  while (tokens.length < CONNECTIONS * CUSTOMERS) tokens.push(await bourse.customer('100000'));
  return tokens;
};

const placeFrom = (bourse: Bourse, tokens: readonly string[]) => {
  const body = JSON.stringify({ query: document, variables: { input } });
  const requests = tokens.map((token) => post('/graphql', body, { authorization: `Bearer ${token}` }));
  let sent = 0;
  return run({
    port: bourse.port,
    connections: CONNECTIONS,
    lasting: ROUND_ms,
    request: (connection) => {
      sent += 1;
      return requests[connection + CONNECTIONS * (sent % CUSTOMERS)] as Buffer;
    },
    check: (answer) => {
      if (!answer.includes('"userErrors":[]')) throw new Error(`unexpected answer: ${answer}`);
    },
  });
};

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] ?? 0;

export const benchOrders = async (): Promise<void> => {
  const bourse = await startBourse();
  const pool = new pg.Pool({ connectionString: bourse.databaseUrl });
  try {
    const tokens = await signUp(bourse);
    await prepareTpcb(bourse.databaseUrl);
    await placeFrom(bourse, tokens);
    const rounds = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const tpcb = await runTpcb(bourse.databaseUrl, CONNECTIONS, ROUND_ms);
      const before = bourse.cpu_us();
      const orders = await placeFrom(bourse, tokens);
      rounds.push({ tpcb, orders, cpu: (bourse.cpu_us() - before) / orders.answers });
      // What was written is written out before the other side is measured.
      await pool.query('CHECKPOINT');
    }
    const { rows } = await pool.query<{ n: string }>('SELECT count(*) AS n FROM orders');
    const orders = median(rounds.map((round) => round.orders.perSecond));
    const tpcb = median(rounds.map((round) => round.tpcb.perSecond));
    const p50 = median(rounds.map((round) => round.orders.p50_ms));
    const p99 = median(rounds.map((round) => round.orders.p99_ms));
    console.log(`TPC-B             ${tpcb.toFixed(0)} transactions/s`);
    console.log(
      `placeOrder        ${orders.toFixed(0)} orders/s, p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, ` +
        `${median(rounds.map(({ cpu }) => cpu)).toFixed(0)} µs of the server's CPU an order`,
    );
    const ratio = median(rounds.map((round) => round.orders.perSecond / round.tpcb.perSecond));
    console.log(`ratio             ${ratio.toFixed(2)} (aim: at least 0.35)   RSS ${bourse.rss_mb().toFixed(0)} MB`);
    console.log(`books             ${rows[0]?.n} orders, broken promises: ${(await brokenPromises(pool)).length}`);
  } finally {
    await pool.end();
    await bourse.stop();
  }
};

if (import.meta.main) await benchOrders();

import { setInterval } from 'node:timers';
import pg from 'pg';
import { type Bourse, startBourse } from './lib/bourse.ts';
import { placeMany, placeOnOneAccount } from './lib/orders.ts';

/**
 * Resident memory of the server while customers fill its book with open orders over HTTP and while it works on with all of
 * them open; then how long a killed server takes until it is ready with the same book, and what it holds then.
 */
const OPEN = 100_000;
const BATCH = 50;
/** Below the bound of open orders of one account. */
const ORDERS_PER_CUSTOMER = 800;
const AIM_mb = 300;
const READY_ms = 5_000;
const WORK_ms = 15_000;
/** Short, so that hardly more are open than are asked for. */
const SLICE_ms = 400;

const countOpen = async (pool: pg.Pool): Promise<number> => {
  const { rows } = await pool.query<{ n: number }>("SELECT count(*)::int AS n FROM orders WHERE status = 'NEW'");
  return rows[0]?.n ?? 0;
};

/** The highest resident memory while the work runs, in megabytes. */
const peakDuring = async (bourse: Bourse, work: () => Promise<unknown>): Promise<number> => {
  let peak = bourse.rss_mb();
  const timer = setInterval(() => {
    peak = Math.max(peak, bourse.rss_mb());
  }, 50);
  await work().finally(() => clearInterval(timer));
  return Math.max(peak, bourse.rss_mb());
};

const measure = async (bourse: Bourse, pool: pg.Pool): Promise<boolean> => {
  const say = (name: string, mb: number): void => console.log(`${name.padEnd(44)} ${mb.toFixed(0).padStart(5)} MB`);
  say('started', bourse.rss_mb());
  const tokens: string[] = [];
  while (tokens.length * ORDERS_PER_CUSTOMER < OPEN + BATCH * ORDERS_PER_CUSTOMER)
    tokens.push(await bourse.customer('1000000'));
  const [lone = '', ...crowd] = tokens;
  say(`${tokens.length} customers signed up`, bourse.rss_mb());
  const filling = await peakDuring(bourse, async () => {
    while ((await countOpen(pool)) < OPEN) {
      const { answers } = await placeMany(bourse, crowd, BATCH, SLICE_ms);
      // The next ones go on behind these, so that no customer reaches the bound of open orders.
      crowd.push(...crowd.splice(0, answers % crowd.length));
    }
  });
  const open = await countOpen(pool);
  say(`highest while ${open} orders were placed`, filling);
  const cpu_us = bourse.cpu_us();
  let answers = 0;
  const working = await peakDuring(bourse, async () => {
    ({ answers } = await placeOnOneAccount(bourse, lone, WORK_ms));
  });
  say('highest while it worked on with them open', working);
  console.log(
    `  ${answers} orders more, ${((bourse.cpu_us() - cpu_us) / answers).toFixed(0)} µs of the server's CPU each`,
  );
  const worst = Math.max(filling, working);
  console.log(`  ${(worst / AIM_mb).toFixed(2)} of the aim (below ${AIM_mb} MB with ${OPEN} open orders)`);
  const ready_ms = await bourse.restart();
  console.log(
    `killed and ready again after ${ready_ms.toFixed(0)} ms (aim: at most ${READY_ms}), ` +
      `${(bourse.cpu_us() / 1_000).toFixed(0)} ms of them on the CPU`,
  );
  say('right after that', bourse.rss_mb());
  return worst < AIM_mb && ready_ms <= READY_ms;
};

export const benchMemory = async (): Promise<boolean> => {
  const bourse = await startBourse();
  const pool = new pg.Pool({ connectionString: bourse.databaseUrl });
  try {
    return await measure(bourse, pool);
  } finally {
    await pool.end();
    await bourse.stop();
  }
};

if (import.meta.main) process.exitCode = (await benchMemory()) ? 0 : 1;

import pg from 'pg';
import { quantile } from './load.ts';

/**
 * pgbench's built-in "TPC-B (sort of)" transaction through node-postgres: what this machine's Postgres does of short durable
 * transactions, as a measure for ours. The script is the one that PostgreSQL's manual prints for pgbench.
 */
const SCALE = 32;
const ACCOUNTS = 100_000;

export const prepareTpcb = async (url: string): Promise<void> => {
  const client = new pg.Client(url);
  await client.connect();
  await client.query(`
    CREATE SCHEMA tpcb;
    CREATE TABLE tpcb.branches (bid int PRIMARY KEY, bbalance int, filler char(88)) WITH (fillfactor = 100);
    CREATE TABLE tpcb.tellers (tid int PRIMARY KEY, bid int, tbalance int, filler char(84)) WITH (fillfactor = 100);
    CREATE TABLE tpcb.accounts (aid int PRIMARY KEY, bid int, abalance int, filler char(84)) WITH (fillfactor = 100);
    CREATE TABLE tpcb.history (tid int, bid int, aid int, delta int, mtime timestamp, filler char(22));
    INSERT INTO tpcb.branches SELECT n, 0, '' FROM generate_series(1, ${SCALE}) n;
    INSERT INTO tpcb.tellers SELECT n, (n - 1) / 10 + 1, 0, '' FROM generate_series(1, ${SCALE * 10}) n;
    INSERT INTO tpcb.accounts SELECT n, (n - 1) / ${ACCOUNTS} + 1, 0, '' FROM generate_series(1, ${SCALE * ACCOUNTS}) n;
    ANALYZE tpcb.accounts;
  `);
  await client.query('CHECKPOINT');
  await client.end();
};

const upTo = (max: number): number => 1 + Math.floor(Math.random() * max);

const transaction = async (client: pg.Client): Promise<void> => {
  const [aid, bid, tid, delta] = [upTo(ACCOUNTS * SCALE), upTo(SCALE), upTo(SCALE * 10), upTo(10_000) - 5_000];
  const run = (name: string, text: string, ...values: number[]) => client.query({ name, text, values });
  await client.query('BEGIN');
  await run('a', 'UPDATE tpcb.accounts SET abalance = abalance + $1 WHERE aid = $2', delta, aid);
  await run('s', 'SELECT abalance FROM tpcb.accounts WHERE aid = $1', aid);
  await run('t', 'UPDATE tpcb.tellers SET tbalance = tbalance + $1 WHERE tid = $2', delta, tid);
  await run('b', 'UPDATE tpcb.branches SET bbalance = bbalance + $1 WHERE bid = $2', delta, bid);
  const history = 'INSERT INTO tpcb.history (tid, bid, aid, delta, mtime) VALUES ($1, $2, $3, $4, CURRENT_TIMESTAMP)';
  await run('h', history, tid, bid, aid, delta);
  await client.query('COMMIT');
};

export const runTpcb = async (url: string, clients: number, lasting: number) => {
  const connections = await Promise.all(
    Array.from({ length: clients }, async () => {
      const client = new pg.Client(url);
      await client.connect();
      return client;
    }),
  );
  const latencies: number[] = [];
  const started = performance.now();
  await Promise.all(
    connections.map(async (client) => {
      while (performance.now() - started < lasting) {
        const begun = performance.now();
        await transaction(client);
        latencies.push(performance.now() - begun);
      }
    }),
  );
  const seconds = (performance.now() - started) / 1_000;
  await Promise.all(connections.map((client) => client.end()));
  latencies.sort((a, b) => a - b);
  return { perSecond: latencies.length / seconds, p99_ms: quantile(latencies, 0.99) };
};

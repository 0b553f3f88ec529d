import { parseArgs } from 'node:util';
import pg from 'pg';
import { brokenPromises } from '../test/support/promises.ts';
import { type Bourse, startBourse } from './lib/bourse.ts';
import { fill, type Owners } from './lib/fill.ts';
import { quantile } from './lib/load.ts';

/**
 * npm run bench:reads [-- --rows N]: pages of `orders` and `journal` and look-ups of one order, over HTTP, from a database
 * with ten thousand rows and from one with N (ten million when absent), a request here and a request there. The one with N
 * takes about a kilobyte of disk a row, and minutes to fill. What a page costs must not grow: above 1.2 this fails.
 */
const SMALL = 10_000;
const AIM = 1.2;
const REQUESTS = 200;
/** A ratio of two medians still moves on a busy machine: the median of three such ratios counts. */
const REPEATS = 3;
/** Dollars that every account has: the most that a paper account may be given, enough for the fills of ten million orders. */
const CASH = '25000000';

const { values } = parseArgs({ options: { rows: { type: 'string', default: '10000000' } } });
const rows = Number(values.rows);
if (!(Number.isInteger(rows) && rows > 0 && rows % 2_000 === 0)) {
  console.error('--rows is a multiple of 2000');
  process.exit(2);
}

type Who = 'large' | 'small';
interface Side {
  bourse: Bourse;
  tokens: Record<Who, string>;
}

const order = 'id clientOrderId symbol side type status qty filledQty filledAvgPrice createdAt fills { id price qty }';
const entry = 'id kind createdAt postings { asset amount balanceAfter }';
const page = 'edges { cursor node { %s } } pageInfo { hasNextPage endCursor }';
const ordersPage = `query ($after: String, $filter: OrderFilter) { page: orders(first: 20, after: $after, filter: $filter) { ${page.replace('%s', order)} } }`;
const ordersEnd = `query ($filter: OrderFilter) { page: orders(last: 20, filter: $filter) { ${page.replace('%s', order)} } }`;
const journalPage = `query ($after: String, $filter: JournalFilter) { page: journal(first: 20, after: $after, filter: $filter) { ${page.replace('%s', entry)} } }`;
const oneOrder = `query ($id: ID, $clientOrderId: String) { order(id: $id, clientOrderId: $clientOrderId) { ${order} } }`;

/** A cursor to the middle of a list, as the API makes them: the place of number n of the filled rows. */
const middle = (kind: number, count: number): string => {
  const n = Math.floor(count / 2);
  const id = `01930000-000${kind}-7000-8000-${n.toString(16).padStart(12, '0')}`;
  return Buffer.from(`${Date.parse('2025-01-01T00:00:00Z') + n}:${id}`, 'latin1').toString('base64url');
};

interface Case {
  name: string;
  query: string;
  /** For a table with so many rows. */
  variables(count: number): object;
  who?: Who;
}

const filtered = (filter: object): Pick<Case, 'query' | 'variables'> => ({
  query: ordersPage,
  variables: () => ({ filter }),
});

const cases: Case[] = [
  { name: 'orders, first page', query: ordersPage, variables: () => ({}) },
  { name: 'orders, page from the middle', query: ordersPage, variables: (count) => ({ after: middle(1, count) }) },
  { name: 'orders, last page', query: ordersEnd, variables: () => ({}) },
  { name: 'orders, open', ...filtered({ open: true }) },
  { name: 'orders, filled', ...filtered({ status: ['FILLED'] }) },
  { name: 'orders, cancelled or expired', ...filtered({ status: ['CANCELED', 'EXPIRED'] }) },
  { name: 'orders, rejected: none', ...filtered({ status: ['REJECTED'] }) },
  { name: 'orders, in AAPL', ...filtered({ symbol: 'AAPL' }) },
  { name: 'orders, in TSLA: none', ...filtered({ symbol: 'TSLA' }) },
  { name: 'orders, sells: none', ...filtered({ side: 'SELL' }) },
  { name: 'orders, filled in MSFT: none', ...filtered({ symbol: 'MSFT', status: ['FILLED'] }) },
  {
    name: 'orders, cancelled in AAPL from the middle',
    query: ordersPage,
    variables: (count) => ({ after: middle(1, count), filter: { symbol: 'AAPL', status: ['CANCELED'] } }),
  },
  { name: 'orders, last page of cancelled', query: ordersEnd, variables: () => ({ filter: { status: ['CANCELED'] } }) },
  { name: 'orders, since 2026: none', ...filtered({ createdFrom: '2026-01-01T00:00:00Z' }) },
  { name: 'orders of an account with twenty', query: ordersPage, variables: () => ({}), who: 'small' },
  { name: '  in MSFT', ...filtered({ symbol: 'MSFT' }), who: 'small' },
  { name: '  filled', ...filtered({ status: ['FILLED'] }), who: 'small' },
  {
    name: 'order, by id',
    query: oneOrder,
    variables: (count) => ({ id: `01930000-0001-7000-8000-${(count / 2 + 1).toString(16).padStart(12, '0')}` }),
  },
  {
    name: 'order, by clientOrderId',
    query: oneOrder,
    variables: (count) => ({ clientOrderId: `client-${count / 2 + 1}` }),
  },
  { name: 'order, by clientOrderId: none', query: oneOrder, variables: () => ({ clientOrderId: 'no such order' }) },
  { name: 'journal, first page', query: journalPage, variables: () => ({}) },
  { name: 'journal, page from the middle', query: journalPage, variables: (count) => ({ after: middle(2, count) }) },
  { name: 'journal, trades', query: journalPage, variables: () => ({ filter: { kind: 'TRADE' } }) },
  { name: 'journal, deposits', query: journalPage, variables: () => ({ filter: { kind: 'DEPOSIT' } }) },
  { name: 'journal, reversals: none', query: journalPage, variables: () => ({ filter: { kind: 'REVERSAL' } }) },
  {
    name: 'journal, before 2025: none',
    query: journalPage,
    variables: () => ({ filter: { to: '2024-12-31T00:00:00Z' } }),
  },
  { name: 'journal of an account with few', query: journalPage, variables: () => ({}), who: 'small' },
];

const accountOf = async (bourse: Bourse, token: string): Promise<string> => {
  const { accounts } = await bourse.ask<{ accounts: { id: string }[] }>('{ accounts { id } }', {}, token);
  return accounts[0]?.id ?? '';
};

const prepare = async (count: number): Promise<Side> => {
  const bourse = await startBourse({ ACCESS_TOKEN_EXPIRE_MINUTES: '1000', PAPER_MAKERS: 'false' });
  const tokens = { large: await bourse.customer(CASH), small: await bourse.customer(CASH) };
  const crowd = [await bourse.customer(CASH), await bourse.customer(CASH), await bourse.customer(CASH)];
  const owners: Owners = {
    large: await accountOf(bourse, tokens.large),
    small: await accountOf(bourse, tokens.small),
    crowd: await Promise.all(crowd.map((token) => accountOf(bourse, token))),
  };
  const began = performance.now();
  await bourse.restart(() => fill(bourse.databaseUrl, count, owners, BigInt(CASH) * 100_000_000n));
  const pool = new pg.Pool({ connectionString: bourse.databaseUrl });
  const { rows: sizes } = await pool.query<{ size: string }>(
    'SELECT pg_size_pretty(pg_database_size(current_database())) AS size',
  );
  console.log(`${count} rows: filled in ${((performance.now() - began) / 1_000).toFixed(0)} s, ${sizes[0]?.size}`);
  if (count <= SMALL) console.log(`broken promises: ${(await brokenPromises(pool)).join('\n') || 'none'}`);
  await pool.end();
  return { bourse, tokens };
};

const timed = async (
  { bourse, tokens }: Side,
  { query, variables, who = 'large' }: Case,
  count: number,
): Promise<number> => {
  const began = performance.now();
  await bourse.ask(query, variables(count), tokens[who]);
  return performance.now() - began;
};

const median = (numbers: number[]): number =>
  quantile(
    numbers.sort((a, b) => a - b),
    0.5,
  );

const compare = async (few: Side, many: Side, each: Case): Promise<{ few: number; many: number }> => {
  const times = { few: [] as number[], many: [] as number[] };
  for (let request = -5; request < REQUESTS; request += 1) {
    const [a, b] = [await timed(few, each, SMALL), await timed(many, each, rows)];
    // The first ones find nothing in any cache.
    if (request >= 0) times.few.push(a);
    if (request >= 0) times.many.push(b);
  }
  return { few: median(times.few), many: median(times.many) };
};

const run = async (few: Side, many: Side): Promise<number> => {
  let worst = 0;
  for (const each of cases) {
    const rounds: { few: number; many: number }[] = [];
    while (rounds.length < REPEATS) rounds.push(await compare(few, many, each));
    const ratio = median(rounds.map((round) => round.many / round.few));
    const show = (side: 'few' | 'many'): string =>
      median(rounds.map((round) => round[side]))
        .toFixed(2)
        .padStart(8);
    worst = Math.max(worst, ratio);
    console.log(
      `${ratio <= AIM ? '✓' : '✗'} ${each.name.padEnd(44)} p50 ${show('few')} and ${show('many')} ms, ratio ${ratio.toFixed(2)}`,
    );
  }
  return worst;
};

const sides: Side[] = [];
try {
  for (const count of [SMALL, rows]) sides.push(await prepare(count));
  const worst = await run(...(sides as [Side, Side]));
  console.log(`worst ratio ${worst.toFixed(2)} (aim: at most ${AIM})`);
  process.exitCode = worst <= AIM ? 0 : 1;
} finally {
  for (const { bourse } of sides) await bourse.stop();
}

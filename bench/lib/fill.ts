import pg from 'pg';

/**
 * Fills the tables of a stopped server with orders and what belongs to them, as fast as Postgres takes rows: nothing is
 * logged and the secondary indexes are made afterwards. The promises of the books hold: every fourth order is filled and
 * booked against the venue's account with four postings, a hundred are open and hold their reserve, the others are
 * cancelled.
 *
 * Twenty orders, evenly apart, are the small account's; of the others, one in ten is one of the crowd's and the rest the
 * large account's. All are buys. What is filled is AAPL, what is not is half of it MSFT: so there are filters that match most,
 * that match nothing, and that match nothing although each part of them matches much.
 */
export interface Owners {
  large: string;
  small: string;
  crowd: readonly string[];
}

const VENUE = '00000000-0000-7000-8000-000000000001';
/** The later one names the earlier one. */
const tables = ['postings', 'journal_entries', 'orders', 'executions', 'lots'] as const;

/** One share at 10 dollars: in units of the share, of the price, and of its value in dollars. */
const [QTY, PRICE, VALUE] = [10_000n, 1_000n, 1_000_000_000n];
const RESERVE = VALUE + VALUE / 400n;

/** Ids of one kind, in the order of their numbers. */
const id = (kind: number, n = 'n'): string => `('01930000-000${kind}-7000-8000-' || lpad(to_hex(${n}), 12, '0'))::uuid`;
/** When order number n was placed, and filled or cancelled. */
const time = (n = 'n'): string => `timestamptz '2025-01-01Z' + ${n} * interval '1 millisecond'`;

const ownerOf = (rows: number, { large, small, crowd }: Owners): string => `
  CASE WHEN n % ${rows / 20} = 0 THEN '${small}'::uuid
       WHEN n % 10 = 0 THEN (ARRAY['${crowd.join("', '")}']::uuid[])[1 + (n / 10) % ${crowd.length}]
       ELSE '${large}'::uuid END`;
const isOpen = (rows: number): string => `(n % ${rows / 100} = 3 OR n = ${rows})`;
const isFilled = (rows: number): string => `(NOT ${isOpen(rows)} AND (n / 7) % 4 = 1)`;

const orders = (rows: number, owners: Owners): string => `
  INSERT INTO orders (id, sequence, account_id, client_order_id, fingerprint, symbol, side, type, time_in_force, qty, filled_qty,
    filled_value, limit_price, worst_price, reserve, reserve_asset, status, reason, created_at, updated_at, filled_at,
    canceled_at, root_order_id)
  SELECT id, n, ${ownerOf(rows, owners)}, 'client-' || n, sha256('filled'), CASE WHEN state = 'CANCELED' AND n % 2 = 0 THEN 'MSFT' ELSE 'AAPL' END,
    'BUY', 'LIMIT', 'GTC', ${QTY}, CASE state WHEN 'FILLED' THEN ${QTY} ELSE 0 END, CASE state WHEN 'FILLED' THEN ${VALUE} ELSE 0 END,
    ${PRICE}, ${PRICE}, CASE state WHEN 'NEW' THEN ${RESERVE} ELSE 0 END, 'USD', state::"OrderStatus",
    CASE state WHEN 'CANCELED' THEN 'CANCELED_BY_CUSTOMER' END, at, at, CASE state WHEN 'FILLED' THEN at END,
    CASE state WHEN 'CANCELED' THEN at END, id
  FROM (SELECT n, ${id(1)} AS id, ${time()} AS at,
          CASE WHEN ${isOpen(rows)} THEN 'NEW' WHEN ${isFilled(rows)} THEN 'FILLED' ELSE 'CANCELED' END AS state
        FROM generate_series(1, ${rows}) n) o`;

/** The fills, each with its rank among its account's and among all: what balances and positions are after it. */
const fills = (rows: number, owners: Owners): string => `
  CREATE UNLOGGED TABLE fills AS
  SELECT n, account_id, row_number() OVER (PARTITION BY account_id ORDER BY n) AS own, row_number() OVER (ORDER BY n) AS rank
  FROM (SELECT n, ${ownerOf(rows, owners)} AS account_id FROM generate_series(1, ${rows}) n WHERE ${isFilled(rows)}) f`;

const booked = (cash: bigint): string[] => [
  `INSERT INTO journal_entries (id, kind, reference, created_at)
   SELECT ${id(2)}, 'TRADE', ${id(3)}, ${time()} FROM fills ORDER BY n`,
  `INSERT INTO postings (entry_id, line, account_id, asset, amount, balance_after, created_at, kind, sequence)
   SELECT ${id(2)}, line, who, asset, amount, after, ${time()}, 'TRADE', 1000000 + 4 * rank + line
   FROM (SELECT * FROM fills ORDER BY n) f CROSS JOIN LATERAL (VALUES
     (0, account_id, 'USD', -${VALUE}, ${cash} - own * ${VALUE}), (1, '${VENUE}'::uuid, 'USD', ${VALUE}, rank * ${VALUE}),
     (2, account_id, 'AAPL', ${QTY}, own * ${QTY}), (3, '${VENUE}'::uuid, 'AAPL', -${QTY}, -rank * ${QTY})
   ) AS l(line, who, asset, amount, after)`,
  `INSERT INTO executions (id, sequence, exec_id, trade_id, order_id, account_id, symbol, side, qty, price, value, fee, liquidity, cum_qty,
     created_at, position_qty, position_cost, position_pnl)
   SELECT ${id(4)}, n, ${id(3)} || '-BUY', ${id(3)}, ${id(1)}, account_id, 'AAPL', 'BUY', ${QTY}, ${PRICE}, ${VALUE}, 0, 'TAKER', ${QTY},
     ${time()}, own * ${QTY}, own * ${VALUE}, 0 FROM fills ORDER BY n`,
  `INSERT INTO lots (id, sequence, account_id, symbol, qty, cost, leaves_qty, leaves_cost, opened_at)
   SELECT ${id(4)}, n, account_id, 'AAPL', ${QTY}, ${VALUE}, ${QTY}, ${VALUE}, ${time()} FROM fills ORDER BY n`,
];

/** What the accounts have after all of it. Their deposits were before it. */
const summed = (rows: number): string[] => [
  ...['journal_entries', 'postings', 'transfers'].map(
    (table) => `UPDATE ${table} SET created_at = ${time('0')} WHERE kind = 'DEPOSIT'`,
  ),
  `CREATE TEMP TABLE sums AS SELECT account_id, count(*) AS n FROM fills GROUP BY 1`,
  `CREATE TEMP TABLE opens AS SELECT account_id, count(*) AS n FROM orders WHERE status = 'NEW' GROUP BY 1`,
  `UPDATE balances b SET posted = posted - n * ${VALUE} FROM sums s WHERE s.account_id = b.account_id AND asset = 'USD'`,
  `UPDATE balances b SET held = n * ${RESERVE} FROM opens o WHERE o.account_id = b.account_id AND asset = 'USD'`,
  `INSERT INTO balances SELECT account_id, 'AAPL', n * ${QTY}, 0, false FROM sums
   UNION ALL SELECT '${VENUE}', 'USD', sum(n) * ${VALUE}, 0, true FROM sums
   UNION ALL SELECT '${VENUE}', 'AAPL', -sum(n) * ${QTY}, 0, true FROM sums`,
  `INSERT INTO positions SELECT account_id, 'AAPL', n * ${QTY}, n * ${VALUE}, 0, ${time(`${rows}`)} FROM sums`,
  `UPDATE accounts a SET open_orders = n FROM opens o WHERE o.account_id = a.id`,
  `UPDATE accounts SET booked_at = ${time(`${rows}`)}`,
  ...tables
    .filter((table) => table !== 'journal_entries')
    .map((table) => `SELECT setval('${table}_sequence_seq', (SELECT max(sequence) FROM ${table}))`),
  'DROP TABLE fills',
];

const secondary = `
  SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS made FROM pg_index i
  WHERE i.indrelid = ANY($1::regclass[]) AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid)`;

/** `rows` is a multiple of 2,000; every account has been given `cash` units of US dollars and done nothing else. */
export const fill = async (url: string, rows: number, owners: Owners, cash: bigint): Promise<void> => {
  const open = async (): Promise<pg.Client> => {
    const client = new pg.Client(url);
    await client.connect();
    // Neither foreign keys nor the triggers look at each row.
    await client.query(
      "SET session_replication_role = replica; SET maintenance_work_mem = '512MB'; SET work_mem = '256MB'",
    );
    return client;
  };
  const clients = [await open(), await open()] as const;
  const [one, other] = clients;
  const all = async (client: pg.Client, statements: readonly string[]): Promise<void> => {
    for (const statement of statements) await client.query(statement);
  };
  const { rows: indexes } = await one.query<{ name: string; made: string }>(secondary, [tables]);
  await all(one, [
    ...tables.map((table) => `ALTER TABLE ${table} SET UNLOGGED`),
    ...indexes.map(({ name }) => `DROP INDEX ${name}`),
  ]);
  await Promise.all([all(one, [orders(rows, owners)]), all(other, [fills(rows, owners), ...booked(cash)])]);
  await all(one, summed(rows));
  const half = (which: number): string[] => indexes.filter((_, at) => at % 2 === which).map(({ made }) => made);
  await Promise.all(clients.map((client, which) => all(client, half(which))));
  await all(one, ['VACUUM (ANALYZE)']);
  await Promise.all(clients.map((client) => client.end()));
};

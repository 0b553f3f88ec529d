import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { connect } from '../../src/database/connect.ts';
import { decideSettle } from '../../src/orders/settle/decide-settle.ts';
import { settleNeeds } from '../../src/orders/settle/settle-needs.ts';
import type { TradeReport } from '../../src/venues/venue.ts';
import { operatorOf } from '../controls/support.ts';
import { booksOfDatabase, corrupt } from '../support/corrupt.ts';
import { copyOf, type TestDatabase, testDatabase } from '../support/database.ts';
import { must } from '../support/people.ts';
import { fees, startTrading, type TestTrading } from '../support/trading.ts';

/* Books that were changed so that they agree with themselves: what was booked, and what is held back, is not what it is for. */

let source: TestDatabase;
let database: TestDatabase;

const aapl = { symbol: 'AAPL' } as const;
const sell = { ...aapl, side: 'SELL' } as const;
const exits = (qty: string) => [
  { ...sell, type: 'LIMIT', qty, limitPrice: '5000.00' } as const,
  { ...sell, type: 'STOP', qty, stopPrice: '1.00' } as const,
];

/** Four of the ten of a resting entry. */
const fillEntry = async (trading: TestTrading, orderId: string, accountId: string): Promise<void> => {
  const instrumentOf = (symbol: string) => trading.market.find(symbol)!;
  const trade: TradeReport = {
    ...{ kind: 'TRADE', tradeId: trading.ids.next(), ...aapl, price: 10_000n, qty: 40_000n },
    ...{ takerSide: 'SELL', taker: null, maker: { orderId, accountId } },
  };
  const rules = { instrumentOf, rates: fees, hours: () => 'ALWAYS_OPEN' as const, ids: trading.ids };
  await trading.lane.settle({
    needs: settleNeeds([trade], instrumentOf),
    decide: (books, at) => decideSettle(books, at, [trade], rules),
  });
  await trading.settled();
};

/** Something of each kind: resting orders, a pair, a bracket whose entry has filled a part, a busted trade, a reversed deposit. */
beforeAll(async () => {
  source = await testDatabase();
  const trading = await startTrading({ url: source.url });
  const operator = await operatorOf(trading);
  const { by, accountId } = await trading.customer('100000');
  const deposit = must(await trading.ledger.deposit(by, { amount: '5' }));
  must(await trading.ledger.reverseTransfer(operator, { transferId: deposit.id, reason: 'twice' }));
  const buy = { ...aapl, side: 'BUY', type: 'MARKET' } as const;
  const busted = must(await trading.orders.place(by, { ...buy, qty: '2' }));
  must(await trading.orders.place(by, { ...buy, qty: '10' }));
  await trading.settled();
  const [fill] = await trading.database.prisma.execution.findMany({ where: { orderId: busted.id } });
  must(await trading.trades.bust(operator, { executionId: fill!.id, reason: 'erroneous' }));
  must(await trading.orders.place(by, { ...aapl, side: 'BUY', type: 'LIMIT', qty: '0.3333', limitPrice: '1.01' }));
  must(await trading.orders.place(by, { ...sell, type: 'LIMIT', qty: '1', limitPrice: '5000.00' }));
  must(await trading.orders.placeList(by, { type: 'OCO', orders: exits('3') }));
  const entry = { ...aapl, side: 'BUY', type: 'LIMIT', qty: '10', limitPrice: '100.00' } as const;
  const list = must(await trading.orders.placeList(by, { type: 'BRACKET', orders: [entry, ...exits('10')] }));
  await trading.settled();
  await fillEntry(trading, list.orders[0]!.id, accountId);
  await trading.close();
});
afterAll(() => source.close());
beforeEach(async () => {
  database = await copyOf(source);
});
afterEach(() => database.close());

/** The names of the checks that find something, and of which rows. */
const found = async (): Promise<[string, string][]> =>
  (await booksOfDatabase(database)).differences.map(({ check, subject }) => [check, subject]);

const ask = async <Row extends object>(sql: string): Promise<Row[]> => {
  const client = await connect(database.url);
  return (await client.query(sql).finally(() => client.end())).rows;
};

const needed = 'reserve is not what the terms of the order need';
const ofBracket = `list_id = (SELECT list_id FROM orders WHERE leg = 'TAKE_PROFIT')`;

/** Changes the reserve of orders, and what their account holds with it. */
const reserves = (by: string, where: string): Promise<void> =>
  corrupt(
    database,
    `WITH o AS (UPDATE orders SET reserve = reserve + (${by}) WHERE ${where} RETURNING account_id, reserve_asset)
     UPDATE balances b SET held = held + (${by}) FROM o WHERE (b.account_id, b.asset) = (o.account_id, o.reserve_asset)`,
  );

test('books of every kind of order are right', async () => {
  expect(await found()).toEqual([]);
});

test('a unit more or less than an order needs is named, although the account holds it alike', async () => {
  const orders = await ask<{ id: string }>('SELECT id FROM orders WHERE reserve > 0');
  expect(orders).toHaveLength(5);
  for (const { id } of orders) {
    for (const by of ['-1', '1']) {
      await reserves(by, `id = '${id}'`);
      expect(await found()).toEqual([[needed, id], ...(by === '1' ? await tooMuchOf(id) : [])]);
      await reserves(`-(${by})`, `id = '${id}'`);
    }
  }
}, 120_000);

/** Exits that keep back more than they need keep back more than their entry has left. */
const tooMuchOf = async (id: string): Promise<[string, string][]> =>
  (await ask<{ list_id: string }>(`SELECT list_id FROM orders WHERE id = '${id}' AND leg = 'TAKE_PROFIT'`)).map(
    ({ list_id }) => ['exits keep back more than their entry has left', list_id],
  );

test('what both of a pair keep back is named', async () => {
  await reserves('30000', "leg = 'SECOND'");
  expect((await found()).map(([check]) => check)).toEqual([needed]);
});

test('a replacement that was not answered is held for, by what it asks and by what is there', async () => {
  const pending = (qtyChange: string, worstPrice: string) =>
    corrupt(
      database,
      `UPDATE orders SET status = 'PENDING_REPLACE', replacement = '{"qtyChange": "${qtyChange}", "worstPrice": "${worstPrice}"}'
       WHERE limit_price = 101`,
    );
  await pending('-1000', '101');
  expect(await found()).toEqual([]);
  await pending('0', '202');
  expect((await found()).map(([check]) => check)).toEqual([needed]);
  const [order] = await ask<{ reserve: bigint }>('SELECT reserve FROM orders WHERE limit_price = 101');
  await reserves(String(order?.reserve), 'limit_price = 101');
  expect(await found()).toEqual([]);
});

test('an order by cash is held for with what is left of the cash', async () => {
  await corrupt(database, 'UPDATE orders SET notional = reserve WHERE limit_price = 101');
  expect(await found()).toEqual([]);
  await reserves('-1', 'limit_price = 101');
  expect((await found()).map(([check]) => check)).toEqual([needed]);
});

test('an order of before rates were kept holds its value at least', async () => {
  await corrupt(database, 'UPDATE orders SET fee_bps = NULL WHERE limit_price = 101');
  await reserves('7', 'limit_price = 101');
  expect(await found()).toEqual([]);
  const [order] = await ask<{ value: bigint }>('SELECT reserve / 2 AS value FROM orders WHERE limit_price = 101');
  await reserves(`-${order?.value}`, 'limit_price = 101');
  expect((await found()).map(([check]) => check)).toEqual([needed]);
});

test('exits of an entry that lost fills may hold less, and no more than it has left', async () => {
  await corrupt(database, `UPDATE orders SET status = 'NEW', qty = 40000 WHERE leg <> 'ENTRY' AND ${ofBracket}`);
  await corrupt(
    database,
    `UPDATE orders SET qty = 90000, filled_qty = 30000, busted_qty = 10000 WHERE leg = 'ENTRY' AND ${ofBracket}`,
  );
  const named = async () =>
    (await found()).map(([check]) => check).filter((check) => !check.startsWith('order is not'));
  expect(await named()).toEqual(['exits keep back more than their entry has left']);
  await reserves('-10000', "leg = 'TAKE_PROFIT'");
  expect(await named()).toEqual([]);
});

test('cash that a trade moved beside what it was executed for is named by its entry', async () => {
  // As nothing else can see: the entry balances, and balances and the postings after it follow.
  await corrupt(
    database,
    `WITH d AS (SELECT account_id, asset, sequence, CASE line WHEN 0 THEN 500 ELSE -500 END AS by FROM postings
                WHERE entry_id = (SELECT max(id::text)::uuid FROM journal_entries WHERE kind = 'TRADE') AND line < 2),
          b AS (UPDATE balances b SET posted = posted + by FROM d WHERE (b.account_id, b.asset) = (d.account_id, d.asset))
     UPDATE postings p SET balance_after = balance_after + by, amount = amount + CASE p.sequence WHEN d.sequence THEN by ELSE 0 END
     FROM d WHERE (p.account_id, p.asset) = (d.account_id, d.asset) AND p.sequence >= d.sequence`,
  );
  const [trade] = await ask<{ trade_id: string }>('SELECT trade_id FROM executions ORDER BY sequence DESC LIMIT 1');
  expect(await found()).toEqual([['trade has not moved what its executions say', `${trade?.trade_id} USD`]]);
});

test('a deposit that nobody made is named', async () => {
  await corrupt(
    database,
    `WITH e AS (INSERT INTO journal_entries (id, kind, reference, created_at)
                VALUES (gen_random_uuid(), 'DEPOSIT', gen_random_uuid(), now()) RETURNING id),
          l AS (UPDATE balances b SET posted = posted + CASE kind WHEN 'WORLD' THEN -1000 ELSE 1000 END
                FROM accounts a WHERE a.id = b.account_id AND asset = 'USD' AND (kind = 'WORLD' OR posted > 0 AND kind = 'CUSTOMER')
                RETURNING account_id, posted, kind)
     INSERT INTO postings (entry_id, line, account_id, asset, amount, balance_after, created_at, kind)
     SELECT e.id, row_number() OVER (), account_id, 'USD', CASE kind WHEN 'WORLD' THEN -1000 ELSE 1000 END, posted, now(), 'DEPOSIT'
     FROM e, l`,
  );
  expect((await found()).map(([check]) => check)).toEqual(['transfer is not what its entry booked']);
});

test.each([
  ["UPDATE postings SET amount = 2 * amount WHERE kind = 'REVERSAL'", 'reversal is not the opposite of its entry'],
  ["DELETE FROM journal_entries WHERE kind = 'REVERSAL'", 'side of a trade is not busted as its entry is reversed'],
  [
    "UPDATE executions SET busts_id = gen_random_uuid() WHERE kind = 'BUST'",
    'side of a trade is not busted as its entry is reversed',
  ],
])('%s is named: %s', async (sql, check) => {
  await corrupt(database, sql);
  expect((await found()).map(([name]) => name)).toContain(check);
});

test.each([
  ['UPDATE orders SET fees = fees + 1 WHERE filled_qty > 0', / fees$/],
  ['UPDATE orders SET filled_value = filled_value + 1 WHERE filled_qty > 0', / value$/],
  ['UPDATE orders SET busted_qty = busted_qty + 1 WHERE filled_qty > 0', / busted quantity$/],
])('%s: what differs is said', async (sql, subject) => {
  await corrupt(database, sql);
  const { differences } = await booksOfDatabase(database);
  const fills = differences.filter(({ check }) => check === 'order is not filled by its executions');
  expect(fills).not.toEqual([]);
  for (const one of fills) {
    expect(one.subject).toMatch(subject);
    expect(BigInt(one.found)).toBe(BigInt(one.expected) + 1n);
  }
});

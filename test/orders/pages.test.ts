import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OrderStatus } from '../../src/database/generated/enums.ts';
import type { PageRequest } from '../../src/kernel/page.ts';
import type { OrderRow } from '../../src/lane/rows.ts';
import { isFinal } from '../../src/orders/order.ts';
import { countQuery, type OrderFilter } from '../../src/orders/page-query.ts';
import { createOrderStore, type OrderStore } from '../../src/orders/store.ts';
import { must } from '../support/people.ts';
import { type Customer, startTrading, type TestTrading } from '../support/trading.ts';

/*
 * Pages of one account's orders under any filter, put together from the open orders and from the closed ones, against the
 * same orders sorted out in memory.
 */
const symbols = ['AAPL', 'MSFT', 'KO'] as const;
let trading: TestTrading;
let store: OrderStore;
let mine: Customer;
let orders: OrderRow[];

const newestFirst = (one: OrderRow, other: OrderRow): number =>
  other.createdAt.getTime() - one.createdAt.getTime() || (one.id < other.id ? 1 : -1);

beforeAll(async () => {
  trading = await startTrading();
  store = createOrderStore(trading.database);
  const other = await trading.customer('1000000');
  mine = await trading.customer('1000000');
  const place = async ({ by }: Customer, at: number): Promise<void> => {
    const symbol = symbols[at % symbols.length]!;
    const terms = [
      { side: 'BUY', type: 'MARKET' },
      { side: 'BUY', type: 'LIMIT', limitPrice: '1.00' },
      { side: 'BUY', type: 'LIMIT', limitPrice: '1.00', timeInForce: 'IOC' },
      { side: 'SELL', type: 'LIMIT', limitPrice: '9999.00' },
    ] as const;
    const { id } = must(await trading.orders.place(by, { symbol, qty: '1', ...terms[at % terms.length]! }));
    await trading.settled();
    if (at % 5 === 3) await trading.orders.cancel(by, { id });
  };
  for (let at = 0; at < 12; at += 1) await place(other, at);
  // KO is never sold, so that a filter can match nothing although each part of it matches much.
  for (let at = 0; at < 60; at += 1) if (at % 12 !== 11) await place(mine, at);
  await trading.settled();
  // Several in one instant: the id decides.
  const { pool } = trading.database;
  await pool.query(`UPDATE orders SET created_at = date_trunc('second', created_at) WHERE account_id = $1`, [
    mine.accountId,
  ]);
  orders = (await store.page(mine.userId, mine.accountId, {}, { limit: 100, backward: false, from: undefined })).rows;
});
afterAll(() => trading.close());

const matches = (filter: OrderFilter) => (order: OrderRow) =>
  (filter.symbol == null || order.symbol === filter.symbol) &&
  (filter.side == null || order.side === filter.side) &&
  (filter.status == null || filter.status.includes(order.status)) &&
  (filter.open == null || isFinal(order.status) !== filter.open) &&
  (filter.createdFrom == null || order.createdAt >= filter.createdFrom) &&
  (filter.createdTo == null || order.createdAt < filter.createdTo);

/** All pages of a list, put together in the list's order. */
const allPages = async (filter: OrderFilter, limit: number, backward: boolean): Promise<string[]> => {
  const found: string[] = [];
  for (let from: PageRequest['from']; ; ) {
    const { rows, hasMore } = await store.page(mine.userId, mine.accountId, filter, { limit, backward, from });
    const ids = rows.map(({ id }) => id);
    if (backward) found.unshift(...ids);
    else found.push(...ids);
    from = backward ? rows[0] : rows.at(-1);
    if (!hasMore || from === undefined) return found;
  }
};

test('there are orders in enough states to tell filters apart', () => {
  expect(orders).toHaveLength(55);
  expect(orders).toEqual(orders.toSorted(newestFirst));
  expect([...new Set(orders.map(({ status }) => status))].toSorted()).toEqual(['CANCELED', 'FILLED', 'NEW']);
});

test('the pages of a filtered list are the orders that match, whole and in order, from either end, and their count', async () => {
  const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
  const filters = fc.record({
    symbol: maybe(fc.constantFrom(...symbols, 'TSLA', 'no such symbol')),
    side: maybe(fc.constantFrom('BUY' as const, 'SELL' as const)),
    status: maybe(fc.uniqueArray(fc.constantFrom(...Object.values(OrderStatus)), { maxLength: 4 })),
    open: maybe(fc.boolean()),
    createdFrom: maybe(fc.nat({ max: 54 })),
    createdTo: maybe(fc.nat({ max: 54 })),
  });
  await fc.assert(
    fc.asyncProperty(filters, fc.integer({ min: 1, max: 30 }), fc.boolean(), async (drawn, limit, backward) => {
      const timeOf = (at: number | undefined): Date | undefined =>
        at === undefined ? undefined : orders[at]!.createdAt;
      const filter = { ...drawn, createdFrom: timeOf(drawn.createdFrom), createdTo: timeOf(drawn.createdTo) };
      const expected = orders.filter(matches(filter)).map(({ id }) => id);
      expect(await allPages(filter, limit, backward)).toEqual(expected);
      expect(await store.count(mine.accountId, filter)).toBe(expected.length);
    }),
    { numRuns: 150 },
  );
});

test('a count looks at no more than the newest orders of a period', async () => {
  const looked = async (filter: OrderFilter): Promise<number> => {
    const { rows } = await trading.database.pool.query<{ count: string }>(countQuery(mine.accountId, filter, 10));
    return Number(rows[0]?.count);
  };
  expect(await looked({})).toBe(10);
  for (const symbol of symbols) {
    expect(await looked({ symbol })).toBe(orders.slice(0, 10).filter(matches({ symbol })).length);
  }
  const createdTo = orders[20]!.createdAt;
  const older = orders.filter(({ createdAt }) => createdAt < createdTo).slice(0, 10);
  expect(await looked({ symbol: 'AAPL', createdTo })).toBe(older.filter(matches({ symbol: 'AAPL' })).length);
});

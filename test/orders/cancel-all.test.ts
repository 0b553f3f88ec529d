import { afterAll, beforeAll, expect, test } from 'vitest';
import { limits } from '../../src/limits.ts';
import { createCancelOpenOrders } from '../../src/orders/cancel-all.ts';
import { createOrderStore } from '../../src/orders/store.ts';
import { must } from '../support/people.ts';
import { brokenPromises } from '../support/promises.ts';
import { fees, startTrading, type TestTrading } from '../support/trading.ts';

let trading: TestTrading;
let cancelOpenOrders: ReturnType<typeof createCancelOpenOrders>;
beforeAll(async () => {
  trading = await startTrading();
  cancelOpenOrders = createCancelOpenOrders({
    ...trading,
    store: createOrderStore(trading.database),
    instrumentOf: (symbol) => trading.market.find(symbol)!,
    rates: fees,
    hours: () => 'ALWAYS_OPEN',
  });
});
afterAll(async () => {
  expect(await brokenPromises(trading.database.pool)).toEqual([]);
  await trading.close();
});

const resting = { symbol: 'AAPL', side: 'BUY', type: 'LIMIT', limitPrice: '1.00', qty: '1' } as const;
const place = async (by: { userId: string; requestId: string }, symbol = 'AAPL') =>
  must(await trading.orders.place(by, { ...resting, symbol })).id;
const ordersOf = (accountId: string) => trading.database.prisma.order.findMany({ where: { accountId } });

test('only the orders of the scope are cancelled, with the reason, and their holds come back', async () => {
  const [one, other] = [await trading.customer('1000'), await trading.customer('1000')];
  await place(one.by);
  await place(one.by, 'MSFT');
  await place(other.by);
  await trading.settled();
  const report = await cancelOpenOrders({ accountIds: [one.accountId], symbol: 'AAPL', reason: 'A_TEST' });
  expect(report).toEqual({ asked: 1, left: 0 });
  await trading.settled();
  expect((await ordersOf(one.accountId)).map(({ symbol, status, reason }) => [symbol, status, reason]).sort()).toEqual([
    ['AAPL', 'CANCELED', 'A_TEST'],
    ['MSFT', 'NEW', null],
  ]);
  expect(await ordersOf(other.accountId)).toMatchObject([{ status: 'NEW' }]);
  const sells = await cancelOpenOrders({ accountIds: [one.accountId], side: 'SELL' });
  expect(sells).toEqual({ asked: 0, left: 0 });
});

test('a mass cancel over several pages and accounts leaves no order open, and a second one finds nothing', async () => {
  const people = await Promise.all(Array.from({ length: 6 }, () => trading.customer('100000')));
  const count = Math.ceil((limits.orders.cancelPage * 1.2) / people.length);
  await Promise.all(people.flatMap(({ by }) => Array.from({ length: count }, () => place(by, 'KO'))));
  await trading.settled();
  const report = await cancelOpenOrders({ symbol: 'KO' });
  expect(report).toEqual({ asked: count * people.length, left: 0 });
  await trading.settled();
  const open = { symbol: 'KO', status: { not: 'CANCELED' as const } };
  expect(await trading.database.prisma.order.count({ where: open })).toBe(0);
  expect((await cancelOpenOrders({ symbol: 'KO' })).asked).toBe(0);
});

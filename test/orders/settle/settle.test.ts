import { afterAll, beforeAll, expect, test } from 'vitest';
import { decideCancel } from '../../../src/orders/change/decide-cancel.ts';
import { checkOrder } from '../../../src/orders/place/check-order.ts';
import { decidePlace } from '../../../src/orders/place/decide-place.ts';
import { decideSettle } from '../../../src/orders/settle/decide-settle.ts';
import { settleNeeds } from '../../../src/orders/settle/settle-needs.ts';
import type { Report, TradeReport } from '../../../src/venues/venue.ts';
import { closeSound } from '../../support/close-sound.ts';
import { must } from '../../support/people.ts';
import { type Customer, fees, startTrading, type TestTrading } from '../../support/trading.ts';
import { until } from '../../support/until.ts';
import { cross, place } from '../../trades/support.ts';

/* What venues and several commands of one batch say, as the books take it. */

let trading: TestTrading;
beforeAll(async () => {
  trading = await startTrading();
});
afterAll(() => closeSound(trading));

const instrumentOf = (symbol: string) => trading.market.find(symbol)!;
const rules = { instrumentOf, rates: fees, hours: () => 'ALWAYS_OPEN' as const };
const book = async (reports: readonly Report[]): Promise<void> => {
  await trading.lane.settle({
    needs: settleNeeds(reports, instrumentOf),
    decide: (books, at) => decideSettle(books, at, reports, { ...rules, ids: trading.ids }),
  });
  await trading.settled();
};
const tradeOf = (orderId: string, { accountId }: Customer, qty: bigint): TradeReport => ({
  ...{ kind: 'TRADE' as const, tradeId: trading.ids.next(), symbol: 'AAPL', price: 10_000n, qty },
  ...{ takerSide: 'SELL' as const, taker: null, maker: { orderId, accountId } },
});

/** All of these stand in the lane before the first is begun: one batch takes them. */
const inOneBatch = async <Value>(commands: readonly (() => Promise<Value>)[]): Promise<Value[]> => {
  let begin = (): void => {};
  const busy = trading.lane.alone(() => new Promise<void>((resolve) => (begin = resolve)));
  const answers = commands.map((command) => command());
  await until(() => trading.lane.depth() >= commands.length);
  begin();
  await busy;
  return Promise.all(answers);
};

const resting = { symbol: 'AAPL', side: 'BUY', type: 'LIMIT', qty: '10', limitPrice: '100.00' } as const;

test('a trade that is told twice in one message is booked once', async () => {
  const customer = await trading.customer('100000');
  const { id } = await place(trading, customer, resting);
  const trade = tradeOf(id, customer, 40_000n);
  await book([trade, trade]);
  expect(await trading.orders.one(customer.userId, { id })).toMatchObject({ filledQty: 40_000n });
});

test('a venue that executes more than an order leaves is not believed, and nothing is booked', async () => {
  const customer = await trading.customer('100000');
  const { id } = await place(trading, customer, resting);
  await book([tradeOf(id, customer, 60_000n)]);
  await expect(book([tradeOf(id, customer, 40_001n)])).rejects.toThrow('larger than what the order leaves');
  expect(await trading.orders.one(customer.userId, { id })).toMatchObject({ filledQty: 60_000n, qty: 100_000n });
});

test('an order that a venue rejects after it has traded ends as CANCELED, with what it filled', async () => {
  const customer = await trading.customer('100000');
  const { id } = await place(trading, customer, resting);
  const name = { orderId: id, accountId: customer.accountId, symbol: 'AAPL' };
  await book([tradeOf(id, customer, 40_000n), { kind: 'REJECTED', ...name, reason: 'TOO_LATE' }]);
  expect(await trading.orders.one(customer.userId, { id })).toMatchObject({
    ...{ status: 'CANCELED', reason: 'TOO_LATE', filledQty: 40_000n, reserve: 0n, canceledAt: expect.any(Date) },
  });
});

const sell = { symbol: 'AAPL', side: 'SELL', qty: '10' } as const;
const profit = { ...sell, type: 'LIMIT', limitPrice: '5000.00' } as const;
const loss = { ...sell, type: 'STOP', stopPrice: '1.00' } as const;

test.each([
  { what: 'its exit', type: 'OTO', orders: [resting, profit], at: 1 },
  { what: 'the profit of its pair', type: 'BRACKET', orders: [resting, profit, loss], at: 1 },
  { what: 'the loss of its pair', type: 'BRACKET', orders: [resting, profit, loss], at: 2 },
] as const)(
  'a late fill gets no exits while the customer has asked to cancel $what',
  async ({ type, orders, at: asked }) => {
    const customer = await trading.customer('100000');
    const ids = must(await trading.orders.placeList(customer.by, { type, orders })).orders.map(({ id }) => id);
    const [entry, exit] = [ids[0]!, ids[asked]!];
    await trading.settled();
    await book([tradeOf(entry, customer, 40_000n)]);
    must(await trading.orders.cancel(customer.by, { id: entry }));
    await trading.settled();
    // Asked in the same batch in which the fill is heard of.
    const late = [tradeOf(entry, customer, 30_000n)];
    const needs = settleNeeds(late, instrumentOf);
    await trading.lane.settle({
      needs: { ...needs, orders: [...needs.orders, exit] },
      decide: (books, at) => {
        const facts = { ...rules, userId: customer.userId, accountId: customer.accountId };
        must(decideCancel(books, at, { ...facts, orderId: exit, clientOrderId: null }));
        decideSettle(books, at, late, { ...rules, ids: trading.ids });
      },
    });
    expect(await trading.database.prisma.order.count({ where: { accountId: customer.accountId } })).toBe(ids.length);
  },
);

test('exits are not covered by cash that another order holds', async () => {
  const customer = await trading.customer('5000');
  await place(trading, customer, { symbol: 'AAPL', side: 'BUY', type: 'MARKET', qty: '1' });
  const list = await trading.orders.placeList(customer.by, {
    type: 'OTO',
    orders: [
      { ...resting, side: 'SELL', qty: '1', limitPrice: '5000.00' },
      { symbol: 'AAPL', side: 'BUY', type: 'STOP', qty: '1', stopPrice: '9000.00' },
    ],
  });
  const [entry, exit] = must(list).orders.map(({ id }) => id) as [string, string];
  await trading.settled();
  const other = await place(trading, customer, { ...resting, qty: '45' });
  expect(other.status).toBe('NEW');
  await book([{ ...tradeOf(entry, customer, 5_000n), takerSide: 'BUY' }]);
  expect(await trading.orders.one(customer.userId, { id: exit })).toMatchObject({ reason: 'INSUFFICIENT_FUNDS' });
});

test('what an order holds neither pays for another one nor leaves the account', async () => {
  const customer = await trading.customer('5000');
  await place(trading, customer, { ...resting, qty: '40' });
  expect(await trading.orders.place(customer.by, { ...resting, qty: '10' })).toMatchObject({
    ...{ ok: false, failures: [{ code: 'INSUFFICIENT_FUNDS', field: ['qty'] }] },
  });
  const free = 5_000n * 10n ** 8n - (4_000n * 10n ** 8n * 10_020n) / 10_000n;
  const dollars = (cents: bigint) => `${cents / 100n}.${`${cents % 100n}`.padStart(2, '0')}`;
  expect(await trading.ledger.withdraw(customer.by, { amount: dollars(free / 10n ** 6n + 1n) })).toMatchObject({
    ...{ ok: false, failures: [{ code: 'INSUFFICIENT_FUNDS' }] },
  });
  must(await trading.ledger.withdraw(customer.by, { amount: dollars(free / 10n ** 6n) }));
});

test('an order takes what its worst fill costs with the higher fee, to the last unit, rounded up', async () => {
  const short = await trading.customer('1001.99');
  expect(await trading.orders.place(short.by, resting)).toMatchObject({ failures: [{ code: 'INSUFFICIENT_FUNDS' }] });
  const exact = await trading.customer('1002');
  expect((await place(trading, exact, resting)).reserve).toBe(1_002n * 10n ** 8n);
  const dust = await trading.customer('1');
  // 0.2 % of 100,100 units is 200.2 of them.
  const order = await place(trading, dust, { ...resting, qty: '0.0001', limitPrice: '10.01' });
  expect(order.reserve).toBe(100_301n);
});

test('nobody places an order for another account, whatever was looked up before', async () => {
  const [owner, other] = [await trading.customer('100000'), await trading.customer('100000')];
  const instrument = instrumentOf('AAPL');
  const { order } = checkOrder(resting, owner.accountId, instrument);
  if (order === undefined) throw new Error('the order is well-formed');
  const answer = await trading.lane.run({
    needs: { accounts: [owner.accountId], balances: [{ accountId: owner.accountId, asset: 'USD' }] },
    decide: (books, at) => {
      const market = { instrument, quote: undefined, rates: fees, switches: [], hours: 'ALWAYS_OPEN' as const };
      return decidePlace(books, at, { ...market, order, userId: other.userId, id: trading.ids.next() });
    },
  });
  expect(answer).toMatchObject({ ok: false, failures: [{ code: 'NOT_FOUND', field: ['accountId'] }] });
});

test('nobody cancels for another account, whatever was looked up before', async () => {
  const [owner, other] = [await trading.customer('100000'), await trading.customer('100000')];
  const { id } = await place(trading, owner, resting);
  const facts = { ...rules, userId: other.userId, accountId: other.accountId, orderId: id, clientOrderId: null };
  const answer = await trading.lane.run({
    needs: { accounts: [owner.accountId, other.accountId], orders: [id] },
    decide: (books, at) => decideCancel(books, at, facts),
  });
  expect(answer).toMatchObject({ ok: false, failures: [{ code: 'NOT_FOUND', field: ['id'] }] });
});

test('of two busts, or two reversals, in one batch the second finds the first', async () => {
  const [buyer, seller] = [await trading.customer('50000'), await trading.customer('100000')];
  await place(trading, seller, { symbol: 'MSFT', side: 'BUY', type: 'MARKET', qty: '10' });
  const { tradeId } = await cross(trading, buyer, seller, '1');
  const bust = () => trading.trades.bust(buyer.by, { tradeId, reason: 'twice' });
  // What is read before the lane is read by both.
  const busts = await inOneBatch([bust, bust]);
  expect(busts.map(({ ok }) => ok).sort()).toEqual([false, true]);
  expect(busts.find(({ ok }) => !ok)).toMatchObject({ failures: [{ code: 'TRADE_ALREADY_BUSTED' }] });
  const { id: transferId } = must(await trading.ledger.deposit(buyer.by, { amount: '10' }));
  const reverse = () => trading.ledger.reverseTransfer(buyer.by, { transferId, reason: 'twice' });
  const reversals = await inOneBatch([reverse, reverse]);
  expect(reversals.find(({ ok }) => !ok)).toMatchObject({ failures: [{ code: 'ALREADY_REVERSED' }] });
});

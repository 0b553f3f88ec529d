import { afterAll, beforeAll, expect, test } from 'vitest';
import { decideSettle } from '../../../src/orders/settle/decide-settle.ts';
import { settleNeeds } from '../../../src/orders/settle/settle-needs.ts';
import { must } from '../../support/people.ts';
import { brokenPromises } from '../../support/promises.ts';
import { type Customer, fees, startTrading, type TestTrading } from '../../support/trading.ts';
import { until } from '../../support/until.ts';

let trading: TestTrading;
beforeAll(async () => {
  trading = await startTrading();
});
afterAll(async () => {
  expect(await brokenPromises(trading.database.pool)).toEqual([]);
  await trading.close();
});

const shared = { symbol: 'AAPL', qty: '10' } as const;
const entry = { ...shared, side: 'BUY', type: 'MARKET' } as const;
const waitingEntry = { ...shared, side: 'BUY', type: 'LIMIT', limitPrice: '10.00' } as const;
const profit = { ...shared, side: 'SELL', type: 'LIMIT', limitPrice: '5000.00' } as const;
const loss = { ...shared, side: 'SELL', type: 'STOP', stopPrice: '1.00' } as const;

const states = async ({ userId }: Customer, ids: readonly string[]) => {
  const found = await Promise.all(ids.map((id) => trading.orders.one(userId, { id })));
  return found.map((order) => order?.status);
};
const place = async (
  { by }: Customer,
  type: 'OCO' | 'OTO' | 'BRACKET',
  orders: Parameters<TestTrading['orders']['placeList']>[1]['orders'],
) => must(await trading.orders.placeList(by, { type, orders })).orders.map(({ id }) => id);
const heldUnits = async ({ accountId }: Customer) =>
  (await trading.ledger.balancesOf('EVERYTHING', [accountId]))(accountId).find(({ asset }) => asset === 'AAPL')?.held;

test('the exits of a bracket wait for the entry and then keep its units back once', async () => {
  const customer = await trading.customer('100000');
  const ids = await place(customer, 'BRACKET', [entry, profit, loss]);
  await trading.settled();
  expect(await states(customer, ids)).toEqual(['FILLED', 'NEW', 'NEW']);
  expect(await heldUnits(customer)).toBe(100_000n);
});

test('an entry that is cancelled unfilled ends what waited for it', async () => {
  const customer = await trading.customer('100000');
  const ids = await place(customer, 'BRACKET', [waitingEntry, profit, loss]);
  await trading.settled();
  expect(await states(customer, ids)).toEqual(['NEW', 'HELD', 'HELD']);
  await trading.orders.cancel(customer.by, { id: ids[0] });
  await trading.settled();
  expect(await states(customer, ids)).toEqual(['CANCELED', 'CANCELED', 'CANCELED']);
});

test('when one exit fills the other is cancelled, and nothing stays held', async () => {
  const customer = await trading.customer('100000');
  await trading.orders.place(customer.by, entry);
  await trading.settled();
  const bid = Number(trading.market.quote('AAPL')?.bid ?? 0n) / 100;
  const ids = await place(customer, 'OCO', [{ ...profit, limitPrice: `${(bid - 1).toFixed(2)}` }, loss]);
  await trading.settled();
  expect(await states(customer, ids)).toEqual(['FILLED', 'CANCELED']);
  expect(await heldUnits(customer)).toBe(0n);
});

test('an exit that is settled closes the other in the same transaction', async () => {
  const customer = await trading.customer('100000');
  await trading.orders.place(customer.by, entry);
  await trading.settled();
  const bid = Number(trading.market.quote('AAPL')?.bid ?? 0n) / 100;
  const ids = await place(customer, 'OCO', [{ ...profit, limitPrice: `${(bid - 1).toFixed(2)}` }, loss]);
  await trading.settled();
  const events = await trading.database.prisma.accountEvent.findMany({
    where: { accountId: customer.accountId, type: { in: ['ORDER_FILLED', 'ORDER_CANCELED'] } },
    orderBy: { sequence: 'asc' },
  });
  const own = events.filter(({ payload }) => ids.includes((payload as { orderId: string }).orderId));
  expect(own.map(({ type }) => type)).toEqual(['ORDER_CANCELED', 'ORDER_FILLED']);
  expect(new Set(own.map(({ createdAt }) => createdAt.getTime())).size).toBe(1);
});

test('cancelling one exit cancels both', async () => {
  const customer = await trading.customer('100000');
  await trading.orders.place(customer.by, entry);
  await trading.settled();
  const ids = await place(customer, 'OCO', [profit, loss]);
  await trading.settled();
  await trading.orders.cancel(customer.by, { id: ids[1] });
  await trading.settled();
  expect(await states(customer, ids)).toEqual(['CANCELED', 'CANCELED']);
  expect(await heldUnits(customer)).toBe(0n);
});

test('an order that waits for another is for what that one filled, also with a trailing stop', async () => {
  const customer = await trading.customer('100000');
  const trailing = { ...shared, side: 'SELL', type: 'TRAILING_STOP', trailPercent: '10' } as const;
  const ids = await place(customer, 'OTO', [{ ...entry, timeInForce: 'IOC' }, trailing]);
  await trading.settled();
  expect(await states(customer, ids)).toEqual(['FILLED', 'NEW']);
  const order = await trading.orders.one(customer.userId, { id: ids[1] ?? '' });
  expect(order).toMatchObject({ qty: 100_000n, reserve: 100_000n });
  expect(order?.stopPrice).toBeLessThan(order?.trailPeak ?? 0n);
});

test('a waiting order is replaced and cancelled at once, without a venue', async () => {
  const customer = await trading.customer('100000');
  const ids = await place(customer, 'BRACKET', [waitingEntry, profit, loss]);
  await trading.settled();
  const asked = must(await trading.orders.replace(customer.by, { id: ids[1], limitPrice: '6000.00' }));
  expect(asked.status).toBe('REPLACED');
  const next = await trading.orders.one(customer.userId, { id: asked.replacedById ?? '' });
  expect(next).toMatchObject({ status: 'HELD', limitPrice: 600_000n, leg: 'TAKE_PROFIT' });
  must(await trading.orders.cancel(customer.by, { id: ids[2] }));
  expect(await states(customer, [next?.id ?? '', ids[2] ?? ''])).toEqual(['CANCELED', 'CANCELED']);
});

/** An entry in MSFT of which four units are filled and six rest. */
const partlyFilled = async (customer: Customer, exits: Parameters<TestTrading['orders']['placeList']>[1]['orders']) => {
  const other = await trading.customer('100000');
  await trading.orders.place(other.by, { symbol: 'MSFT', side: 'BUY', type: 'MARKET', qty: '4' });
  await trading.settled();
  const inside = `${Number((trading.market.quote('MSFT')?.bid ?? 0n) + 1n) / 100}`;
  const resting = { symbol: 'MSFT', side: 'BUY', type: 'LIMIT', qty: '10', limitPrice: inside } as const;
  const ids = await place(customer, exits.length === 1 ? 'OTO' : 'BRACKET', [resting, ...exits]);
  await trading.settled();
  await trading.orders.place(other.by, { symbol: 'MSFT', side: 'SELL', type: 'MARKET', qty: '4' });
  await trading.settled();
  expect((await trading.orders.one(customer.userId, { id: ids[0] ?? '' }))?.filledQty).toBe(40_000n);
  return ids;
};
const microsoft = { symbol: 'MSFT', side: 'SELL', qty: '10' } as const;
const farProfit = { ...microsoft, type: 'LIMIT', limitPrice: '5000.00' } as const;

test('exits are for what a partly filled entry filled, also when the entry was replaced meanwhile', async () => {
  const customer = await trading.customer('100000');
  const ids = await partlyFilled(customer, [farProfit, { ...microsoft, type: 'STOP', stopPrice: '1.00' }]);
  await trading.orders.replace(customer.by, { id: ids[0], limitPrice: '10.00' });
  await trading.settled();
  const old = await trading.orders.one(customer.userId, { id: ids[0] ?? '' });
  must(await trading.orders.cancel(customer.by, { id: old?.replacedById }));
  await trading.settled();
  const exits = await Promise.all(ids.slice(1).map((id) => trading.orders.one(customer.userId, { id })));
  expect(exits).toMatchObject([
    { status: 'NEW', qty: 40_000n, reserve: 40_000n },
    { status: 'NEW', qty: 40_000n, reserve: 0n },
  ]);
});

test('what a partly filled entry bought is set aside for its exits and cannot be sold before they begin', async () => {
  const customer = await trading.customer('100000');
  const ids = await partlyFilled(customer, [farProfit, { ...microsoft, type: 'STOP', stopPrice: '1.00' }]);
  expect(await states(customer, ids)).toEqual(['PARTIALLY_FILLED', 'HELD', 'HELD']);
  const sale = await trading.orders.place(customer.by, { ...farProfit, qty: '0.0001' });
  expect(sale).toMatchObject({ ok: false, failures: [{ code: 'INSUFFICIENT_FUNDS' }] });
  must(await trading.orders.cancel(customer.by, { id: ids[0] }));
  await trading.settled();
  expect(await states(customer, ids)).toEqual(['CANCELED', 'NEW', 'NEW']);
});

test('what was set aside is free again when the owner cancels the exits', async () => {
  const customer = await trading.customer('100000');
  const ids = await partlyFilled(customer, [farProfit, { ...microsoft, type: 'STOP', stopPrice: '1.00' }]);
  must(await trading.orders.cancel(customer.by, { id: ids[2] }));
  expect(await states(customer, ids)).toEqual(['PARTIALLY_FILLED', 'CANCELED', 'CANCELED']);
  must(await trading.orders.place(customer.by, { ...farProfit, qty: '4' }));
});

test('an exit that costs more than the entry brought in is closed when it should begin', async () => {
  const customer = await trading.customer('5000');
  await trading.orders.place(customer.by, entry);
  await trading.settled();
  const ids = await place(customer, 'OTO', [
    { ...entry, side: 'SELL' },
    { ...entry, type: 'STOP', stopPrice: '9000.00' },
  ]);
  await trading.settled();
  expect(await states(customer, ids)).toEqual(['FILLED', 'CANCELED']);
});

test.each([
  ['OCO', [profit], ['orders']],
  ['OCO', [loss, profit], ['orders', '0', 'type']],
  ['OCO', [profit, { ...loss, side: 'BUY' }], ['orders', '1', 'side']],
  ['OCO', [profit, { ...loss, stopPrice: '6000.00' }], ['orders', '1', 'stopPrice']],
  ['OCO', [profit, { ...loss, qty: '9' }], ['orders', '1', 'qty']],
  ['OTO', [waitingEntry, { ...profit, symbol: 'MSFT' }], ['orders', '1', 'symbol']],
  ['OTO', [waitingEntry, { ...profit, side: 'BUY' }], ['orders', '1', 'side']],
  ['OTO', [waitingEntry, { ...profit, limitPrice: '9.00' }], ['orders', '1', 'limitPrice']],
  ['OTO', [waitingEntry, { ...profit, type: 'MARKET', limitPrice: null }], ['orders', '1', 'type']],
  ['BRACKET', [waitingEntry, { ...profit, qty: 'x' }, loss], ['orders', '1', 'qty']],
] as const)('a list that contradicts itself is refused with its place: %s %#', async (type, orders, field) => {
  const { by, accountId } = await trading.customer('100000');
  const answer = await trading.orders.placeList(by, { type, orders });
  expect(answer).toMatchObject({ ok: false, failures: [{ field }] });
  expect(await trading.database.prisma.order.count({ where: { accountId } })).toBe(0);
});

const day = { timeInForce: 'DAY' } as const;
const inMinutes = (minutes: number) => ({ expiresAt: new Date(Date.now() + minutes * 60_000) });
test.each([
  ['expiresAt', [waitingEntry, { ...profit, ...inMinutes(5) }, loss], 1],
  ['expiresAt', [{ ...waitingEntry, ...day }, { ...profit, ...inMinutes(0.1) }, loss], 1],
  ['expiresAt', [{ ...waitingEntry, ...inMinutes(20) }, profit, { ...loss, ...inMinutes(10) }], 2],
  ['timeInForce', [waitingEntry, { ...profit, ...day }, { ...loss, ...day }], 1],
  ['timeInForce', [{ ...waitingEntry, ...inMinutes(5_000) }, profit, { ...loss, ...day }], 2],
  ['timeInForce', [{ ...waitingEntry, ...inMinutes(5_000) }, { ...profit, ...day, ...inMinutes(9_000) }, loss], 1],
] as const)('an exit that would end before its entry is refused by its %s %#', async (field, orders, place) => {
  const { by, accountId } = await trading.customer('100000');
  const failures = [{ code: 'INVALID_INPUT', field: ['orders', `${place}`, field] }];
  expect(await trading.orders.placeList(by, { type: 'BRACKET', orders })).toMatchObject({ ok: false, failures });
  expect(await trading.database.prisma.order.count({ where: { accountId } })).toBe(0);
});

test('an exit may end with its entry, and before an entry that ends at once would have', async () => {
  const customer = await trading.customer('100000');
  const orders = [
    [{ ...waitingEntry, ...day }, { ...profit, ...day }, loss],
    [{ ...waitingEntry, timeInForce: 'FOK' }, { ...profit, ...day }, loss],
    [entry, { ...profit, ...day }, { ...loss, ...inMinutes(5) }],
  ] as const;
  for (const each of orders) await place(customer, 'BRACKET', each);
  await trading.settled();
});

test.each([
  ['OTO', [waitingEntry, { ...shared, side: 'SELL', type: 'TRAILING_STOP', trailPrice: '10.00' }], '1', 'trailPrice'],
  [
    'BRACKET',
    [
      { ...waitingEntry, limitPrice: '0.05' },
      profit,
      { ...shared, side: 'SELL', type: 'TRAILING_STOP', trailPercent: '99' },
    ],
    '2',
    'trailPercent',
  ],
] as const)('a trail that is as wide as the price of the entry is refused: %s', async (type, orders, index, field) => {
  const { by } = await trading.customer('100000');
  const failures = [{ code: 'INVALID_PRICE', field: ['orders', index, field] }];
  expect(await trading.orders.placeList(by, { type, orders })).toMatchObject({ ok: false, failures });
});

test('an entry is not replaced to a price within the trail of its exit, nor the trail to its price', async () => {
  const customer = await trading.customer('100000');
  const trailing = { ...shared, side: 'SELL', type: 'TRAILING_STOP', trailPrice: '5.00' } as const;
  const [first, exit] = await place(customer, 'OTO', [waitingEntry, trailing]);
  await trading.settled();
  const refused = (field: string) => ({ ok: false, failures: [{ code: 'INVALID_PRICE', field: [field] }] });
  expect(await trading.orders.replace(customer.by, { id: first, limitPrice: '5.00' })).toMatchObject(
    refused('limitPrice'),
  );
  expect(await trading.orders.replace(customer.by, { id: exit, trailPrice: '10.00' })).toMatchObject(
    refused('trailPrice'),
  );
  must(await trading.orders.replace(customer.by, { id: first, limitPrice: '5.01' }));
  await trading.settled();
});

test('a trailing exit of an entry that is filled below its trail waits at the smallest price', async () => {
  const customer = await trading.customer('100000');
  const trailing = { ...shared, side: 'SELL', type: 'TRAILING_STOP', trailPrice: '50.00' } as const;
  const [first, exit] = (await place(customer, 'OTO', [{ ...waitingEntry, limitPrice: '60.00' }, trailing])) as [
    string,
    string,
  ];
  await trading.settled();
  const trade = {
    tradeId: trading.ids.next(),
    symbol: 'AAPL',
    price: 4_000n,
    qty: 100_000n,
    takerSide: 'SELL' as const,
  };
  const reports = [
    { kind: 'TRADE' as const, ...trade, taker: null, maker: { orderId: first, accountId: customer.accountId } },
  ];
  const instrumentOf = (symbol: string) => trading.market.find(symbol)!;
  const rules = { instrumentOf, rates: fees, hours: () => 'ALWAYS_OPEN' as const, ids: trading.ids };
  const row = await trading.lane.settle({
    needs: settleNeeds(reports, instrumentOf),
    decide: (books, at) => {
      decideSettle(books, at, reports, rules);
      // As it is booked: the market, which is elsewhere, takes it along as soon as the venue has it.
      return { ...books.order(exit) };
    },
  });
  expect(row).toMatchObject({ trailPeak: 4_000n, stopPrice: 1n, worstPrice: 1n });
  await trading.settled();
});

test('two orders of a list cannot have one client order id', async () => {
  const { by } = await trading.customer('100000');
  const clientOrderId = 'twice';
  const answer = await trading.orders.placeList(by, {
    type: 'OTO',
    orders: [
      { ...waitingEntry, clientOrderId },
      { ...profit, clientOrderId },
    ],
  });
  expect(answer).toMatchObject({
    ok: false,
    failures: [{ code: 'DUPLICATE_CLIENT_ORDER_ID', field: ['orders', '1', 'clientOrderId'] }],
  });
});

test('a list that is sent again under the names of its orders is the list that is there', async () => {
  const { by, accountId } = await trading.customer('100000');
  const named = [
    { ...waitingEntry, clientOrderId: 'in' },
    { ...profit, clientOrderId: 'up' },
    { ...loss, clientOrderId: 'down' },
  ] as const;
  const send = (
    orders: Parameters<TestTrading['orders']['placeList']>[1]['orders'],
    type: 'BRACKET' | 'OTO' = 'BRACKET',
  ) => trading.orders.placeList(by, { type, orders });
  const answers = await Promise.all([send(named), send(named), send(named)]);
  const first = must(answers[0]);
  expect(answers.map((answer) => must(answer).id)).toEqual([first.id, first.id, first.id]);
  await trading.settled();
  must(await trading.orders.replace(by, { id: first.orders[0]?.id, limitPrice: '11.00' }));
  await trading.settled();
  const again = must(await send([{ ...named[0], limitPrice: '10' }, named[1], named[2]]));
  expect({ ...again, orders: again.orders.map(({ id }) => id) }).toEqual({
    ...first,
    orders: first.orders.map(({ id }) => id),
  });
  expect(again.orders.map(({ status }) => status)).toEqual(['REPLACED', 'HELD', 'HELD']);
  // As it is by now, and its replacement; nothing else was made.
  expect(await trading.database.prisma.order.count({ where: { accountId } })).toBe(4);
  const taken = (...places: number[]) => ({
    ok: false,
    failures: places.map((at) => ({ code: 'DUPLICATE_CLIENT_ORDER_ID', field: ['orders', `${at}`, 'clientOrderId'] })),
  });
  expect(await send([named[0], named[1], { ...named[2], stopPrice: '2.00' }])).toMatchObject(taken(0, 1, 2));
  expect(await send(named.slice(0, 2), 'OTO')).toMatchObject(taken(0, 1));
  expect(await send([named[0], { ...profit, clientOrderId: 'other' }, named[2]])).toMatchObject(taken(0, 2));
  expect(await trading.database.prisma.order.count({ where: { accountId } })).toBe(4);
});

test('the name of one order is enough to know a list again, and that of an order by itself is not', async () => {
  const { by, accountId } = await trading.customer('100000');
  const clientOrderId = 'mine';
  const send = (limitPrice: string) =>
    trading.orders.placeList(by, {
      type: 'OTO',
      orders: [
        { ...waitingEntry, clientOrderId },
        { ...profit, limitPrice },
      ],
    });
  const first = must(await send('5000.00'));
  expect(must(await send('5000')).orders.map(({ id }) => id)).toEqual(first.orders.map(({ id }) => id));
  const other = {
    ok: false,
    failures: [{ code: 'DUPLICATE_CLIENT_ORDER_ID', field: ['orders', '0', 'clientOrderId'] }],
  };
  expect(await send('5001.00')).toMatchObject(other);
  must(await trading.orders.place(by, { ...waitingEntry, clientOrderId: 'alone' }));
  const orders = [{ ...waitingEntry, clientOrderId: 'alone' }, profit];
  expect(await trading.orders.placeList(by, { type: 'OTO', orders })).toMatchObject(other);
  expect(await trading.database.prisma.order.count({ where: { accountId } })).toBe(3);
});

test('a list for a closed account is refused once, for the account', async () => {
  const { by, accountId } = await trading.customer('100000');
  const orders = [waitingEntry, profit, loss];
  await trading.database.prisma.account.update({ where: { id: accountId }, data: { status: 'CLOSED' } });
  const answer = await trading.orders.placeList(by, { type: 'BRACKET', orders });
  expect(!answer.ok && answer.failures).toMatchObject([{ code: 'ACCOUNT_CLOSED', field: ['accountId'] }]);
});

test('a mass cancel leaves nothing of a list whose exits end together', async () => {
  const customer = await trading.customer('100000');
  const ids = await place(customer, 'BRACKET', [waitingEntry, profit, loss]);
  await trading.settled();
  const report = must(await trading.orders.cancelAll(customer.by, {}));
  expect(report).toEqual({ asked: 2, left: 0 });
  await trading.settled();
  expect(await states(customer, ids)).toEqual(['CANCELED', 'CANCELED', 'CANCELED']);
});

/** Tells the books of a fill at 100.00, whatever the venue has of the order by now; answers an order as it is right then. */
const bookFill = async (
  maker: { orderId: string; accountId: string },
  qty: bigint,
  more: { takerSide?: 'BUY' | 'SELL'; seen?: string } = {},
) => {
  const { takerSide = 'SELL', seen = maker.orderId } = more;
  const facts = {
    instrumentOf: (symbol: string) => trading.market.find(symbol)!,
    rates: fees,
    hours: () => 'ALWAYS_OPEN' as const,
    ids: trading.ids,
  };
  const trade = { kind: 'TRADE', symbol: 'AAPL', takerSide, taker: null, maker, price: 10_000n, qty } as const;
  const reports = [{ ...trade, tradeId: trading.ids.next() }];
  const row = await trading.lane.settle({
    needs: settleNeeds(reports, facts.instrumentOf),
    decide: (books, at) => {
      decideSettle(books, at, reports, facts);
      return { ...books.order(seen) };
    },
  });
  await trading.settled();
  return row;
};

/** The orders of an account that none of these ids names, oldest first. */
const others = async ({ accountId }: Customer, ids: readonly string[]) =>
  trading.database.prisma.order.findMany({
    where: { accountId, id: { notIn: [...ids] } },
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
  });
const lateEntry = { ...waitingEntry, limitPrice: '100.00' } as const;

test('what an entry fills after its cancel gets exits of its own, beside those that were released before', async () => {
  const customer = await trading.customer('100000');
  const ids = await place(customer, 'BRACKET', [lateEntry, profit, loss]);
  await trading.settled();
  await bookFill({ orderId: ids[0]!, accountId: customer.accountId }, 40_000n);
  must(await trading.orders.cancel(customer.by, { id: ids[0] }));
  await trading.settled();
  expect(await states(customer, ids)).toEqual(['CANCELED', 'NEW', 'NEW']);
  await bookFill({ orderId: ids[0]!, accountId: customer.accountId }, 30_000n);
  expect(await states(customer, ids)).toEqual(['CANCELED', 'NEW', 'NEW']);
  const added = await others(customer, ids);
  expect(added).toMatchObject([
    {
      status: 'NEW',
      side: 'SELL',
      leg: 'FIRST',
      qty: 30_000n,
      limitPrice: 500_000n,
      reserve: 30_000n,
      stopPrice: null,
    },
    { status: 'NEW', side: 'SELL', leg: 'SECOND', qty: 30_000n, stopPrice: 100n, reserve: 0n, worstPrice: 95n },
  ]);
  expect(new Set(added.map(({ listId }) => listId)).size).toBe(1);
  expect(await heldUnits(customer)).toBe(70_000n);
  // Each pair by itself: what ends one leaves the other.
  must(await trading.orders.cancel(customer.by, { id: ids[1] }));
  await trading.settled();
  expect(await states(customer, [...ids, ...added.map(({ id }) => id)])).toEqual([
    ...['CANCELED', 'CANCELED', 'CANCELED', 'NEW', 'NEW'],
  ]);
  const events = await trading.database.prisma.accountEvent.findMany({
    where: { accountId: customer.accountId, type: { in: ['ORDER_ACCEPTED', 'ORDER_RELEASED'] } },
    orderBy: { sequence: 'asc' },
  });
  const about = events.map(
    ({ type, payload }) => [type, payload as { orderId: string; entryOrderId?: string }] as const,
  );
  const own = about.filter(([, { orderId }]) => added.some(({ id }) => id === orderId));
  expect(own.map(([type, { entryOrderId }]) => `${type} ${entryOrderId}`)).toEqual([
    ...[`ORDER_ACCEPTED ${ids[0]}`, `ORDER_ACCEPTED ${ids[0]}`, 'ORDER_RELEASED undefined', 'ORDER_RELEASED undefined'],
  ]);
});

test('what an entry fills after it seemed to have filled nothing is protected all the same, also by one trailing exit', async () => {
  const customer = await trading.customer('100000');
  const trailing = { ...loss, type: 'TRAILING_STOP', stopPrice: null, trailPrice: '5.00' } as const;
  const ids = await place(customer, 'OTO', [lateEntry, trailing]);
  await trading.settled();
  must(await trading.orders.cancel(customer.by, { id: ids[0] }));
  await trading.settled();
  expect(await states(customer, ids)).toEqual(['CANCELED', 'CANCELED']);
  await bookFill({ orderId: ids[0]!, accountId: customer.accountId }, 30_000n);
  const added = await others(customer, ids);
  expect(added).toMatchObject([{ status: 'NEW', type: 'TRAILING_STOP', qty: 30_000n, reserve: 30_000n, listId: null }]);
});

test.each(['the customer cancelled', 'whose time is over'])('a late fill brings back no exits that %s', async (why) => {
  const customer = await trading.customer('100000');
  const expiresAt = why === 'whose time is over' ? new Date(Date.now() + 800) : null;
  const ids = await place(customer, 'BRACKET', [
    { ...lateEntry, expiresAt },
    { ...profit, expiresAt },
    { ...loss, expiresAt },
  ]);
  await trading.settled();
  await bookFill({ orderId: ids[0]!, accountId: customer.accountId }, 40_000n);
  must(await trading.orders.cancel(customer.by, { id: ids[0] }));
  await trading.settled();
  if (expiresAt === null) must(await trading.orders.cancel(customer.by, { id: ids[2] }));
  else await until(() => Date.now() > expiresAt.getTime());
  await bookFill({ orderId: ids[0]!, accountId: customer.accountId }, 30_000n);
  expect(await others(customer, ids)).toEqual([]);
});

test('exits that cost more than a late sale brought in are shown as closed', async () => {
  const customer = await trading.customer('5000');
  await trading.orders.place(customer.by, entry);
  await trading.settled();
  const bought = await others(customer, []);
  const ids = await place(customer, 'OTO', [
    { ...entry, side: 'SELL', type: 'LIMIT', limitPrice: '5000.00' },
    { ...entry, type: 'STOP', stopPrice: '9000.00' },
  ]);
  await trading.settled();
  must(await trading.orders.cancel(customer.by, { id: ids[0] }));
  await trading.settled();
  await bookFill({ orderId: ids[0]!, accountId: customer.accountId }, 90_000n, { takerSide: 'BUY' });
  expect(await others(customer, [...ids, ...bought.map(({ id }) => id)])).toMatchObject([
    { status: 'CANCELED', reason: 'INSUFFICIENT_FUNDS', reserve: 0n },
  ]);
});

test('the collar of a trailing exit hangs on where its entry was filled, not on where the market was before', async () => {
  const customer = await trading.customer('100000');
  const trailing = { ...loss, type: 'TRAILING_STOP', stopPrice: null, trailPrice: '5.00' } as const;
  const [entryId, exitId] = await place(customer, 'OTO', [lateEntry, trailing]);
  await trading.settled();
  const maker = { orderId: entryId!, accountId: customer.accountId };
  const placed = (await trading.orders.one(customer.userId, { id: exitId! }))!;
  // 5 % below a stop at 95.00.
  const released = await bookFill(maker, 100_000n, { seen: exitId! });
  expect(released).toMatchObject({ status: 'PENDING_NEW', stopPrice: 9_500n, worstPrice: 9_025n });
  // The market, from which the stop goes on, is far above; its collar goes with it.
  const { stopPrice, worstPrice } = placed;
  expect(await trading.orders.one(customer.userId, { id: exitId! })).toMatchObject({
    status: 'NEW',
    stopPrice,
    worstPrice,
  });
});

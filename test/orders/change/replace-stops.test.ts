import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OrderRow } from '../../../src/lane/rows.ts';
import { closeSound } from '../../support/close-sound.ts';
import { must } from '../../support/people.ts';
import { type Customer, startTrading, type TestTrading } from '../../support/trading.ts';

/** Stops that are replaced: one that became a limit order, and one that trails, which keeps the best price of the market so far. */

const symbols = ['AAPL', 'MSFT', 'NVDA', 'GOOGL', 'TSLA', 'AMZN'] as const;
type Name = (typeof symbols)[number];
type Placing = Omit<Parameters<TestTrading['orders']['place']>[1], 'symbol'>;

let trading: TestTrading;
let [seller, buyer]: Customer[] = [];
beforeAll(async () => {
  trading = await startTrading();
  [seller, buyer] = [await trading.customer('1000000'), await trading.customer('1000000')];
  for (const symbol of symbols) {
    must(await trading.orders.place(seller!.by, { symbol, side: 'BUY', type: 'MARKET', qty: '50' }));
    await trading.settled();
    trading.venue.halt(symbol);
  }
  // From here on customers meet nobody but each other, so that they say what the price is.
  trading.venue.stop();
  for (const symbol of symbols) trading.venue.resume(symbol);
});
afterAll(() => closeSound(trading));

const place = async (who: Customer | undefined, symbol: Name, input: Placing): Promise<OrderRow> => {
  const { id } = must(await trading.orders.place(who!.by, { symbol, ...input }));
  await trading.settled();
  return rowOf(who!, id);
};
const rowOf = async ({ userId }: Customer, id: string): Promise<OrderRow> => {
  const order = await trading.orders.one(userId, { id });
  if (order === undefined) throw new Error('no such order');
  return order;
};
const limit = (side: 'BUY' | 'SELL', limitPrice: string, qty = '1') =>
  ({ side, type: 'LIMIT', qty, limitPrice }) as const;
/** A trade of two others at this price. */
const mark = async (symbol: Name, price: string): Promise<void> => {
  await place(seller, symbol, limit('SELL', price));
  await place(buyer, symbol, limit('BUY', price));
};
/** A customer with cash and with ten units, bought at the price. */
const holder = async (symbol: Name, price: string): Promise<Customer> => {
  const customer = await trading.customer('100000');
  await place(seller, symbol, limit('SELL', price, '10'));
  await place(customer, symbol, limit('BUY', price, '10'));
  return customer;
};
type Changes = Omit<Parameters<TestTrading['orders']['replace']>[1], 'id'>;
/** What takes the order's place. */
const replace = async (who: Customer, id: string, changes: Changes): Promise<OrderRow> => {
  must(await trading.orders.replace(who.by, { id, ...changes }));
  await trading.settled();
  return rowOf(who, (await rowOf(who, id)).replacedById ?? '');
};
const refused = async ({ by }: Customer, id: string, changes: Changes): Promise<string> => {
  const answer = await trading.orders.replace(by, { id, ...changes });
  return answer.ok
    ? 'OK'
    : answer.failures.map(({ code, field = [] }) => `${code} ${field.join('.')}`.trim()).join(', ');
};
const held = async ({ accountId }: Customer, asset = 'USD') =>
  (await trading.ledger.balancesOf('EVERYTHING', [accountId]))(accountId).find((balance) => balance.asset === asset)
    ?.held;
/** A quantity at a price with the higher fee, in units of USD. */
const need = (cents: bigint, shares: bigint) => (cents * shares * 1_000_000n * 10_020n) / 10_000n;

test('a stop limit that was triggered is replaced like a limit order and never waits for its stop again', async () => {
  const customer = await trading.customer('100000');
  await mark('AAPL', '100.00');
  const input = { side: 'BUY', type: 'STOP_LIMIT', qty: '1', stopPrice: '100.00', limitPrice: '90.00' } as const;
  const first = await place(customer, 'AAPL', input);
  expect(first.triggeredAt).toBeInstanceOf(Date);
  // A stop that waited would not be reached at this price.
  await mark('AAPL', '95.00');
  const before = await held(customer);
  expect(await refused(customer, first.id, { stopPrice: '99.00' })).toBe('INVALID_PRICE stopPrice');
  expect(await refused(customer, first.id, { qty: '2', stopPrice: '100.00' })).toBe('INVALID_PRICE stopPrice');
  expect(await rowOf(customer, first.id)).toEqual(first);
  expect(await held(customer)).toBe(before);
  const next = await replace(customer, first.id, { qty: '3', limitPrice: '91.00' });
  const kept = { type: 'STOP_LIMIT', triggeredAt: first.triggeredAt, stopPrice: 10_000n, rootOrderId: first.id };
  expect(next).toMatchObject({ ...kept, status: 'NEW', qty: 30_000n, limitPrice: 9_100n, replacesId: first.id });
  expect(await held(customer)).toBe(need(9_100n, 3n));
  await place(seller, 'AAPL', limit('SELL', '91.00'));
  expect(await rowOf(customer, next.id)).toMatchObject({ status: 'PARTIALLY_FILLED', filledQty: 10_000n });
  // What is filled stays with the old one, and the rest crosses the market.
  await place(seller, 'AAPL', limit('SELL', '96.00', '5'));
  const last = await replace(customer, next.id, { limitPrice: '97.00' });
  expect(last).toMatchObject({
    ...kept,
    status: 'FILLED',
    qty: 20_000n,
    filledQty: 20_000n,
    triggeredAt: first.triggeredAt,
  });
  expect(await rowOf(customer, next.id)).toMatchObject({ status: 'REPLACED', filledQty: 10_000n });
});

test('a trailing stop that is replaced keeps its peak: the new stop and its collar follow from it at once', async () => {
  const customer = await holder('MSFT', '100.00');
  const first = await place(customer, 'MSFT', { side: 'SELL', type: 'TRAILING_STOP', qty: '10', trailPrice: '10.00' });
  await mark('MSFT', '110.00');
  await mark('MSFT', '105.00');
  expect(await rowOf(customer, first.id)).toMatchObject({ trailPeak: 11_000n, stopPrice: 10_000n });
  const wider = await replace(customer, first.id, { trailPrice: '20.00' });
  expect(wider).toMatchObject({
    status: 'NEW',
    trailPeak: 11_000n,
    stopPrice: 9_000n,
    trailPrice: 2_000n,
    qty: 100_000n,
  });
  const fewer = await replace(customer, wider.id, { qty: '4' });
  expect(fewer).toMatchObject({ trailPeak: 11_000n, stopPrice: 9_000n, trailPrice: 2_000n, qty: 40_000n });
  expect(fewer.worstPrice).toBe(wider.worstPrice);
  expect(await held(customer, 'MSFT')).toBe(40_000n);
  const next = await replace(customer, fewer.id, { trailPrice: '8.00' });
  const kept = { type: 'TRAILING_STOP', replacesId: fewer.id, rootOrderId: first.id, trailBps: null };
  expect(next).toMatchObject({ ...kept, status: 'NEW', trailPeak: 11_000n, stopPrice: 10_200n, trailPrice: 800n });
  expect(next.worstPrice).toBe((wider.worstPrice * 102n) / 90n);
  await place(buyer, 'MSFT', limit('BUY', '101.50', '10'));
  await mark('MSFT', '103.00');
  expect(await rowOf(customer, next.id)).toMatchObject({ status: 'NEW', triggeredAt: null });
  await mark('MSFT', '102.00');
  const sold = await rowOf(customer, next.id);
  expect(sold).toMatchObject({ status: 'FILLED', filledQty: 40_000n, filledValue: 10_150n * 4n * 1_000_000n });
  expect(await held(customer, 'MSFT')).toBe(0n);
  expect(await refused(customer, next.id, { trailPrice: '9.00' })).toBe('TOO_LATE_TO_REPLACE');
});

test('a trail that brings the stop through the market triggers it at once', async () => {
  const customer = await holder('NVDA', '100.00');
  const first = await place(customer, 'NVDA', { side: 'SELL', type: 'TRAILING_STOP', qty: '5', trailPercent: '10' });
  await mark('NVDA', '95.00');
  await place(buyer, 'NVDA', limit('BUY', '94.50', '3'));
  const next = await replace(customer, first.id, { trailPercent: '4.5' });
  expect(next).toMatchObject({ trailBps: 450, trailPrice: null, trailPeak: 10_000n, stopPrice: 9_550n });
  // As much as somebody buys: it is a market order.
  expect(next).toMatchObject({ filledQty: 30_000n, status: 'CANCELED', triggeredAt: expect.any(Date) });
  expect(await rowOf(customer, first.id)).toMatchObject({ status: 'REPLACED', filledQty: 0n, triggeredAt: null });
});

test('a trailing stop takes no price but its own kind of trail, and says which field is wrong', async () => {
  const customer = await holder('GOOGL', '100.00');
  const trails = { side: 'SELL', type: 'TRAILING_STOP', qty: '1' } as const;
  const percent = await place(customer, 'GOOGL', { ...trails, trailPercent: '10' });
  const price = await place(customer, 'GOOGL', { ...trails, trailPrice: '10.00' });
  const resting = await place(customer, 'GOOGL', limit('SELL', '200.00'));
  const before = await held(customer, 'GOOGL');
  const cases: [OrderRow, Changes, string][] = [
    [percent, { limitPrice: '50.00' }, 'INVALID_PRICE limitPrice'],
    [percent, { stopPrice: '50.00' }, 'INVALID_PRICE stopPrice'],
    [percent, { trailPrice: '5.00' }, 'INVALID_PRICE trailPrice'],
    [percent, { trailPercent: '0' }, 'INVALID_PRICE trailPercent'],
    [percent, { trailPercent: '100' }, 'INVALID_PRICE trailPercent'],
    [percent, { trailPercent: '1.234' }, 'INVALID_PRICE trailPercent'],
    [percent, { trailPrice: '5.00', trailPercent: '5' }, 'INVALID_PRICE trailPrice'],
    [percent, {}, 'INVALID_INPUT qty'],
    [percent, { qty: '0', trailPercent: '100' }, 'INVALID_QUANTITY qty, INVALID_PRICE trailPercent'],
    [percent, { qty: '1000' }, 'INSUFFICIENT_FUNDS qty'],
    [price, { trailPercent: '5' }, 'INVALID_PRICE trailPercent'],
    [price, { trailPrice: '-1' }, 'INVALID_PRICE trailPrice'],
    [price, { trailPrice: '5.001' }, 'INVALID_PRICE trailPrice'],
    [price, { trailPrice: '100.00' }, 'INVALID_PRICE trailPrice'],
    [resting, { trailPrice: '5.00' }, 'INVALID_PRICE trailPrice'],
    [resting, { trailPercent: '5' }, 'INVALID_PRICE trailPercent'],
  ];
  for (const [order, changes, code] of cases) {
    expect([changes, await refused(customer, order.id, changes)]).toEqual([changes, code]);
    expect(await rowOf(customer, order.id)).toEqual(order);
  }
  expect(await held(customer, 'GOOGL')).toBe(before);
});

test('the hold of a buy goes with the stop: up at once, down when the venue has answered, refused beyond the cash', async () => {
  const customer = await trading.customer('300');
  await mark('TSLA', '100.00');
  const first = await place(customer, 'TSLA', { side: 'BUY', type: 'TRAILING_STOP', qty: '1', trailPrice: '10.00' });
  expect(await held(customer)).toBe(need(first.worstPrice, 1n));
  expect(await refused(customer, first.id, { trailPrice: '250.00' })).toBe('INSUFFICIENT_FUNDS trailPrice');
  expect(await refused(customer, first.id, { trailPrice: '90000000000000000.00' })).toBe('INVALID_PRICE trailPrice');
  const ask = { id: first.id, trailPrice: '60.00', idempotencyKey: 'wider' };
  const asked = must(await trading.orders.replace(customer.by, ask));
  const worst = BigInt(asked.replacement?.worstPrice ?? 0);
  expect(asked).toMatchObject({ status: 'PENDING_REPLACE', trailPrice: 1_000n, stopPrice: 11_000n });
  expect(asked.reserve).toBe(need(worst, 1n));
  await trading.settled();
  expect(await held(customer)).toBe(need(worst, 1n));
  const again = await trading.orders.replace(customer.by, ask);
  expect(again).toMatchObject({ replayed: true, value: { id: first.id, status: 'PENDING_REPLACE' } });
  expect(await refused(customer, first.id, { ...ask, trailPrice: '61.00' })).toBe(
    'IDEMPOTENCY_KEY_REUSED idempotencyKey',
  );
  const wider = await rowOf(customer, asked.replacement?.newOrderId ?? '');
  expect(wider).toMatchObject({ status: 'NEW', stopPrice: 16_000n, trailPeak: 10_000n, worstPrice: worst });
  const narrow = await replace(customer, wider.id, { trailPrice: '5.00' });
  expect(narrow).toMatchObject({ stopPrice: 10_500n, trailPeak: 10_000n });
  expect(await held(customer)).toBe(need(narrow.worstPrice, 1n));
  await mark('TSLA', '80.00');
  const followed = await rowOf(customer, narrow.id);
  expect(followed).toMatchObject({ trailPeak: 8_000n, stopPrice: 8_500n });
  expect(await held(customer)).toBe(need(followed.worstPrice, 1n));
});

test('a trailing leg of a bracket is replaced while it waits and in the market, and stays in its list', async () => {
  const customer = await trading.customer('100000');
  await mark('AMZN', '100.00');
  const exit = { symbol: 'AMZN', side: 'SELL', qty: '4' } as const;
  const { orders } = must(
    await trading.orders.placeList(customer.by, {
      type: 'BRACKET',
      orders: [
        { symbol: 'AMZN', side: 'BUY', type: 'LIMIT', qty: '4', limitPrice: '90.00' },
        { ...exit, type: 'LIMIT', limitPrice: '150.00' },
        { ...exit, type: 'TRAILING_STOP', trailPrice: '10.00' },
      ],
    }),
  );
  await trading.settled();
  const [entry, profit, loss] = orders.map(({ id }) => id) as [string, string, string];
  expect(await refused(customer, loss, { qty: '3' })).toBe('NOT_SUPPORTED qty');
  const here = must(await trading.orders.replace(customer.by, { id: loss, trailPrice: '6.00' }));
  expect(here.status).toBe('REPLACED');
  const waiting = await rowOf(customer, here.replacedById ?? '');
  const place_ = { listId: here.listId, leg: 'STOP_LOSS', rootOrderId: loss };
  expect(waiting).toMatchObject({ ...place_, status: 'HELD', trailPrice: 600n, stopPrice: 9_400n, qty: 40_000n });
  await place(seller, 'AMZN', limit('SELL', '90.00', '4'));
  expect(await rowOf(customer, entry)).toMatchObject({ status: 'FILLED' });
  // It begins where its entry was filled, at its new distance.
  expect(await rowOf(customer, waiting.id)).toMatchObject({ status: 'NEW', trailPeak: 9_000n, stopPrice: 8_400n });
  await mark('AMZN', '96.00');
  const next = await replace(customer, waiting.id, { trailPrice: '5.00' });
  expect(next).toMatchObject({
    ...place_,
    status: 'NEW',
    trailPeak: 9_600n,
    stopPrice: 9_100n,
    replacesId: waiting.id,
  });
  expect(await held(customer, 'AMZN')).toBe(40_000n);
  await place(buyer, 'AMZN', limit('BUY', '90.50', '9'));
  await mark('AMZN', '91.00');
  expect(await rowOf(customer, next.id)).toMatchObject({ status: 'FILLED' });
  expect(await rowOf(customer, profit)).toMatchObject({ status: 'CANCELED', reason: 'GROUP_SETTLED' });
  expect(await held(customer, 'AMZN')).toBe(0n);
});

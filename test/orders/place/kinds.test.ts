import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OrderRow } from '../../../src/lane/rows.ts';
import { must } from '../../support/people.ts';
import { brokenPromises } from '../../support/promises.ts';
import { startTrading, type TestTrading } from '../../support/trading.ts';
import { until } from '../../support/until.ts';

let trading: TestTrading;
/** Another process; the venue does not run there. */
let other: TestTrading;
beforeAll(async () => {
  trading = await startTrading();
  other = await startTrading({ url: trading.url });
});
afterAll(async () => {
  await other.close();
  expect(await brokenPromises(trading.database.pool)).toEqual([]);
  await trading.close();
});

const cents = (units: bigint): string => `${units / 100n}.${(units % 100n).toString().padStart(2, '0')}`;
const ask = (symbol: string): bigint => trading.market.quote(symbol)?.ask ?? 0n;
const statusOf = async (userId: string, id: string) => (await trading.orders.one(userId, { id }))?.status;
const codeOf = (answer: Awaited<ReturnType<TestTrading['orders']['place']>>) =>
  answer.ok ? 'OK' : answer.failures.map(({ code, field = [] }) => `${code} ${field.join('.')}`);

test('a stop waits for its price and then fills like a market order', async () => {
  const { by, userId } = await trading.customer('100000');
  const above = cents(ask('AAPL') * 2n);
  const waiting = must(
    await trading.orders.place(by, { symbol: 'AAPL', side: 'BUY', type: 'STOP', qty: '1', stopPrice: above }),
  );
  const through = must(
    await trading.orders.place(by, { symbol: 'AAPL', side: 'BUY', type: 'STOP', qty: '1', stopPrice: '1.00' }),
  );
  await trading.settled();
  expect(await statusOf(userId, waiting.id)).toBe('NEW');
  const triggered = await trading.orders.one(userId, { id: through.id });
  expect(triggered?.triggeredAt).toBeInstanceOf(Date);
});

test('a stop limit that is triggered rests at its limit', async () => {
  const { by, userId } = await trading.customer('1000');
  const input = {
    symbol: 'AAPL',
    side: 'BUY',
    type: 'STOP_LIMIT',
    qty: '1',
    stopPrice: '1.00',
    limitPrice: '2.00',
  } as const;
  const order = must(await trading.orders.place(by, input));
  await trading.settled();
  const resting = await trading.orders.one(userId, { id: order.id });
  expect(resting).toMatchObject({ status: 'NEW', filledQty: 0n });
  expect(resting?.triggeredAt).toBeInstanceOf(Date);
});

test('a trailing stop starts at its distance from the market, by price or by percent', async () => {
  const { by, userId } = await trading.customer('100000');
  must(await trading.orders.place(by, { symbol: 'NVDA', side: 'BUY', type: 'MARKET', qty: '2' }));
  await trading.settled();
  const sell = { symbol: 'NVDA', side: 'SELL', type: 'TRAILING_STOP', qty: '1' } as const;
  const byPrice = must(await trading.orders.place(by, { ...sell, trailPrice: '5.00' }));
  const byPercent = must(await trading.orders.place(by, { ...sell, trailPercent: '2.5' }));
  expect(byPrice.stopPrice).toBe((byPrice.trailPeak ?? 0n) - 500n);
  expect(byPercent).toMatchObject({ trailBps: 250 });
  await trading.settled();
  expect(await statusOf(userId, byPrice.id)).toBe('NEW');
});

test('a buy by cash spends at most the cash, fees included, and ends FILLED with what it bought', async () => {
  const { by, userId, accountId } = await trading.customer('1000');
  const order = must(await trading.orders.place(by, { symbol: 'AAPL', side: 'BUY', type: 'MARKET', notional: '500' }));
  expect(order.reserve).toBe(50_000_000_000n);
  await trading.settled();
  const filled = await trading.orders.one(userId, { id: order.id });
  expect(filled).toMatchObject({ status: 'FILLED', reserve: 0n });
  expect(filled?.qty).toBe(filled?.filledQty);
  const spent = (filled?.filledValue ?? 0n) + (filled?.fees ?? 0n);
  expect(spent).toBeLessThanOrEqual(50_000_000_000n);
  expect(spent).toBeGreaterThan(49_800_000_000n);
  const usd = (await trading.ledger.balancesOf('EVERYTHING', [accountId]))(accountId).find(
    ({ asset }) => asset === 'USD',
  );
  expect(usd).toMatchObject({ held: 0n, posted: 100_000_000_000n - spent });
});

test('a buy by cash that is cancelled keeps the qty that it was expected to buy, beside what it has bought', async () => {
  const { by, userId } = await trading.customer('90000000');
  const order = must(await trading.orders.place(by, { symbol: 'V', side: 'BUY', type: 'MARKET', notional: '9000000' }));
  await trading.settled();
  const closed = await trading.orders.one(userId, { id: order.id });
  expect(closed).toMatchObject({
    status: 'CANCELED',
    reason: 'NO_LIQUIDITY_WITHIN_COLLAR',
    qty: order.qty,
    reserve: 0n,
  });
  expect(closed?.filledQty).toBeGreaterThan(0n);
  expect(closed?.filledQty).toBeLessThan(order.qty);
});

test('postOnly never takes', async () => {
  const { by, userId } = await trading.customer('100000');
  const input = { symbol: 'AAPL', side: 'BUY', type: 'LIMIT', qty: '1', postOnly: true } as const;
  const taking = must(await trading.orders.place(by, { ...input, limitPrice: cents(ask('AAPL')) }));
  const resting = must(await trading.orders.place(by, { ...input, limitPrice: '10.00' }));
  await trading.settled();
  expect(await trading.orders.one(userId, { id: taking.id })).toMatchObject({
    status: 'CANCELED',
    reason: 'POST_ONLY_WOULD_TAKE',
  });
  expect(await statusOf(userId, resting.id)).toBe('NEW');
});

test.each([
  [{ type: 'LIMIT' }, ['INVALID_PRICE limitPrice']],
  [{ type: 'MARKET', limitPrice: '1.00' }, ['INVALID_PRICE limitPrice']],
  [{ type: 'STOP' }, ['INVALID_PRICE stopPrice']],
  [{ type: 'STOP', stopPrice: '1.00', timeInForce: 'IOC' }, ['INVALID_INPUT timeInForce']],
  [{ type: 'STOP_LIMIT', stopPrice: '1.00' }, ['INVALID_PRICE limitPrice']],
  [{ type: 'TRAILING_STOP' }, ['INVALID_PRICE trailPrice']],
  [{ type: 'TRAILING_STOP', trailPrice: '1.00', trailPercent: '1' }, ['INVALID_PRICE trailPrice']],
  [{ type: 'TRAILING_STOP', trailPercent: '100' }, ['INVALID_PRICE trailPercent']],
  [{ type: 'TRAILING_STOP', trailPercent: '1.234' }, ['INVALID_PRICE trailPercent']],
  [{ type: 'TRAILING_STOP', trailPrice: '100000.00', side: 'SELL' }, ['INVALID_PRICE trailPrice']],
  [{ type: 'MARKET', notional: '5' }, ['INVALID_QUANTITY qty']],
  [{ type: 'MARKET', qty: null }, ['INVALID_QUANTITY qty']],
  [{ type: 'MARKET', qty: null, notional: '0' }, ['INVALID_AMOUNT notional']],
  [{ type: 'MARKET', qty: null, notional: '0.00000001' }, ['INVALID_AMOUNT notional']],
  [{ type: 'LIMIT', limitPrice: '1.00', qty: null, notional: '5' }, ['INVALID_AMOUNT notional']],
  [{ type: 'MARKET', postOnly: true }, ['INVALID_INPUT postOnly']],
  [{ type: 'LIMIT', limitPrice: '1.00', timeInForce: 'IOC', postOnly: true }, ['INVALID_INPUT postOnly']],
  [{ type: 'LIMIT', limitPrice: '1.00', expiresAt: new Date(0) }, ['INVALID_INPUT expiresAt']],
  [{ type: 'MARKET', expiresAt: new Date(4e12) }, ['INVALID_INPUT expiresAt']],
] as const)('%j is refused with the field at fault', async (input, codes) => {
  const { by, accountId } = await trading.customer('1000');
  const answer = await trading.orders.place(by, { symbol: 'AAPL', side: 'BUY', qty: '1', ...input });
  expect(codeOf(answer)).toEqual(codes);
  expect(await trading.database.prisma.order.count({ where: { accountId } })).toBe(0);
});

test('a batch answers each order at its own place, and a repeat of its key changes nothing', async () => {
  const { by, accountId } = await trading.customer('100');
  const order = { symbol: 'AAPL', side: 'BUY', type: 'LIMIT', qty: '1', limitPrice: '20.00' } as const;
  const orders = [order, { ...order, symbol: 'NOPE' }, { ...order, qty: '100' }, order];
  const answer = must(await trading.orders.placeMany(by, { orders, idempotencyKey: 'batch' }));
  expect(answer.map(codeOf)).toEqual(['OK', ['UNKNOWN_SYMBOL symbol'], ['INSUFFICIENT_FUNDS qty'], 'OK']);
  const again = must(await trading.orders.placeMany(by, { orders, idempotencyKey: 'batch' }));
  expect(again.map((one) => one.ok && one.value.id)).toEqual(answer.map((one) => one.ok && one.value.id));
  expect(await trading.database.prisma.order.count({ where: { accountId } })).toBe(2);
  const many = await trading.orders.placeMany(by, { orders: Array.from({ length: 101 }, () => order) });
  expect(many).toMatchObject({ ok: false, failures: [{ code: 'INVALID_INPUT', field: ['orders'] }] });
});

/** What an order is, and what has become of it. */
const stateOf = (order: OrderRow | undefined) => {
  if (order === undefined) throw new Error('no order');
  const { status, reason, qty, filledQty, filledValue, fees, reserve, stopPrice, worstPrice, trailPeak } = order;
  const isTriggered = order.triggeredAt !== null;
  return { status, reason, qty, filledQty, filledValue, fees, reserve, stopPrice, worstPrice, trailPeak, isTriggered };
};

/** What a process shows of the market in an instrument. */
const topOf = ({ market }: TestTrading, symbol: string) => ({ ...market.quote(symbol), at: null });
const places = [
  { where: 'the process that runs the venue', symbol: 'GOOGL', asked: () => trading },
  { where: 'another process', symbol: 'AMZN', asked: () => other },
];

test.each(places)('a preview by $where says what placing the order then does', async ({ symbol, asked }) => {
  const { by, userId, accountId } = await trading.customer('20000000');
  const near = (side: 'bid' | 'ask', percent: bigint) =>
    cents(((trading.market.quote(symbol)?.[side] ?? 0n) * percent) / 100n);
  type Kind = Omit<Parameters<TestTrading['orders']['preview']>[1], 'symbol'>;
  const kinds: [string, () => Kind][] = [
    ['FILLED', () => ({ side: 'BUY', type: 'MARKET', qty: '300' })],
    ['FILLED', () => ({ side: 'BUY', type: 'MARKET', notional: '750' })],
    ['FILLED', () => ({ side: 'SELL', type: 'MARKET', qty: '2' })],
    ['CANCELED NO_LIQUIDITY_WITHIN_COLLAR', () => ({ side: 'BUY', type: 'MARKET', qty: '30000' })],
    ['NEW', () => ({ side: 'BUY', type: 'LIMIT', qty: '1', limitPrice: '1.00' })],
    ['PARTIALLY_FILLED', () => ({ side: 'BUY', type: 'LIMIT', qty: '30000', limitPrice: near('ask', 110n) })],
    [
      'CANCELED IOC_REMAINDER',
      () => ({ side: 'BUY', type: 'LIMIT', qty: '1', limitPrice: '1.00', timeInForce: 'IOC' }),
    ],
    ['FILLED', () => ({ side: 'BUY', type: 'LIMIT', qty: '1', limitPrice: '900.00', timeInForce: 'FOK' })],
    [
      'CANCELED FOK_NOT_FILLABLE',
      () => ({ side: 'SELL', type: 'LIMIT', qty: '200', limitPrice: near('ask', 110n), timeInForce: 'FOK' }),
    ],
    [
      'CANCELED POST_ONLY_WOULD_TAKE',
      () => ({ side: 'BUY', type: 'LIMIT', qty: '1', limitPrice: near('ask', 100n), postOnly: true }),
    ],
    ['NEW', () => ({ side: 'BUY', type: 'LIMIT', qty: '1', limitPrice: '2.00', postOnly: true })],
    ['NEW', () => ({ side: 'BUY', type: 'STOP', qty: '1', stopPrice: '9000.00' })],
    ['FILLED', () => ({ side: 'BUY', type: 'STOP', qty: '1', stopPrice: near('bid', 99n) })],
    ['CANCELED NO_LIQUIDITY_WITHIN_COLLAR', () => ({ side: 'BUY', type: 'STOP', qty: '1', stopPrice: '1.00' })],
    ['FILLED', () => ({ side: 'SELL', type: 'STOP', qty: '2', stopPrice: near('ask', 101n) })],
    ['FILLED', () => ({ side: 'SELL', type: 'STOP', qty: '2', stopPrice: near('ask', 130n) })],
    ['NEW', () => ({ side: 'BUY', type: 'STOP_LIMIT', qty: '1', stopPrice: '1.00', limitPrice: '2.00' })],
    ['FILLED', () => ({ side: 'BUY', type: 'STOP_LIMIT', qty: '1', stopPrice: '1.00', limitPrice: near('ask', 101n) })],
    ['NEW', () => ({ side: 'BUY', type: 'TRAILING_STOP', qty: '1', trailPrice: '50.00' })],
    ['NEW', () => ({ side: 'SELL', type: 'TRAILING_STOP', qty: '1', trailPercent: '30' })],
    ['CANCELED SELF_TRADE_PREVENTION', () => ({ side: 'SELL', type: 'MARKET', qty: '2' })],
  ];
  for (const [ends, kind] of kinds) {
    // Everybody's quotes are there again, and nothing of its own is in the way but for the last.
    const inTheWay = await trading.database.prisma.order.findMany({ where: { accountId, status: 'PARTIALLY_FILLED' } });
    for (const { id } of inTheWay) must(await trading.orders.cancel(by, { id }));
    await trading.settled();
    trading.venue.tick();
    if (ends.endsWith('SELF_TRADE_PREVENTION')) {
      const limitPrice = cents((trading.market.quote(symbol)?.bid ?? 0n) + 1n);
      must(await trading.orders.place(by, { symbol, side: 'BUY', type: 'LIMIT', qty: '1', limitPrice }));
    }
    await trading.settled();
    await until(() => isDeepStrictEqual(topOf(asked(), symbol), topOf(trading, symbol)));
    const input = { symbol, ...kind() };
    const preview = must(await asked().orders.preview(by, input));
    const placed = must(await trading.orders.place(by, input));
    expect(placed.reserve).toBe(preview.hold);
    await trading.settled();
    const order = await trading.orders.one(userId, { id: placed.id });
    expect([input, stateOf(preview.order)]).toEqual([input, stateOf(order)]);
    expect([input, [order?.status, order?.reason].filter(Boolean).join(' ')]).toEqual([input, ends]);
    const trades = (await trading.orders.fillsOf('EVERYTHING', [placed.id])).map(({ tradeId }) => tradeId);
    const lines = await trading.database.prisma.posting.findMany({
      where: { accountId, entry: { reference: { in: trades } } },
      orderBy: { sequence: 'asc' },
    });
    const shown = ({ asset, amount, balanceAfter }: { asset: string; amount: bigint; balanceAfter: bigint }) => ({
      asset,
      amount,
      balanceAfter,
    });
    expect(preview.lines.map(shown)).toEqual(lines.map(shown));
    const usd = (await trading.ledger.balancesOf('EVERYTHING', [accountId]))(accountId).find(
      ({ asset }) => asset === 'USD',
    );
    expect([input, (usd?.posted ?? 0n) - (usd?.held ?? 0n)]).toEqual([input, preview.buyingPower]);
  }
});

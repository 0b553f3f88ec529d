import { afterAll, beforeAll, expect, test } from 'vitest';
import { fillsIn } from '../../src/orders/fills.ts';
import { closeSound } from '../support/close-sound.ts';
import { moneyDigest } from '../support/digest.ts';
import { must } from '../support/people.ts';
import { type Customer, fees, ownPositions, startTrading, type TestTrading } from '../support/trading.ts';
import { cross, eventsOf, inside, place, priceText, wealthOf } from './support.ts';

let trading: TestTrading;
let operator: Customer['by'];
beforeAll(async () => {
  trading = await startTrading();
  operator = (await trading.customer()).by;
});
afterAll(() => closeSound(trading));

const market = { symbol: 'MSFT', type: 'MARKET' } as const;
const correct = (tradeId: string, terms: { price?: string; qty?: string }, more = {}) =>
  trading.trades.correct(operator, { tradeId, reason: 'wrong price', ...terms, ...more });
const seller = async (): Promise<Customer> => {
  const customer = await trading.customer('100000');
  await place(trading, customer, { ...market, side: 'BUY', qty: '10' });
  return customer;
};
/** In units of the ledger's dollars: 8 decimals, of which a price has 2 and a quantity 4. */
const worth = (price: bigint, qty: bigint): bigint => price * qty * 100n;

test('a price is corrected for both sides: cash, fees, cost and profit follow, the orders stay filled', async () => {
  const [buyer, from] = [await trading.customer('50000'), await seller()];
  const price = inside(trading);
  const { buy, sell, tradeId } = await cross(trading, buyer, from, '4', price);
  const right = price + price / 20n;
  const done = must(await correct(tradeId, { price: priceText(right) }));
  const value = worth(right, 40_000n);
  const fee = { BUY: (value * fees.takerBps) / 10_000n, SELL: (value * fees.makerBps) / 10_000n };
  expect(await trading.orders.one(buyer.userId, { id: buy.id })).toMatchObject({
    ...{ status: 'FILLED', filledQty: 40_000n, filledValue: value, fees: fee.BUY, filledAt: buy.filledAt },
  });
  expect(await trading.orders.one(from.userId, { id: sell.id })).toMatchObject({ filledValue: value, fees: fee.SELL });
  expect(await wealthOf(trading, buyer)).toMatchObject({
    balances: [{ asset: 'MSFT' }, { asset: 'USD', posted: 50_000n * 10n ** 8n - value - fee.BUY, held: 0n }],
    positions: [{ qty: 40_000n, cost_basis: value, realized_pnl: 0n }],
    lots: [{ qty: 40_000n, leaves_qty: 40_000n, leaves_cost: value }],
  });
  const [reversal, entry] = await trading.trades.entries(done.entryIds);
  expect([reversal?.kind, entry?.kind, entry?.reference]).toEqual(['REVERSAL', 'TRADE', done.correctedTradeId]);
});

test('less than was executed leaves the rest of a filled order cancelled and gives its units and cash back', async () => {
  const [buyer, from] = [await trading.customer('50000'), await seller()];
  const price = inside(trading);
  const { buy, sell, tradeId } = await cross(trading, buyer, from, '4', price);
  must(await correct(tradeId, { qty: '1' }));
  for (const [{ userId }, { id }] of [
    [buyer, buy],
    [from, sell],
  ] as const) {
    expect(await trading.orders.one(userId, { id })).toMatchObject({
      ...{ status: 'CANCELED', reason: 'TRADE_CORRECTED', qty: 40_000n, filledQty: 10_000n },
      filledValue: worth(price, 10_000n),
    });
  }
  const [position] = await ownPositions(trading, from.userId);
  expect(position).toMatchObject({ qty: 90_000n });
});

test('an order that still works keeps what it leaves', async () => {
  const [buyer, from] = [await trading.customer('50000'), await seller()];
  const terms = { symbol: 'MSFT', type: 'LIMIT', limitPrice: priceText(inside(trading)) } as const;
  const { id } = await place(trading, buyer, { ...terms, side: 'BUY', qty: '10' });
  await place(trading, from, { ...terms, side: 'SELL', qty: '4' });
  const before = await trading.orders.one(buyer.userId, { id });
  const [execution] = await trading.orders.fillsOf('EVERYTHING', [id]);
  must(await correct(execution!.tradeId, { qty: '1.5' }));
  expect(await trading.orders.one(buyer.userId, { id })).toMatchObject({
    ...{ status: 'PARTIALLY_FILLED', qty: 75_000n, filledQty: 15_000n, reserve: before!.reserve },
  });
});

test('a corrected buy keeps its age: sells of its units have them from it', async () => {
  const customer = await trading.customer('100000');
  const [one, other] = [
    await place(trading, customer, { ...market, side: 'BUY', qty: '2' }),
    await place(trading, customer, { ...market, side: 'BUY', qty: '2' }),
  ];
  const sold = await place(trading, customer, { ...market, side: 'SELL', qty: '1' });
  const [execution] = await trading.orders.fillsOf('EVERYTHING', [one.id]);
  must(await correct(execution!.tradeId, { price: '100.00' }));
  const unit = worth(10_000n, 10_000n);
  expect(await wealthOf(trading, customer)).toMatchObject({
    positions: [{ cost_basis: unit + other.filledValue, realized_pnl: sold.filledValue - unit }],
    lots: [
      { qty: 20_000n, leaves_qty: 10_000n, leaves_cost: unit },
      { leaves_qty: 20_000n, leaves_cost: other.filledValue },
    ],
  });
});

test('a corrected trade is corrected and busted in its turn, by its own name only', async () => {
  const [buyer, from] = [await trading.customer('50000'), await seller()];
  const before = [await wealthOf(trading, buyer), await wealthOf(trading, from)];
  const { buy, tradeId } = await cross(trading, buyer, from, '4');
  const once = must(await correct(tradeId, { qty: '3' })).correctedTradeId!;
  const twice = must(await correct(once, { qty: '2' })).correctedTradeId!;
  const again = [await correct(tradeId, { qty: '2' }), await correct(once, { qty: '1' })];
  for (const answer of again) expect(answer).toMatchObject({ failures: [{ code: 'TRADE_ALREADY_BUSTED' }] });
  const order = (await trading.orders.one(buyer.userId, { id: buy.id }))!;
  const fills = fillsIn(order, await trading.orders.fillsOf('EVERYTHING', [buy.id]));
  expect(fills.map(({ qty, bustedAt }) => [qty, bustedAt === null])).toEqual([
    [40_000n, false],
    [30_000n, false],
    [20_000n, true],
  ]);
  expect(fills.map(({ correctsId }) => correctsId)).toEqual([null, fills[0]!.id, fills[1]!.id]);
  expect(fills.map(({ correctedById }) => correctedById)).toEqual([fills[1]!.id, fills[2]!.id, null]);
  must(await trading.trades.bust(operator, { tradeId: twice, reason: 'never was' }));
  expect([await wealthOf(trading, buyer), await wealthOf(trading, from)]).toEqual(before);
});

test('each side is told what its fill is now, and the log what was asked', async () => {
  const [buyer, from] = [await trading.customer('50000'), await seller()];
  const { tradeId, executions } = await cross(trading, buyer, from, '4');
  const { correctedTradeId } = must(await correct(tradeId, { qty: '1' }));
  const [event] = await eventsOf(trading, from, 'TRADE_CORRECTED');
  expect(event?.payload).toMatchObject({
    ...{ status: 'CANCELED', filledQty: '10000', tradeId, explanation: 'wrong price' },
    executionId: executions.find(({ side }) => side === 'SELL')?.id,
    fill: { tradeId: correctedTradeId, qty: '10000' },
  });
  const where = { action: 'correctTrade', target: tradeId };
  const [line] = await trading.database.prisma.auditEntry.findMany({ where });
  expect(line?.details).toMatchObject({ reason: 'wrong price', qty: '10000', becomes: correctedTradeId });
});

test('a key gives its first answer again, and is not for other terms', async () => {
  const [buyer, from] = [await trading.customer('50000'), await seller()];
  const { tradeId } = await cross(trading, buyer, from, '4');
  const key = { idempotencyKey: trading.ids.next() };
  const first = await correct(tradeId, { qty: '3' }, key);
  expect(await correct(tradeId, { qty: '3.0' }, key)).toEqual({ ...first, replayed: true });
  expect(await correct(tradeId, { qty: '2' }, key)).toMatchObject({ failures: [{ code: 'IDEMPOTENCY_KEY_REUSED' }] });
});

test('terms that are malformed, that change nothing, or that a customer ruled out are refused, and nothing changes', async () => {
  const [buyer, from] = [await trading.customer('50000'), await seller()];
  const price = inside(trading);
  const { tradeId } = await cross(trading, buyer, from, '4', price);
  const before = await moneyDigest(trading.database.pool);
  const refusals = [
    [{}, 'INVALID_INPUT', 'price'],
    [{ price: priceText(price), qty: '4.0' }, 'INVALID_INPUT', 'price'],
    [{ price: '0' }, 'INVALID_PRICE', 'price'],
    [{ price: '-1' }, 'INVALID_PRICE', 'price'],
    [{ price: '1.001' }, 'INVALID_PRICE', 'price'],
    [{ price: '1e3' }, 'INVALID_PRICE', 'price'],
    [{ price: '92233720368547758.07' }, 'INVALID_PRICE', 'price'],
    [{ price: priceText(price - 1n) }, 'INVALID_PRICE', 'price'],
    [{ price: priceText(price * 2n) }, 'INVALID_PRICE', 'price'],
    [{ qty: '0' }, 'INVALID_QUANTITY', 'qty'],
    [{ qty: '-1' }, 'INVALID_QUANTITY', 'qty'],
    [{ qty: '4.0001' }, 'INVALID_QUANTITY', 'qty'],
    [{ qty: '0.00001' }, 'INVALID_QUANTITY', 'qty'],
    [{ qty: 'NaN' }, 'INVALID_QUANTITY', 'qty'],
  ] as const;
  for (const [terms, code, field] of refusals) {
    expect([terms, await correct(tradeId, terms)]).toMatchObject([terms, { failures: [{ code, field: [field] }] }]);
  }
  expect(await moneyDigest(trading.database.pool)).toEqual(before);
});

test('a market order by cash never pays more than the cash that it was given', async () => {
  const customer = await trading.customer('5000');
  const order = await place(trading, customer, { ...market, symbol: 'AAPL', side: 'BUY', notional: '1000' });
  const [execution] = await trading.orders.fillsOf('EVERYTHING', [order.id]);
  const beyond = priceText((execution!.price * 101n) / 100n);
  const send = () => correct(execution!.tradeId, { price: beyond }, { idempotencyKey: 'beyond' });
  const first = await send();
  expect(first).toMatchObject({
    failures: [{ code: 'INVALID_PRICE', field: ['price'], message: expect.stringContaining('cash') }],
  });
  // What the order has spent changes with its other fills.
  expect(await send()).toEqual({ ...first, replayed: true });
  // The units alone would be within the cash, their fee is not.
  const whole = 1_000n * 10n ** 8n;
  const most = priceText(whole / (execution!.qty * 100n));
  expect(await correct(execution!.tradeId, { price: most })).toMatchObject({ failures: [{ code: 'INVALID_PRICE' }] });
  expect(await correct(execution!.tradeId, { price: priceText(execution!.price / 2n) })).toMatchObject({ ok: true });
});

test('a side that cannot pay the corrected price is named; a value beyond every balance is no outage', async () => {
  // Only the makers are there to trade with.
  const alone = { ...market, symbol: 'AAPL' };
  const customer = await trading.customer('6000');
  const order = await place(trading, customer, { ...alone, side: 'BUY', qty: '10' });
  const [bought] = await trading.orders.fillsOf('EVERYTHING', [order.id]);
  expect(await correct(bought!.tradeId, { price: '900.00' })).toMatchObject({
    failures: [
      { code: 'INSUFFICIENT_FUNDS', message: expect.stringContaining(`BUYER, account ${customer.accountId}`) },
    ],
  });
  const selling = await place(trading, customer, { ...alone, side: 'SELL', qty: '10' });
  const [sold] = await trading.orders.fillsOf('EVERYTHING', [selling.id]);
  const huge = { price: '9000000000.00' };
  expect(await correct(sold!.tradeId, huge)).toMatchObject({ ok: true });
  const another = await trading.customer('6000');
  const next = await place(trading, another, { ...alone, side: 'BUY', qty: '10' });
  const leaving = await place(trading, another, { ...alone, side: 'SELL', qty: '10' });
  expect(next.status).toBe('FILLED');
  const [last] = await trading.orders.fillsOf('EVERYTHING', [leaving.id]);
  const send = () => correct(last!.tradeId, huge, { idempotencyKey: 'huge' });
  const refused = await send();
  expect(refused).toMatchObject({ failures: [{ code: 'INVALID_PRICE', field: ['price'] }] });
  expect(await send()).toEqual({ ...refused, replayed: true });
});

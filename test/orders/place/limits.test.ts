import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkLimits, countNotional, notionalUsed } from '../../../src/orders/place/check-limits.ts';
import { operatorOf } from '../../controls/support.ts';
import { listed } from '../../support/listed.ts';
import { codesOf, must, testClock } from '../../support/people.ts';
import { brokenPromises } from '../../support/promises.ts';
import { type Customer, startTrading, type TestTrading } from '../../support/trading.ts';

let trading: TestTrading;
let operator: Customer['by'];
const clock = testClock(new Date('2026-03-02T22:00:00Z'));
beforeAll(async () => {
  trading = await startTrading({ clock });
  operator = await operatorOf(trading);
});
afterAll(async () => {
  expect(await brokenPromises(trading.database.pool)).toEqual([]);
  await trading.close();
});

const USD = 10n ** 8n;
const buy = { symbol: 'AAPL', side: 'BUY', type: 'LIMIT', limitPrice: '10.00', qty: '10' } as const;
const limit = async (accountId: string, more: object) =>
  must(await trading.controls.setAccountLimits(operator, { accountId, reason: 'a test', ...more }));
const shown = async (accountId: string) => (await trading.controls.limitsOf('EVERYTHING', [accountId]))(accountId);

test('an order over a limit is refused and changes nothing; one at the limit is taken', async () => {
  const { by, accountId } = await trading.customer('10000');
  await limit(accountId, { maxOrderValue: '100', dailyNotional: '250', maxOpenOrders: 3 });
  expect(codesOf(await trading.orders.place(by, { ...buy, qty: '10.0001' }))).toEqual(['ORDER_TOO_LARGE']);
  must(await trading.orders.place(by, buy));
  must(await trading.orders.place(by, buy));
  expect(codesOf(await trading.orders.place(by, { ...buy, qty: '5.0001' }))).toEqual(['DAILY_LIMIT_REACHED']);
  expect(await shown(accountId)).toMatchObject({ dailyNotional: 250n * USD, dailyNotionalUsed: 200n * USD });
  must(await trading.orders.place(by, { ...buy, qty: '1' }));
  expect(codesOf(await trading.orders.place(by, { ...buy, qty: '1' }))).toEqual(['TOO_MANY_OPEN_ORDERS']);
  await trading.settled();
});

test('an order by cash is worth its cash, in what is refused and in what is counted', async () => {
  const { by, accountId } = await trading.customer('10000');
  await limit(accountId, { maxOrderValue: '1000', dailyNotional: '2500' });
  const buying = (notional: string) => ({ symbol: 'KO', side: 'BUY', type: 'MARKET', notional }) as const;
  const tooMuch = { ok: false, failures: [{ code: 'ORDER_TOO_LARGE', field: ['notional'] }] };
  expect(await trading.orders.place(by, buying('1000.01'))).toMatchObject(tooMuch);
  expect(await trading.orders.preview(by, buying('1000.01'))).toMatchObject(tooMuch);
  expect(await trading.orders.preview(by, buying('1000'))).toMatchObject({ ok: true });
  for (const cash of ['999', '1000']) must(await trading.orders.place(by, buying(cash)));
  expect(await shown(accountId)).toMatchObject({ dailyNotionalUsed: 1_999n * USD });
  expect(await trading.orders.place(by, buying('501.01'))).toMatchObject({
    failures: [{ code: 'DAILY_LIMIT_REACHED', field: ['notional'] }],
  });
  await trading.settled();
  const { dailyNotionalUsed: before } = await shown(accountId);
  const sale = must(await trading.orders.place(by, { ...buying('500'), side: 'SELL' }));
  const { dailyNotionalUsed: after } = await shown(accountId);
  expect(sale.qty).toBeGreaterThan(0n);
  expect(after - before).toBeGreaterThan(490n * USD);
  expect(after - before).toBeLessThanOrEqual(500n * USD);
  await trading.settled();
});

test('a cash far out of reach is refused for the cash', async () => {
  const { by } = await trading.customer('100');
  const far = { symbol: 'KO', side: 'BUY', type: 'MARKET', notional: '90000000000' } as const;
  for (const side of ['BUY', 'SELL'] as const) {
    const answer = await trading.orders.place(by, { ...far, side });
    expect(answer).toMatchObject({ ok: false, failures: [{ code: 'ORDER_TOO_LARGE', field: ['notional'] }] });
  }
});

test('a cancelled order still counts, and a new UTC day starts at nothing', async () => {
  const { by, accountId } = await trading.customer('10000');
  await limit(accountId, { dailyNotional: '100' });
  const order = must(await trading.orders.place(by, buy));
  must(await trading.orders.cancel(by, { id: order.id }));
  await trading.settled();
  expect(codesOf(await trading.orders.place(by, buy))).toEqual(['DAILY_LIMIT_REACHED']);
  clock.advance(2 * 3_600_000);
  expect((await shown(accountId)).dailyNotionalUsed).toBe(0n);
  must(await trading.orders.place(by, buy));
  expect((await shown(accountId)).dailyNotionalUsed).toBe(100n * USD);
  await trading.settled();
});

test('a replacement counts what it adds, and is held against the limits for that alone', async () => {
  const { by, accountId } = await trading.customer('10000');
  await limit(accountId, { dailyNotional: '150', maxOpenOrders: 1 });
  const order = must(await trading.orders.place(by, buy));
  await trading.settled();
  expect(codesOf(await trading.orders.replace(by, { id: order.id, qty: '15.0001' }))).toEqual(['DAILY_LIMIT_REACHED']);
  expect(await trading.orders.replace(by, { id: order.id, limitPrice: '15.01' })).toMatchObject({
    failures: [{ code: 'DAILY_LIMIT_REACHED', field: ['limitPrice'] }],
  });
  const asked = must(await trading.orders.replace(by, { id: order.id, qty: '15' }));
  await trading.settled();
  const { newOrderId = '' } = asked.replacement ?? {};
  must(await trading.orders.replace(by, { id: newOrderId, qty: '1' }));
  await trading.settled();
  expect((await shown(accountId)).dailyNotionalUsed).toBe(150n * USD);
});

test('limits stay unless given, null goes back to the default, and nonsense is refused', async () => {
  const { by, accountId } = await trading.customer();
  const standard = await shown(accountId);
  await limit(accountId, { maxOrderValue: '1', maxOpenOrders: 0 });
  await limit(accountId, { maxOpenOrders: null });
  expect(await shown(accountId)).toEqual({ ...standard, maxOrderValue: USD });
  const input = { accountId, reason: 'a test' };
  const bad = { ...input, maxOrderValue: '-1', maxOpenOrders: 1_001, dailyNotional: '0.000000001' };
  expect(codesOf(await trading.controls.setAccountLimits(operator, bad))).toEqual([
    'INVALID_AMOUNT',
    'INVALID_INPUT',
    'INVALID_AMOUNT',
  ]);
  const absent = { ...input, accountId: trading.ids.next(), maxOpenOrders: 1 };
  expect(codesOf(await trading.controls.setAccountLimits(operator, absent))).toEqual(['NOT_FOUND']);
  await expect(trading.controls.setAccountLimits(by, input)).rejects.toMatchObject({ code: 'FORBIDDEN' });
});

test('whatever is sent, no UTC day counts more than its limit', () => {
  const instrument = listed('AAPL');
  const order = fc.record({ value: fc.bigInt(1n, 150n), wait_h: fc.integer({ min: 0, max: 30 }) });
  fc.assert(
    fc.property(fc.array(order, { maxLength: 60 }), fc.bigInt(0n, 400n), (orders, daily) => {
      const account = {
        openOrders: 0,
        maxOrderValue: 100n,
        maxOpenOrders: null,
        maxDailyNotional: daily,
        notionalDay: 0,
        notionalUsed: 0n,
      };
      const days = new Map<string, bigint>();
      let at = new Date('2026-01-01T00:00:00Z').getTime();
      for (const { value, wait_h } of orders) {
        at += wait_h * 3_600_000;
        const now = new Date(at);
        const day = now.toISOString().slice(0, 10);
        const used = days.get(day) ?? 0n;
        const problem = checkLimits(
          account,
          { orders: 0, value: 0n },
          { value, added: value, field: 'qty' },
          instrument,
          now,
        );
        expect(problem === undefined).toBe(value <= 100n && used + value <= daily);
        if (problem === undefined) {
          countNotional(account, value, now);
          days.set(day, used + value);
        }
        expect(notionalUsed(account, now)).toBe(days.get(day) ?? 0n);
      }
    }),
  );
});

test('the orders of a list are counted together against what may be open', async () => {
  const { by, accountId } = await trading.customer('10000');
  await limit(accountId, { maxOpenOrders: 2 });
  const exit = { symbol: 'AAPL', side: 'SELL', qty: '10' } as const;
  const orders = [
    buy,
    { ...exit, type: 'LIMIT', limitPrice: '5000.00' },
    { ...exit, type: 'STOP', stopPrice: '1.00' },
  ] as const;
  const refused = await trading.orders.placeList(by, { type: 'BRACKET', orders });
  expect(refused).toMatchObject({ ok: false, failures: [{ code: 'TOO_MANY_OPEN_ORDERS', field: ['orders', '2'] }] });
  must(await trading.orders.placeList(by, { type: 'OTO', orders: orders.slice(0, 2) }));
  await trading.settled();
});

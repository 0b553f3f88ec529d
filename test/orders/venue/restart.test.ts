import { afterEach, beforeEach, expect, test } from 'vitest';
import { operatorOf } from '../../controls/support.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';
import { must, testClock } from '../../support/people.ts';
import { brokenPromises } from '../../support/promises.ts';
import { type Customer, startTrading, type TestTrading } from '../../support/trading.ts';
import { until } from '../../support/until.ts';

/** What a server that starts makes of the orders that it finds: what the one before it would have done with them. */

let home: TestDatabase;
let trading: TestTrading;
let clock: ReturnType<typeof testClock>;
beforeEach(async () => {
  home = await testDatabase();
  // A Friday in New York, an hour before the close.
  clock = testClock(new Date('2026-03-06T20:00:00Z'));
  trading = await startTrading({ url: home.url, clock });
});
afterEach(async () => {
  expect(await brokenPromises(trading.database.pool)).toEqual([]);
  await trading.close();
  await home.close();
});

const restart = async (change: () => Promise<unknown> = async () => {}): Promise<void> => {
  await trading.settled();
  await trading.stop();
  await change();
  await trading.database.close();
  trading = await startTrading({ url: home.url, clock });
  await trading.settled();
};
const sql = (text: string, ...values: unknown[]) => trading.database.pool.query(text, values);
const one = async ({ userId }: Customer, id: string) => {
  const order = await trading.orders.one(userId, { id });
  if (order === undefined) throw new Error('no such order');
  return order;
};
const place = async ({ by }: Customer, more: object) => {
  const { id } = must(
    await trading.orders.place(by, {
      symbol: 'AAPL',
      side: 'BUY',
      type: 'LIMIT',
      qty: '1',
      limitPrice: '1.00',
      ...more,
    }),
  );
  await trading.settled();
  return id;
};
const halt = (status: 'HALTED' | 'TRADING') => sql('UPDATE instruments SET status = $1::"InstrumentStatus"', status);

test('orders of one price are filled in the order in which they stood, replaced ones included', async () => {
  const people = [await trading.customer('1000'), await trading.customer('1000'), await trading.customer('1000')];
  const [ann, bob, cleo] = people as [Customer, Customer, Customer];
  const seller = await trading.customer('1000');
  await place(seller, { type: 'MARKET', limitPrice: null, qty: '2' });
  const [first, second, third] = [
    await place(ann, { limitPrice: '2.00', qty: '2' }),
    await place(bob, { limitPrice: '2.00' }),
    await place(cleo, { limitPrice: '2.00' }),
  ];
  // Less keeps the place, more goes to the end.
  const less = must(await trading.orders.replace(ann.by, { id: first, qty: '1' })).replacement?.newOrderId ?? '';
  await trading.settled();
  const more = must(await trading.orders.replace(bob.by, { id: second, qty: '1.5' })).replacement?.newOrderId ?? '';
  await restart();
  const taker = await trading.customer('1000');
  await place(taker, { type: 'MARKET', limitPrice: null });
  // The makers go, and the bids of the three are what is left.
  trading.venue.halt('AAPL');
  trading.venue.stop();
  trading.venue.resume('AAPL');
  await place(taker, { side: 'SELL', limitPrice: '2.00' });
  await place(seller, { side: 'SELL', limitPrice: '2.00', qty: '0.5' });
  expect([await one(ann, less), await one(cleo, third), await one(bob, more)]).toMatchObject([
    { status: 'FILLED' },
    { status: 'PARTIALLY_FILLED', filledQty: 5_000n },
    { status: 'NEW' },
  ]);
});

test('in an instrument that is halted nothing trades at the start; what waits, trades at the resumption', async () => {
  const [buyer, seller] = [await trading.customer('100000'), await trading.customer('100000')];
  await place(seller, { type: 'MARKET', limitPrice: null, qty: '3' });
  const [bid, rush] = [await place(buyer, { limitPrice: '2.00' }), await place(buyer, { limitPrice: '3.00' })];
  const ask = await place(seller, { side: 'SELL', limitPrice: '9000.00' });
  await restart(async () => {
    await halt('HALTED');
    // The match of these two was never settled, and the third was never answered.
    await sql('UPDATE orders SET limit_price = 150, worst_price = 150 WHERE id = $1', ask);
    await sql(
      `UPDATE orders SET type = 'MARKET', time_in_force = 'IOC', limit_price = NULL, status = 'PENDING_CANCEL',
         place = NULL, pending_since = now(), worst_price = 99999 WHERE id = $1`,
      rush,
    );
  });
  expect(await one(buyer, rush)).toMatchObject({ status: 'CANCELED', filledQty: 0n });
  expect([(await one(buyer, bid)).status, (await one(seller, ask)).status]).toEqual(['NEW', 'NEW']);
  await halt('TRADING');
  await until(() => trading.market.find('AAPL')?.status === 'TRADING');
  await trading.settled();
  expect([(await one(buyer, bid)).status, (await one(seller, ask)).status]).toEqual(['FILLED', 'FILLED']);
});

test('an order that a server finds between sessions goes to the venue when the next one opens', async () => {
  must(await trading.controls.setMarketHours(await operatorOf(trading), { mode: 'SESSIONS' }));
  const person = await trading.customer('1000');
  const id = await place(person, {});
  await restart(async () => clock.advance(2 * 3_600_000));
  await trading.sweep();
  expect((await one(person, id)).status).toBe('DONE_FOR_DAY');
  clock.advance(new Date('2026-03-09T13:30:00Z').getTime() - clock.now().getTime());
  await trading.sweep();
  await trading.settled();
  expect((await one(person, id)).status).toBe('NEW');
  must(await trading.orders.cancel(person.by, { id }));
  await trading.settled();
  expect((await one(person, id)).status).toBe('CANCELED');
});

test('a trailing stop that was replaced comes back with the peak that it has had from the first', async () => {
  const [person, seller] = [await trading.customer('100000'), await trading.customer('100000')];
  await place(seller, { type: 'MARKET', limitPrice: null, qty: '3' });
  const stop = { type: 'TRAILING_STOP', limitPrice: null, trailPrice: '5.00', qty: '2' };
  const first = await place(person, stop);
  // The makers go, so that two customers may say how low the price was.
  trading.venue.halt('AAPL');
  trading.venue.stop();
  trading.venue.resume('AAPL');
  await place(seller, { side: 'SELL', limitPrice: '100.00' });
  await place(await trading.customer('1000'), { limitPrice: '100.00' });
  const input = { id: first, trailPrice: '400.00' };
  const next = must(await trading.orders.replace(person.by, input)).replacement?.newOrderId ?? '';
  await trading.settled();
  const before = await one(person, next);
  expect(before).toMatchObject({ status: 'NEW', trailPeak: 10_000n, stopPrice: 50_000n, rootOrderId: first });
  await restart();
  // The makers are back, and with them a price that is no new low.
  expect(trading.market.quote('AAPL')?.last).toBeGreaterThan(10_000n);
  expect(await one(person, next)).toEqual(before);
  const { stopPrice, trailPeak, worstPrice } = before;
  const status = () => trading.venue.status({ orderId: next, accountId: person.accountId, symbol: 'AAPL' });
  expect(await status()).toMatchObject({ state: 'OPEN', trailed: { stopPrice, trailPeak, worstPrice } });
  const last = must(await trading.orders.replace(person.by, { id: next, trailPrice: '1.00' })).replacement?.newOrderId;
  await trading.settled();
  // Which is through the market now.
  expect(await one(person, last ?? '')).toMatchObject({ trailPeak: 10_000n, stopPrice: 10_100n });
  expect((await one(person, last ?? '')).triggeredAt).toBeInstanceOf(Date);
});

test('a stop limit that was triggered, and then replaced, comes back as the limit order that it is', async () => {
  const [person, seller] = [await trading.customer('100000'), await trading.customer('100000')];
  await place(seller, { type: 'MARKET', limitPrice: null, qty: '3' });
  const first = await place(person, { type: 'STOP_LIMIT', stopPrice: '1.00', limitPrice: '2.00' });
  const next = must(await trading.orders.replace(person.by, { id: first, limitPrice: '3.00' })).replacement?.newOrderId;
  // At this stop it would wait for ever.
  await restart(() => sql("UPDATE orders SET stop_price = 900000 WHERE symbol = 'AAPL' AND type = 'STOP_LIMIT'"));
  trading.venue.halt('AAPL');
  trading.venue.stop();
  trading.venue.resume('AAPL');
  await place(seller, { side: 'SELL', limitPrice: '3.00' });
  expect(await one(person, next ?? '')).toMatchObject({ status: 'FILLED', rootOrderId: first });
});

import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { formatDecimal } from '../../../src/kernel/decimal.ts';
import { operatorOf, resting, statusOf } from '../../controls/support.ts';
import { closeSound } from '../../support/close-sound.ts';
import { codesOf, must, testClock } from '../../support/people.ts';
import { type Customer, startTrading, type TestTrading } from '../../support/trading.ts';
import { until } from '../../support/until.ts';
import { eventsOf } from '../../trades/support.ts';

let trading: TestTrading;
let operator: Customer['by'];
// A Friday in New York's winter, an hour before the close.
const clock = testClock(new Date('2026-03-06T20:00:00Z'));
beforeAll(async () => {
  trading = await startTrading({ clock });
  operator = await operatorOf(trading);
  must(await trading.controls.setMarketHours(operator, { mode: 'SESSIONS' }));
});
afterAll(() => closeSound(trading));

const goTo = async (time: string): Promise<void> => {
  clock.advance(new Date(time).getTime() - clock.now().getTime());
  for (let pass = 0; pass < 3; pass += 1) {
    await trading.settled();
    await trading.sweep();
  }
  await trading.settled();
  trading.venue.tick();
  await trading.settled();
};
const place = async (by: Customer['by'], more: object = {}) =>
  must(await trading.orders.place(by, { ...resting, ...more })).id;
const statuses = (ids: readonly string[]) => Promise.all(ids.map((id) => statusOf(trading, id)));

test('a session ends DAY orders, puts GTC orders aside and takes both up again on the next trading day', async () => {
  const { by, userId } = await trading.customer('100000');
  const [day, gtc, btc] = [
    await place(by, { timeInForce: 'DAY' }),
    await place(by),
    await place(by, { symbol: 'BTC-USD', limitPrice: '100.00', timeInForce: 'DAY' }),
  ];
  await trading.settled();
  expect(await trading.orders.one(userId, { id: day })).toMatchObject({ expiresAt: new Date('2026-03-06T21:00:00Z') });
  await goTo('2026-03-06T21:00:00Z');
  expect(await statuses([day, gtc, btc])).toEqual(['EXPIRED', 'DONE_FOR_DAY', 'NEW']);
  expect(await trading.orders.one(userId, { id: day })).toMatchObject({ reserve: 0n, expiredAt: clock.now() });

  const market = { ...resting, type: 'MARKET', limitPrice: null } as const;
  expect(codesOf(await trading.orders.place(by, market))).toEqual(['MARKET_CLOSED']);
  expect(codesOf(await trading.orders.place(by, { ...resting, timeInForce: 'IOC' }))).toEqual(['MARKET_CLOSED']);
  const [queued, dropped] = [await place(by, { timeInForce: 'DAY' }), await place(by)];
  await trading.settled();
  expect(await statuses([queued, dropped])).toEqual(['ACCEPTED', 'ACCEPTED']);
  must(await trading.orders.cancel(by, { id: dropped }));
  expect(await statusOf(trading, dropped)).toBe('CANCELED');

  await goTo('2026-03-07T00:00:00Z');
  expect(await statuses([gtc, queued, btc])).toEqual(['DONE_FOR_DAY', 'ACCEPTED', 'EXPIRED']);
  // Summer time has begun over the weekend.
  await goTo('2026-03-09T13:30:00Z');
  expect(await statuses([gtc, queued])).toEqual(['NEW', 'NEW']);
  await goTo('2026-03-09T20:00:00Z');
  expect(await statuses([gtc, queued])).toEqual(['DONE_FOR_DAY', 'EXPIRED']);
  must(await trading.orders.cancel(by, { id: gtc }));
  expect(await statusOf(trading, gtc)).toBe('CANCELED');
});

test('what was queued overnight goes to the venue in the order in which it came, and trades', async () => {
  await goTo('2026-03-10T14:00:00Z');
  const { by, accountId } = await trading.customer('100000');
  const ask = trading.market.quote('MSFT')?.ask ?? 0n;
  await goTo('2026-03-10T20:00:00Z');
  const ids = [
    await place(by),
    await place(by, { symbol: 'MSFT', limitPrice: formatDecimal(ask * 2n, 2) }),
    await place(by),
  ];
  expect(new Set(await statuses(ids))).toEqual(new Set(['ACCEPTED']));
  await goTo('2026-03-11T13:30:00Z');
  expect(await statuses(ids)).toEqual(['NEW', 'FILLED', 'NEW']);
  const events = await trading.database.prisma.accountEvent.findMany({
    where: { accountId, type: 'ORDER_NEW' },
    orderBy: { sequence: 'asc' },
  });
  expect(events.map(({ payload }) => (payload as { orderId: string }).orderId)).toEqual(ids);
});

test('an operator may open the market at any hour, and close it again', async () => {
  await goTo('2026-03-14T12:00:00Z');
  const { by } = await trading.customer('10000');
  const order = await place(by);
  expect(await statusOf(trading, order)).toBe('ACCEPTED');
  const queued = await place(by, { timeInForce: 'DAY' });
  expect(trading.controls.sessionOf({ kind: 'STOCK' })?.state).toBe('CLOSED');
  must(await trading.controls.setMarketHours(operator, { mode: 'ALWAYS_OPEN' }));
  await goTo('2026-03-14T12:00:00Z');
  const day = await place(by, { timeInForce: 'DAY' });
  await trading.settled();
  expect(await statuses([order, queued, day])).toEqual(['NEW', 'NEW', 'NEW']);
  expect(trading.controls.sessionOf({ kind: 'STOCK' })).toBeNull();
  must(await trading.controls.setMarketHours(operator, { mode: 'SESSIONS' }));
  await goTo('2026-03-14T12:00:01Z');
  // Both before their time: one was given that of the next session, the other midnight.
  expect(await statuses([order, queued, day])).toEqual(['DONE_FOR_DAY', 'EXPIRED', 'EXPIRED']);
  await expect(trading.controls.setMarketHours(by, { mode: 'SESSIONS' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
});

test('exits that begin between sessions wait for the next one', async () => {
  await goTo('2026-03-16T14:00:00Z');
  const [{ by, userId }, other] = [await trading.customer('100000'), await trading.customer('100000')];
  const market = { ...resting, type: 'MARKET', limitPrice: null } as const;
  must(await trading.orders.place(other.by, { ...market, symbol: 'V', qty: '4' }));
  await trading.settled();
  const inside = formatDecimal((trading.market.quote('V')?.bid ?? 0n) + 1n, 2);
  const visa = { symbol: 'V', qty: '10' } as const;
  const { orders } = must(
    await trading.orders.placeList(by, {
      type: 'BRACKET',
      orders: [
        { ...visa, side: 'BUY', type: 'LIMIT', limitPrice: inside },
        { ...visa, side: 'SELL', type: 'LIMIT', limitPrice: '9000.00' },
        { ...visa, side: 'SELL', type: 'STOP', stopPrice: '1.00' },
      ],
    }),
  );
  const ids = orders.map(({ id }) => id);
  await trading.settled();
  must(await trading.orders.place(other.by, { ...market, ...visa, side: 'SELL', qty: '4' }));
  await goTo('2026-03-16T20:00:00Z');
  expect(await statuses(ids)).toEqual(['DONE_FOR_DAY', 'HELD', 'HELD']);
  must(await trading.orders.cancel(by, { id: ids[0] }));
  await goTo('2026-03-16T21:00:00Z');
  expect(await statuses(ids)).toEqual(['CANCELED', 'ACCEPTED', 'ACCEPTED']);
  await goTo('2026-03-17T13:30:00Z');
  expect(await statuses(ids)).toEqual(['CANCELED', 'NEW', 'NEW']);
  expect(await trading.orders.one(userId, { id: ids[1] ?? '' })).toMatchObject({ qty: 40_000n, reserve: 40_000n });
  must(await trading.orders.cancel(by, { id: ids[1] }));
  await trading.settled();
});

test('an order that reaches the venue when its desk has just closed waits for the market', async () => {
  await goTo('2026-03-18T14:00:00Z');
  const { by } = await trading.customer('10000');
  trading.venue.close('KO');
  const [waits, ends] = [await place(by, { symbol: 'KO' }), await place(by, { symbol: 'KO', timeInForce: 'IOC' })];
  await trading.settled();
  expect(await statuses([waits, ends])).toEqual(['ACCEPTED', 'CANCELED']);
  trading.venue.open('KO');
  await goTo('2026-03-18T14:00:01Z');
  expect(await statuses([waits])).toEqual(['NEW']);
});

test('an order whose instrument is halted while waiting orders are looked for waits on', async () => {
  await goTo('2026-03-18T14:30:00Z');
  const customer = await trading.customer('10000');
  const { by } = customer;
  const timesSent = async () => (await eventsOf(trading, customer, 'ORDER_PENDING_NEW')).length;
  const KO = { symbol: 'KO', reason: 'a test' };
  trading.venue.close('KO');
  const order = await place(by, { symbol: 'KO' });
  must(await trading.controls.haltInstrument(operator, KO));
  await until(async () => (await statusOf(trading, order)) === 'ACCEPTED');
  trading.venue.open('KO');
  const before = await timesSent();

  // Two of them: a transaction sees what others do as it was when it looked first.
  const [owner, watcher] = [new pg.Client(trading.url), new pg.Client(trading.url)];
  await Promise.all([owner.connect(), watcher.connect()]);
  await owner.query('BEGIN; LOCK TABLE orders IN ACCESS EXCLUSIVE MODE');
  const looking = async (): Promise<number> =>
    (
      await watcher.query(
        `SELECT FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%''DONE_FOR_DAY'')%'`,
      )
    ).rows.length;
  // The server's own look, which was begun in the halt, and then one that finds the instrument trading.
  await until(async () => (await looking()) === 1);
  must(await trading.controls.resumeInstrument(operator, KO));
  const swept = trading.sweep();
  await until(async () => (await looking()) === 2);
  must(await trading.controls.haltInstrument(operator, KO));
  await owner.query('COMMIT');
  await Promise.all([swept, owner.end(), watcher.end()]);
  await trading.settled();
  expect(await statuses([order])).toEqual(['ACCEPTED']);
  // It was not sent for nothing either.
  expect(await timesSent()).toBe(before);
  must(await trading.controls.resumeInstrument(operator, KO));
  await goTo('2026-03-18T14:30:01Z');
  expect(await statuses([order])).toEqual(['NEW']);
});

test('of two exits that wait for a session, cancelling one ends both', async () => {
  await goTo('2026-03-18T15:00:00Z');
  const { by } = await trading.customer('10000');
  must(await trading.orders.place(by, { ...resting, type: 'MARKET', limitPrice: null }));
  await goTo('2026-03-18T20:00:00Z');
  const sell = { symbol: 'AAPL', qty: '1', side: 'SELL' } as const;
  const { orders } = must(
    await trading.orders.placeList(by, {
      type: 'OCO',
      orders: [
        { ...sell, type: 'LIMIT', limitPrice: '9000.00' },
        { ...sell, type: 'STOP', stopPrice: '1.00' },
      ],
    }),
  );
  must(await trading.orders.cancel(by, { id: orders[0]?.id }));
  expect(await statuses(orders.map(({ id }) => id))).toEqual(['CANCELED', 'CANCELED']);
});

test('a server that starts between sessions leaves what waits where it is', async () => {
  const url = trading.database.connection.connectionString ?? '';
  const { by } = await trading.customer('10000');
  const order = await place(by);
  const other = await startTrading({ url, clock });
  expect(other.controls.marketStatus()).toEqual({ mode: 'SESSIONS' });
  await other.close();
  expect(await statusOf(trading, order)).toBe('ACCEPTED');
});

test.each([
  [0, '2026-03-19'],
  [1, '2026-03-20'],
])('when one exit of a pair is over with the session so is the other: %s', async (daily, date) => {
  await goTo(`${date}T17:00:00Z`);
  const customer = await trading.customer('100000');
  must(await trading.orders.place(customer.by, { symbol: 'AAPL', side: 'BUY', type: 'MARKET', qty: '1' }));
  await trading.settled();
  const exit = { symbol: 'AAPL', side: 'SELL', qty: '1' } as const;
  const day = (at: number) => (at === daily ? { timeInForce: 'DAY' as const } : {});
  const list = await trading.orders.placeList(customer.by, {
    type: 'OCO',
    orders: [
      { ...exit, type: 'LIMIT', limitPrice: '5000.00', ...day(0) },
      { ...exit, type: 'STOP', stopPrice: '1.00', ...day(1) },
    ],
  });
  const ids = must(list).orders.map(({ id }) => id);
  await trading.settled();
  await goTo(`${date}T23:00:00Z`);
  const expected = ['CANCELED', 'CANCELED'];
  expected[daily] = 'EXPIRED';
  expect(await statuses(ids)).toEqual(expected);
});

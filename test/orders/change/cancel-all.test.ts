import { afterAll, beforeAll, expect, test } from 'vitest';
import { limits } from '../../../src/limits.ts';
import { createCancelOpenOrders } from '../../../src/orders/change/cancel-all.ts';
import { createOrderStore } from '../../../src/orders/store.ts';
import { createPaperVenue } from '../../../src/venues/paper/paper.ts';
import type { OrderName, VenueReplacement } from '../../../src/venues/venue.ts';
import { closeSound } from '../../support/close-sound.ts';
import { codesOf, must } from '../../support/people.ts';
import { fees, startTrading, type TestTrading } from '../../support/trading.ts';

let trading: TestTrading;
let cancelOpenOrders: ReturnType<typeof createCancelOpenOrders>;
/** Runs between the reading of what is open and the decision. */
let between = async (): Promise<void> => {};
/** What the venue was asked to replace and has not heard yet, while it is slow. */
const unheard: VenueReplacement[] = [];
let hear: (() => void) | undefined;
/** What it was asked to cancel and has not heard yet; undefined while it hears. */
let uncanceled: OrderName[] | undefined;
const slowVenue = (): void => {
  hear = () => {};
};

beforeAll(async () => {
  trading = await startTrading({
    makeVenue: (options) => {
      const venue = createPaperVenue(options);
      const replace = (rows: readonly VenueReplacement[]): void => {
        unheard.push(...rows);
        const arrive = (): void => venue.replace(unheard.splice(0));
        if (hear === undefined) arrive();
        else hear = arrive;
      };
      const cancel = (rows: readonly OrderName[]): void => {
        if (uncanceled === undefined) venue.cancel(rows);
        else uncanceled.push(...rows);
      };
      return { ...venue, replace, cancel };
    },
  });
  const store = createOrderStore(trading.database);
  cancelOpenOrders = createCancelOpenOrders({
    ...trading,
    store: {
      ...store,
      openIn: async (...asked) => {
        const page = await store.openIn(...asked);
        await between();
        return page;
      },
    },
    instrumentOf: (symbol) => trading.market.find(symbol)!,
    rates: fees,
    hours: () => 'ALWAYS_OPEN',
  });
});
afterAll(() => closeSound(trading));

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

const replaceAll = async (by: { userId: string; requestId: string }, ids: readonly string[], qty: string) => {
  for (const id of ids) must(await trading.orders.replace(by, { id, qty }));
};
const openOf = (accountId: string) =>
  trading.database.prisma.order.findMany({
    where: { accountId, status: { notIn: ['CANCELED', 'REPLACED', 'FILLED', 'EXPIRED', 'REJECTED'] } },
  });

test('an order that is replaced between the reading and the decision does not escape, however often that happens', async () => {
  const { by, accountId } = await trading.customer('1000');
  const ids = [await place(by), await place(by)];
  await trading.settled();
  let qty = 2;
  between = async () => {
    between = async () => {};
    await replaceAll(by, ids, `${qty}`);
    await trading.settled();
    const next = (await openOf(accountId)).map(({ id }) => id);
    qty += 1;
    await replaceAll(by, next, `${qty}`);
    await trading.settled();
  };
  expect(await cancelOpenOrders({ accountIds: [accountId], reason: 'A_TEST' })).toEqual({ asked: 2, left: 0 });
  await trading.settled();
  expect(await openOf(accountId)).toEqual([]);
});

test('a cancel of all waits behind a replacement that the venue has not answered, and takes what that leaves', async () => {
  const { by, userId, accountId } = await trading.customer('1000');
  const [confirmed, refused] = [await place(by), await place(by, 'MSFT')];
  await trading.settled();
  slowVenue();
  await replaceAll(by, [confirmed, refused], '2');
  must(await trading.orders.cancelAll(by, { symbol: 'AAPL' }));
  expect(await cancelOpenOrders({ accountIds: [accountId], reason: 'A_TEST' })).toEqual({ asked: 2, left: 0 });
  expect((await openOf(accountId)).map(({ status }) => status)).toEqual(['PENDING_REPLACE', 'PENDING_REPLACE']);
  // One of them is refused by the venue: the order that was to be replaced goes.
  trading.venue.halt('MSFT');
  hear?.();
  hear = undefined;
  await trading.settled();
  expect(await openOf(accountId)).toEqual([]);
  const old = await trading.orders.one(userId, { id: confirmed });
  // The first wish counts: the customer's own, which has no reason.
  expect(await trading.orders.one(userId, { id: old?.replacedById ?? '' })).toMatchObject({
    status: 'CANCELED',
    reason: null,
  });
  expect(await trading.orders.one(userId, { id: refused })).toMatchObject({ status: 'CANCELED', reason: 'A_TEST' });
  trading.venue.resume('MSFT');
});

test('what a cancel of all has waited for is not replaced again before the venue has heard of the cancel', async () => {
  const { by, userId, accountId } = await trading.customer('1000');
  const id = await place(by);
  await trading.settled();
  slowVenue();
  await replaceAll(by, [id], '2');
  must(await trading.orders.cancelAll(by, {}));
  uncanceled = [];
  hear?.();
  hear = undefined;
  await trading.settled();
  const next = (await trading.orders.one(userId, { id }))?.replacedById ?? '';
  // Once from what this process remembers, once from the database.
  for (const qty of ['3', '4']) {
    expect(codesOf(await trading.orders.replace(by, { id: next, qty }))).toEqual(['CHANGE_PENDING']);
    expect(await trading.orders.one(userId, { id: next })).toMatchObject({
      status: 'PENDING_CANCEL',
      pendingSince: expect.any(Date),
    });
  }
  const asked = uncanceled;
  uncanceled = undefined;
  trading.venue.cancel(asked);
  await trading.settled();
  expect(await openOf(accountId)).toEqual([]);
  expect((await trading.orders.one(userId, { id: next }))?.status).toBe('CANCELED');
});

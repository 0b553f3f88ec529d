import { describe, expect, it } from 'vitest';
import { MAX_UNITS } from '../../../src/kernel/decimal.ts';
import type { AccountRow, OrderRow } from '../../../src/lane/rows.ts';
import type { NewOrder } from '../../../src/orders/input.ts';
import { decideList } from '../../../src/orders/place/decide-list.ts';
import { decidePlace, type PlaceFacts } from '../../../src/orders/place/decide-place.ts';
import { at, balance, booksOf } from '../../support/books.ts';
import { listed } from '../../support/listed.ts';
import { orderRow } from '../../support/order-row.ts';

/* What an account may place, to the last unit, and what that leaves in the books; a value is price times quantity. */

const instrument = listed('AAPL', { quoteScale: 8, priceScale: 2, baseScale: 6 });
const rates = { makerBps: 10n, takerBps: 20n };
const today = Math.floor(at.getTime() / 86_400_000);
const limit: NewOrder = {
  ...{ accountId: 'a', symbol: 'AAPL', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', qty: 100n, notional: null },
  ...{ limitPrice: 100n, stopPrice: null, trailPrice: null, trailBps: null, postOnly: false, expiresAt: null },
  ...{ clientOrderId: null, fingerprint: 'one' },
};
const facts = (id: string, order: Partial<NewOrder> = {}, more: Partial<PlaceFacts> = {}): PlaceFacts => ({
  ...{ order: { ...limit, ...order }, userId: 'user of a', id, instrument, quote: undefined, rates, switches: [] },
  ...{ hours: 'ALWAYS_OPEN', ...more },
});
const booksWith = (cash: bigint, held = 0n, more: Partial<AccountRow> = {}, orders: OrderRow[] = []) => {
  const books = booksOf({ orders, balances: [balance('a', 'USD', cash, held), balance('a', 'AAPL', 100n, 40n)] });
  Object.assign(books.account('a')!, more);
  return books;
};
type Books = ReturnType<typeof booksOf>;
const refusal = (code: string, message: string, ...field: string[]) => ({
  ...{ ok: false, failures: [{ code, message, ...(field.length > 0 && { field }) }] },
});
const nothing = { newOrders: [], orders: [], balances: [], accounts: [], events: [], orderLists: [] };
const expectNothing = (books: Books): void => expect(books.changes()).toMatchObject(nothing);

describe('an order', () => {
  const place = (books: Books, order: Partial<NewOrder> = {}, more: Partial<PlaceFacts> = {}) =>
    decidePlace(books, at, facts('new', order, more));

  it('that is accepted holds what it needs, counts for its account, and is told', () => {
    const books = booksWith(10_020n);
    expect(place(books)).toMatchObject({ ok: true, value: { id: 'new', clientOrderId: 'new', reserve: 10_020n } });
    const { newOrders, events } = books.changes();
    expect(newOrders).toMatchObject([{ id: 'new', status: 'PENDING_NEW', reserve: 10_020n, feeBps: 20 }]);
    expect(books.balance('a', 'USD')).toMatchObject({ posted: 10_020n, held: 10_020n });
    expect(books.account('a')).toMatchObject({ openOrders: 1, notionalDay: today, notionalUsed: 10_000n });
    expect(events.map(({ type, accountId }) => [type, accountId])).toEqual([['ORDER_ACCEPTED', 'a']]);
  });

  it('needs all of it available, and says what is', () => {
    const short = booksWith(10_020n, 1n);
    expect(place(short)).toEqual(
      refusal('INSUFFICIENT_FUNDS', 'The order needs 0.0001002 USD; 0.00010019 USD is available.', 'qty'),
    );
    expectNothing(short);
    const sell = { side: 'SELL' } as const;
    expect(place(booksWith(0n), { ...sell, qty: 60n })).toMatchObject({ ok: true });
    expect(place(booksWith(0n), { ...sell, qty: 61n })).toEqual(
      refusal('INSUFFICIENT_FUNDS', 'The order needs 0.000061 AAPL; 0.00006 AAPL is available.', 'qty'),
    );
  });

  it('by cash that is not there names the cash', () => {
    const quote = { symbol: 'AAPL', bid: 1n, ask: 1n, bidSize: 1n, askSize: 1n, last: null, at };
    const byCash = {
      type: 'MARKET',
      timeInForce: 'IOC',
      qty: null,
      limitPrice: null,
      notional: 10_000_000_000n,
    } as const;
    expect(place(booksWith(9_999_999_999n), byCash, { quote })).toMatchObject({
      failures: [{ code: 'INSUFFICIENT_FUNDS', field: ['notional'] }],
    });
    expect(place(booksWith(10_000_000_000n), byCash, { quote })).toMatchObject({ ok: true });
  });

  it('whose fee takes it out of all numbers is refused as too large', () => {
    const large = { maxOrderValue: MAX_UNITS, maxDailyNotional: MAX_UNITS };
    const order = { limitPrice: 1n, qty: MAX_UNITS };
    expect(place(booksWith(MAX_UNITS, 0n, large), order)).toMatchObject({
      failures: [{ code: 'INVALID_QUANTITY', field: ['qty'], byState: true }],
    });
    const free = { rates: { makerBps: 0n, takerBps: 0n } };
    expect(place(booksWith(MAX_UNITS, 0n, large), order, free)).toMatchObject({ ok: true });
  });

  it('is for an account of one’s own that is not closed', () => {
    const absent = refusal('NOT_FOUND', 'The account does not exist.', 'accountId');
    expect(place(booksWith(20_000n), {}, { userId: 'user of b' })).toEqual(absent);
    expect(place(booksWith(20_000n), { accountId: 'c' })).toEqual(absent);
    expect(place(booksWith(20_000n, 0n, { status: 'CLOSED' }))).toEqual(
      refusal('ACCOUNT_CLOSED', 'The account is closed.', 'accountId'),
    );
  });

  it('with the name of an earlier one is that one when it is the same, else refused', () => {
    const earlier = orderRow({ id: 'old', clientOrderId: 'mine', fingerprint: 'one', status: 'CANCELED' });
    const again = (fingerprint: string) => {
      const books = booksWith(0n, 0n, { tradingBlocked: true }, [earlier]);
      const answer = place(books, { clientOrderId: 'mine', fingerprint });
      expectNothing(books);
      return answer;
    };
    expect(again('one')).toEqual({ ok: true, value: earlier });
    expect(again('two')).toEqual(
      refusal(
        'DUPLICATE_CLIENT_ORDER_ID',
        'The account has used this clientOrderId for another order.',
        'clientOrderId',
      ),
    );
  });

  it('has time left', () => {
    expect(place(booksWith(20_000n), { expiresAt: at })).toEqual(
      refusal('INVALID_INPUT', 'expiresAt must be in the future.', 'expiresAt'),
    );
    expect(place(booksWith(20_000n), { expiresAt: new Date(at.getTime() + 1) })).toMatchObject({ ok: true });
  });

  it('keeps to what operators, sessions and limits allow', () => {
    const code = (order: Partial<NewOrder>, more: Partial<PlaceFacts>, row: Partial<AccountRow> = {}) => {
      const answer = place(booksWith(20_000n, 0n, row), order, more);
      return answer.ok ? answer.value.status : answer.failures.map((one) => one.code);
    };
    expect(code({}, {}, { tradingBlocked: true })).toEqual(['TRADING_BLOCKED']);
    expect(code({}, {}, { maxOpenOrders: 0 })).toEqual(['TOO_MANY_OPEN_ORDERS']);
    expect(code({ timeInForce: 'IOC' }, { hours: 'SESSIONS' })).toEqual(['MARKET_CLOSED']);
    expect(code({}, { hours: 'SESSIONS' })).toBe('ACCEPTED');
    expect(code({ type: 'MARKET', limitPrice: null }, {})).toEqual(['NO_MARKET']);
  });
});

describe('a list', () => {
  const list = (books: Books, type: 'OCO' | 'OTO' | 'BRACKET', ...orders: Partial<NewOrder>[]) =>
    decideList(books, at, { listId: 'list', type, orders: orders.map((order, index) => facts(`o${index}`, order)) });
  const exit = { side: 'SELL', limitPrice: 110n } as const;
  const stop = { side: 'SELL', type: 'STOP', limitPrice: null, stopPrice: 90n } as const;
  const rows = (books: Books) =>
    books.changes().newOrders.map(({ id, leg, status, reserve, listId }) => [id, leg, status, reserve, listId]);

  it('holds for its entry; what waits for that holds nothing yet, and all of them count', () => {
    const books = booksWith(10_020n);
    const orders = [{ status: 'PENDING_NEW' }, { status: 'HELD' }, { id: 'o2', status: 'HELD' }];
    expect(list(books, 'BRACKET', {}, exit, stop)).toMatchObject({
      ...{ ok: true, value: { id: 'list', type: 'BRACKET', orders } },
    });
    expect(rows(books)).toEqual([
      ['o0', 'ENTRY', 'PENDING_NEW', 10_020n, 'list'],
      ['o1', 'TAKE_PROFIT', 'HELD', 0n, 'list'],
      ['o2', 'STOP_LOSS', 'HELD', 0n, 'list'],
    ]);
    expect(books.changes().orderLists).toEqual([{ id: 'list', accountId: 'a', type: 'BRACKET', createdAt: at }]);
    expect(books.account('a')).toMatchObject({ openOrders: 3 });
    expect(books.balance('a', 'USD').held).toBe(10_020n);
  });

  it('of two exits holds once what the dearer needs', () => {
    const sells = booksWith(0n);
    list(sells, 'OCO', { ...exit, qty: 60n }, { ...stop, qty: 60n });
    expect(rows(sells)).toEqual([
      ['o0', 'FIRST', 'PENDING_NEW', 60n, 'list'],
      ['o1', 'SECOND', 'PENDING_NEW', 0n, 'list'],
    ]);
    const dearer = { type: 'STOP_LIMIT', stopPrice: 110n, limitPrice: 120n } as const;
    const buys = booksWith(12_024n);
    expect(list(buys, 'OCO', {}, dearer)).toMatchObject({ ok: true });
    expect(rows(buys).map(([, , , reserve]) => reserve)).toEqual([12_024n, 0n]);
    const cheaper = booksWith(12_024n);
    list(cheaper, 'OCO', dearer, {});
    expect(rows(cheaper).map(([, , , reserve]) => reserve)).toEqual([12_024n, 0n]);
    expect(list(booksWith(12_023n), 'OCO', {}, dearer)).toMatchObject({
      ok: false,
      failures: [{ code: 'INSUFFICIENT_FUNDS', field: ['orders', '0', 'qty'] }],
    });
  });

  it('needs for its entry only what the entry needs', () => {
    expect(list(booksWith(10_020n), 'OTO', {}, { ...exit, qty: 20_000n })).toMatchObject({ ok: true });
  });

  it('is refused whole, with every reason at its place', () => {
    const books = booksWith(100_000n, 0n, { maxOrderValue: 10_500n });
    expect(list(books, 'BRACKET', { expiresAt: at }, exit, { ...stop, stopPrice: 90n })).toMatchObject({
      ok: false,
      failures: [
        { code: 'INVALID_INPUT', field: ['orders', '0', 'expiresAt'] },
        { code: 'ORDER_TOO_LARGE', field: ['orders', '1', 'qty'] },
      ],
    });
    expectNothing(books);
  });

  it('counts its orders together against the limits of the day and of what may be open', () => {
    const code = (more: Partial<AccountRow>) => {
      const answer = list(booksWith(100_000n, 0n, more), 'OTO', {}, exit);
      return answer.ok || answer.failures.map((one) => [one.code, one.field]);
    };
    const books = booksWith(100_000n);
    list(books, 'OTO', {}, exit);
    expect(books.account('a')).toMatchObject({ openOrders: 2, notionalUsed: 21_000n });
    expect(code({ maxDailyNotional: 21_000n })).toBe(true);
    expect(code({ maxDailyNotional: 20_999n })).toEqual([['DAILY_LIMIT_REACHED', ['orders', '1', 'qty']]]);
    expect(code({ maxOpenOrders: 2 })).toBe(true);
    expect(code({ maxOpenOrders: 1 })).toEqual([['TOO_MANY_OPEN_ORDERS', ['orders', '1']]]);
  });

  it('has no order that is there already, and no two of one name', () => {
    const earlier = orderRow({ id: 'old', clientOrderId: 'mine', fingerprint: 'one' });
    const taken = 'The account has used this clientOrderId for another order.';
    const code = 'DUPLICATE_CLIENT_ORDER_ID';
    const orders = [{}, { ...exit, clientOrderId: 'mine' }] as const;
    expect(list(booksWith(20_000n, 0n, {}, [earlier]), 'OTO', ...orders)).toEqual(
      refusal(code, taken, 'orders', '1', 'clientOrderId'),
    );
    expect(list(booksWith(20_000n), 'OTO', { clientOrderId: 'mine' }, orders[1])).toEqual(
      refusal(code, 'Another order of the list has it.', 'orders', '1', 'clientOrderId'),
    );
    expect(list(booksWith(20_000n), 'OTO', { clientOrderId: 'other' }, orders[1])).toMatchObject({ ok: true });
  });
});

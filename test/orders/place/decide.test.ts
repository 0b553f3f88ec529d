import { describe, expect, it } from 'vitest';
import type { KillSwitch } from '../../../src/controls/kill-switch.ts';
import { MAX_UNITS } from '../../../src/kernel/decimal.ts';
import type { OrderRow } from '../../../src/lane/rows.ts';
import { limits } from '../../../src/limits.ts';
import type { Session } from '../../../src/market/calendar.ts';
import { EXECUTION_UNKNOWN } from '../../../src/orders/order.ts';
import {
  checkLimits,
  countNotional,
  limitsOf,
  notionalUsed,
  orderValue,
} from '../../../src/orders/place/check-limits.ts';
import { checkSession, enterSession, isClosed } from '../../../src/orders/place/check-session.ts';
import { checkTrading } from '../../../src/orders/place/check-trading.ts';
import { againOf, reportsOf } from '../../../src/orders/settle/decide-reconcile.ts';
import { decideSessionEnd, decideSessionStart } from '../../../src/orders/venue/decide-session.ts';
import type { TradeReport, VenueStatus } from '../../../src/venues/venue.ts';
import { account, at, booksOf } from '../../support/books.ts';
import { listed } from '../../support/listed.ts';
import { orderRow } from '../../support/order-row.ts';

/* What is decided about orders on rows alone, at the bounds where it changes. */

const moment = (ms: number): Date => new Date(at.getTime() + ms);
const instrument = listed('AAPL', { quoteScale: 8, priceScale: 2, baseScale: 6 });
const rates = { makerBps: 10n, takerBps: 20n };
const rules = { instrumentOf: () => instrument, rates, hours: () => 'ALWAYS_OPEN' as const };
const waiting = ['HELD', 'ACCEPTED', 'DONE_FOR_DAY'] as const;
const finals = ['FILLED', 'CANCELED', 'REPLACED', 'REJECTED', 'EXPIRED'] as const;

describe('what a venue says of an order that was asked for', () => {
  const name = { orderId: 'order', accountId: 'a', symbol: 'AAPL' };
  const old = moment(limits.venue.unknown_ms);
  const asked = (order: OrderRow, status: VenueStatus, more: { idempotent?: boolean; at?: Date } = {}) =>
    reportsOf(order, status, { idempotent: false, at: old, ...more });
  const unknown = { state: 'UNKNOWN' } as const;
  const trade = { kind: 'TRADE', tradeId: 't' } as TradeReport;
  const replacement = {
    ...{ newOrderId: 'new', clientOrderId: 'new', qtyChange: '0', limitPrice: null, stopPrice: null, worstPrice: '1' },
  };
  const acknowledged = { kind: 'ACKNOWLEDGED', ...name };

  it('gives up an order that it does not know when that can no longer be on its way', () => {
    const reason = 'NEVER_ARRIVED';
    expect(asked(orderRow(), unknown)).toEqual([{ kind: 'REJECTED', ...name, reason }]);
    expect(asked(orderRow(), unknown, { at: moment(limits.venue.unknown_ms - 1) })).toEqual([]);
    expect(asked(orderRow(), unknown, { idempotent: true })).toEqual([]);
    for (const status of ['NEW', 'PENDING_CANCEL', 'PENDING_REPLACE', 'PARTIALLY_FILLED'] as const) {
      expect(asked(orderRow({ status }), unknown)).toEqual([{ kind: 'CANCELED', ...name, reason }]);
    }
    for (const status of [...waiting, ...finals]) expect(asked(orderRow({ status }), unknown)).toEqual([]);
  });

  it('counts the time of what is pending from when that was asked', () => {
    const order = orderRow({ status: 'PENDING_CANCEL', pendingSince: moment(1), updatedAt: moment(-9_000) });
    expect(asked(order, unknown)).toEqual([]);
    expect(asked(order, unknown, { at: moment(limits.venue.unknown_ms + 1) })).toHaveLength(1);
  });

  it('is booked as it happened: taken, trailed, traded, triggered, ended', () => {
    const trailed = { trailPeak: 9n, stopPrice: 8n };
    expect(asked(orderRow(), { state: 'OPEN', executions: [trade], triggered: true, trailed })).toEqual([
      acknowledged,
      { kind: 'TRAILED', ...name, ...trailed },
      trade,
      { kind: 'TRIGGERED', ...name },
    ]);
    expect(asked(orderRow(), { state: 'OPEN', executions: [], triggered: false })).toEqual([acknowledged]);
    const end = { kind: 'CANCELED', ...name, reason: 'WHY' } as const;
    expect(asked(orderRow({ replacement }), { state: 'CLOSED', executions: [trade], end })).toEqual([
      ...[acknowledged, trade, end],
    ]);
    expect(asked(orderRow(), { state: 'CLOSED', executions: [trade], end: null })).toEqual([acknowledged, trade]);
  });

  it('refuses a replacement that never arrived, where it cannot be asked for twice', () => {
    const open = { state: 'OPEN', executions: [], triggered: false } as const;
    const order = orderRow({ status: 'PENDING_REPLACE', replacement, pendingSince: at });
    const refused = { kind: 'REPLACE_REFUSED', ...name, newOrderId: 'new', reason: 'NEVER_ARRIVED' };
    expect(asked(order, open)).toEqual([acknowledged, refused]);
    expect(asked(order, open, { at: moment(limits.venue.unknown_ms - 1) })).toEqual([acknowledged]);
    expect(asked(order, open, { idempotent: true })).toEqual([acknowledged]);
  });

  it('says what it must be told again: a cancel always, the rest only where a repeat is known', () => {
    const open = { state: 'OPEN', executions: [], triggered: false } as const;
    const again = (status: OrderRow['status'], said: VenueStatus, idempotent: boolean) =>
      againOf(orderRow({ status }), said, { idempotent });
    expect(again('PENDING_NEW', unknown, true)).toEqual(['submit']);
    expect(again('PENDING_NEW', unknown, false)).toEqual([]);
    expect(again('PENDING_NEW', open, true)).toEqual([]);
    expect(again('PENDING_CANCEL', unknown, true)).toEqual(['submit', 'cancel']);
    expect(again('PENDING_CANCEL', open, false)).toEqual(['cancel']);
    expect(again('PENDING_REPLACE', open, true)).toEqual(['replace']);
    expect(again('PENDING_REPLACE', open, false)).toEqual([]);
    for (const status of [...waiting, ...finals]) expect(again(status, unknown, true)).toEqual([]);
    expect(again('PENDING_CANCEL', { state: 'CLOSED', executions: [], end: null }, true)).toEqual([]);
  });
});

describe('a session', () => {
  const session = (state: Session['state']): Session => ({ state, opensAt: moment(60_000), closesAt: moment(120_000) });

  it('that is not on takes what can wait, and says when it begins to what cannot', () => {
    expect([isClosed(null), isClosed(session('OPEN'))]).toEqual([false, false]);
    expect([isClosed(session('PRE_OPEN')), isClosed(session('CLOSED'))]).toEqual([true, true]);
    const refusal = {
      code: 'MARKET_CLOSED',
      message: 'AAPL trades again at 2026-03-02T10:01:00.000Z; LIMIT and stop orders are taken now.',
      field: ['symbol'],
    };
    for (const more of [{ type: 'MARKET' }, { timeInForce: 'IOC' }, { timeInForce: 'FOK' }] as const) {
      expect(checkSession(orderRow(more), session('CLOSED'))).toEqual(refusal);
      expect(checkSession(orderRow(more), session('OPEN'))).toBeUndefined();
      expect(checkSession(orderRow(more), null)).toBeUndefined();
    }
    for (const type of ['LIMIT', 'STOP', 'STOP_LIMIT', 'TRAILING_STOP'] as const) {
      expect(checkSession(orderRow({ type, timeInForce: 'DAY' }), session('CLOSED'))).toBeUndefined();
    }
  });

  it('ends its DAY orders, or an hour of their own does that is earlier; where there is none, the UTC day does', () => {
    const entered = (more: Partial<OrderRow>, now: Session | null): OrderRow => {
      const row = orderRow(more);
      enterSession(row, now, at);
      return row;
    };
    const day = { timeInForce: 'DAY' } as const;
    expect(entered(day, session('OPEN'))).toMatchObject({ status: 'PENDING_NEW', expiresAt: moment(120_000) });
    expect(entered(day, session('CLOSED'))).toMatchObject({ status: 'ACCEPTED', expiresAt: moment(120_000) });
    expect(entered(day, null).expiresAt).toEqual(new Date('2026-03-03T00:00:00Z'));
    expect(entered({ ...day, expiresAt: moment(1) }, session('OPEN')).expiresAt).toEqual(moment(1));
    expect(entered({ ...day, expiresAt: moment(120_001) }, session('OPEN')).expiresAt).toEqual(moment(120_000));
    expect(entered({}, session('OPEN')).expiresAt).toBeNull();
    expect(entered({ expiresAt: moment(120_001) }, session('CLOSED')).expiresAt).toEqual(moment(120_001));
  });

  it('that ends puts an order aside, or ends it whose time is over or whose other exit has ended', () => {
    const end = (more: Partial<OrderRow>, other: Partial<OrderRow> = {}) => {
      const others = orderRow({ id: 'other', listId: 'list', leg: 'FIRST', ...other });
      const all = booksOf({ orders: [orderRow({ status: 'NEW', ...more }), others] });
      const order = all.order('order')!;
      const done = decideSessionEnd(all, order, at, { ...rules, ids: { next: () => 'another' } });
      const { events, orders } = all.changes();
      const { status, reason } = order;
      return { done, status, reason, events: events.map(({ type }) => type), written: orders.map(({ id }) => id) };
    };
    const aside = {
      done: true,
      status: 'DONE_FOR_DAY',
      reason: null,
      events: ['ORDER_DONE_FOR_DAY'],
      written: ['order'],
    };
    expect(end({})).toEqual(aside);
    expect(end({ expiresAt: moment(1) })).toEqual(aside);
    const over = {
      ...{ done: true, status: 'EXPIRED', reason: 'TIME_IS_OVER', events: ['ORDER_EXPIRED'], written: ['order'] },
    };
    expect(end({ expiresAt: at })).toEqual(over);
    expect(end({ timeInForce: 'DAY', expiresAt: moment(1) })).toEqual(over);
    const exit = { listId: 'list', leg: 'SECOND' } as const;
    expect(end(exit, { status: 'CANCELED' })).toEqual({
      ...{ done: true, status: 'CANCELED', reason: 'SIBLING_CLOSED', events: ['ORDER_CANCELED'], written: ['order'] },
    });
    expect(end(exit)).toEqual(aside);
    expect(end(exit, { status: 'REPLACED' })).toEqual(aside);
    // It was shut out by this one, which has traded, and waits with its rest for the next session.
    expect(end({ ...exit, filledQty: 1n }, { status: 'CANCELED', reason: 'GROUP_SETTLED' })).toEqual(aside);
    expect(end(exit, { status: 'CANCELED', listId: 'another' })).toEqual(aside);
    // An entry goes on without its exits, and an exit when its entry is closed.
    expect(end({ listId: 'list', leg: 'ENTRY' }, { status: 'CANCELED' })).toEqual(aside);
    expect(end(exit, { leg: 'ENTRY', status: 'FILLED', filledQty: 10_000n })).toEqual(aside);
    expect(end(exit, { leg: 'SECOND', status: 'CANCELED' })).toEqual(aside);
    expect(end({ status: 'PENDING_CANCEL', expiresAt: at })).toEqual({
      ...{ done: false, status: 'PENDING_CANCEL', reason: null, events: [], written: [] },
    });
  });

  it('that begins sends what waits and is still meant', () => {
    const start = (more: Partial<OrderRow>) => {
      const all = booksOf({ orders: [orderRow({ status: 'ACCEPTED', ...more })] });
      const order = all.order('order')!;
      const begun = decideSessionStart(all, order, at);
      const { events, orders } = all.changes();
      return [begun, order.status, events.map(({ type }) => type), orders.length];
    };
    expect(start({})).toEqual([true, 'PENDING_NEW', ['ORDER_PENDING_NEW'], 1]);
    expect(start({ status: 'DONE_FOR_DAY', expiresAt: moment(1) })).toEqual([
      ...[true, 'PENDING_NEW', ['ORDER_PENDING_NEW'], 1],
    ]);
    expect(start({ expiresAt: at })).toEqual([false, 'ACCEPTED', [], 0]);
    expect(start({ status: 'NEW', reason: EXECUTION_UNKNOWN })).toEqual([false, 'NEW', [], 0]);
  });
});

describe('what operators have stopped', () => {
  const engaged = (scope: KillSwitch['scope'], target: string): KillSwitch => ({
    ...{ scope, target, cancelOpenOrders: false, reason: 'why', engagedBy: 'somebody', engagedAt: at },
  });
  const check = (more: { blocked?: boolean; halted?: boolean; switches?: KillSwitch[] }) =>
    checkTrading(
      account('a', { tradingBlocked: more.blocked ?? false }),
      listed('AAPL', { status: more.halted ? 'HALTED' : 'TRADING' }),
      more.switches ?? [],
    );
  const blocked = (message: string, ...field: string[]) => ({
    ...{ code: 'TRADING_BLOCKED', message, ...(field.length > 0 && { field }) },
  });

  it('is said: the account, everything, or the instrument', () => {
    expect(check({})).toBeUndefined();
    expect(check({ blocked: true })).toEqual(blocked('An operator has stopped new orders of the account.'));
    expect(check({ switches: [engaged('VENUE', '')] })).toEqual(blocked('An operator has stopped all new orders.'));
    expect(check({ switches: [engaged('INSTRUMENT', 'MSFT')] })).toBeUndefined();
    expect(check({ switches: [engaged('INSTRUMENT', 'AAPL')] })).toEqual(
      blocked('An operator has stopped new orders in AAPL.', 'symbol'),
    );
    expect(check({ halted: true })).toEqual({
      ...{ code: 'INSTRUMENT_HALTED', message: 'Trading in AAPL is halted.', field: ['symbol'] },
    });
  });
});

describe('the limits of an account', () => {
  const today = Math.floor(at.getTime() / 86_400_000);
  const own = { maxOrderValue: 1_000n, maxOpenOrders: 3, maxDailyNotional: 2_500n };
  const check = (
    value: bigint,
    more: Parameters<typeof account>[1] = {},
    earlier = { orders: 0, value: 0n },
    added = value,
    field = 'qty',
  ) =>
    checkLimits(
      account('a', { ...own, ...more }),
      earlier,
      { value, added, field },
      { quoteAsset: 'USD', quoteScale: 2 },
      at,
    );

  it('are what an operator has set, else everybody’s', () => {
    expect(limitsOf(account('a', own), 2)).toEqual({ maxOrderValue: 1_000n, maxOpenOrders: 3, dailyNotional: 2_500n });
    expect(limitsOf(account('a', { maxOrderValue: 0n, maxOpenOrders: 0, maxDailyNotional: 0n }), 2)).toEqual({
      ...{ maxOrderValue: 0n, maxOpenOrders: 0, dailyNotional: 0n },
    });
    expect(limitsOf(account('a'), 2)).toEqual({
      maxOrderValue: limits.trading.orderValue * 100n,
      maxOpenOrders: limits.orders.openPerAccount,
      dailyNotional: limits.trading.dailyNotional * 100n,
    });
  });

  it('take an order up to the last unit, and say what is too much', () => {
    expect(check(1_000n)).toBeUndefined();
    expect(check(1_001n)).toEqual({
      code: 'ORDER_TOO_LARGE',
      message: 'The order is worth up to 10.01 USD; the account may place up to 10 USD.',
      field: ['qty'],
    });
    const used = { notionalDay: today, notionalUsed: 2_000n };
    expect(check(500n, used)).toBeUndefined();
    expect(check(501n, used)).toEqual({
      code: 'DAILY_LIMIT_REACHED',
      message: "The order adds up to 5.01 USD; 5 USD of today's 25 USD is left.",
      field: ['qty'],
    });
    expect(check(1n, { notionalDay: today, notionalUsed: 2_600n })?.message).toMatch(/; 0 USD of today/);
    expect(check(501n, used, { orders: 0, value: 0n }, 500n)).toBeUndefined();
  });

  it('are not asked of a value that no number holds', () => {
    const refusal = { code: 'INVALID_QUANTITY', message: 'The value of the order is out of range.', byState: true };
    expect(check(MAX_UNITS + 1n)).toEqual({ ...refusal, field: ['qty'] });
    expect(check(MAX_UNITS)).toMatchObject({ code: 'ORDER_TOO_LARGE' });
  });

  it('count the orders that come with it', () => {
    expect(check(1n, { openOrders: 2 })).toBeUndefined();
    const full = { code: 'TOO_MANY_OPEN_ORDERS', message: 'The account may have 3 open orders.' };
    expect(check(1n, { openOrders: 3 })).toMatchObject(full);
    expect(check(1n, { openOrders: 2 }, { orders: 1, value: 0n })).toMatchObject(full);
    expect(check(501n, {}, { orders: 1, value: 2_000n })).toMatchObject({ code: 'DAILY_LIMIT_REACHED' });
    expect(check(500n, {}, { orders: 1, value: 2_000n })).toBeUndefined();
  });

  it('begin at nothing on a new UTC day, whichever it is', () => {
    const before = { notionalDay: today - 1, notionalUsed: 2_000n };
    expect([notionalUsed(before, at), notionalUsed({ ...before, notionalDay: today }, at)]).toEqual([0n, 2_000n]);
    countNotional(before, 7n, at);
    countNotional(before, 7n, new Date('2026-03-02T23:59:59.999Z'));
    expect(before).toEqual({ notionalDay: today, notionalUsed: 14n });
    countNotional(before, 5n, new Date('2026-03-03T00:00:00Z'));
    expect(before).toEqual({ notionalDay: today + 1, notionalUsed: 5n });
  });

  const order = { side: 'BUY', worstPrice: 100n, qty: 2n, notional: null } as const;

  it('count an order by cash for its cash at most, and name that', () => {
    const value = (notional: bigint, side: OrderRow['side']) =>
      orderValue({ ...order, notional, side }, instrument, { bid: 110n });
    expect([value(199n, 'BUY'), value(200n, 'BUY'), value(201n, 'BUY')]).toEqual([199n, 200n, 200n]);
    expect([value(219n, 'SELL'), value(221n, 'SELL')]).toEqual([219n, 220n]);
    const named = (value: bigint, more: object) => check(value, more, undefined, undefined, 'notional')?.field;
    expect([
      named(1_001n, {}),
      named(501n, { notionalDay: today, notionalUsed: 2_000n }),
      named(MAX_UNITS + 1n, {}),
    ]).toEqual([['notional'], ['notional'], ['notional']]);
  });

  it('count an order at its worst price, and a sell at the bid where that is more', () => {
    const value = (side: OrderRow['side'], bid: bigint | null | undefined) =>
      orderValue({ ...order, side }, instrument, bid === undefined ? undefined : { bid });
    expect([value('BUY', 150n), value('SELL', 150n)]).toEqual([200n, 300n]);
    expect([value('SELL', 50n), value('SELL', null), value('SELL', undefined)]).toEqual([200n, 200n, 200n]);
  });
});

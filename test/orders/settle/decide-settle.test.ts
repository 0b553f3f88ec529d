import { afterEach, describe, expect, it } from 'vitest';
import type { OrderRow } from '../../../src/lane/rows.ts';
import { cancelWhatever, decideCancel } from '../../../src/orders/change/decide-cancel.ts';
import { isFinal } from '../../../src/orders/order.ts';
import { type Report, UNKNOWN_ORDER } from '../../../src/venues/venue.ts';
import { at } from '../../support/books.ts';
import { buy, canceled, cash, checkWorlds, name, open, sell, toNext, trade } from './reported.ts';

/* What the books make of a venue's reports about one order, and of what is asked of it. */

afterEach(checkWorlds);

describe('a report', () => {
  const one = (more: Partial<OrderRow> = {}) => {
    const reserve = isFinal(more.status ?? 'NEW') ? 0n : 10_000n;
    return open({ orders: [buy('one', { reserve, ...more })], balances: cash(20_000n) });
  };
  const doubt = [name('one')];

  it('that counts fills which are not booked closes nothing, and is asked about; busted ones are no such fills', () => {
    const counted = (cumQty: bigint) => {
      const world = one({ filledQty: 30n, bustedQty: 5n });
      const doubts = world.settle({ ...canceled('one'), cumQty } as Report);
      return [doubts, world.order('one').status, world.seen().events];
    };
    expect(counted(36n)).toEqual([doubt, 'NEW', []]);
    expect(counted(35n)).toEqual([[], 'CANCELED', ['ORDER_CANCELED one']]);
  });

  it('that says that a change was refused leaves a doubt, and none of an order that is closed', () => {
    const refused = (reason: string, status: OrderRow['status'] = 'PENDING_CANCEL') => {
      const world = one({ status });
      const doubts = world.settle({ kind: 'CANCEL_REFUSED', ...name('one'), reason });
      return [doubts, world.order('one').status, world.seen().events];
    };
    expect(refused('TOO_LATE')).toEqual([doubt, 'NEW', ['ORDER_CANCEL_REJECTED one']]);
    expect(refused(UNKNOWN_ORDER)).toEqual([doubt, 'PENDING_CANCEL', []]);
    expect(refused('TOO_LATE', 'FILLED')).toEqual([[], 'FILLED', []]);
    const unknown = one({ status: 'PENDING_NEW' });
    expect(unknown.settle({ kind: 'OUTCOME_UNKNOWN', ...name('one') })).toEqual(doubt);
    expect(unknown.seen().events).toEqual(['ORDER_EXECUTION_UNKNOWN one']);
  });

  it('that says a later place is believed also when it changes nothing else, an earlier one never', () => {
    const placed = (place: bigint | undefined, more: Partial<OrderRow> = {}) => {
      const world = one({ place: 5n, ...more });
      world.settle({ kind: 'ACKNOWLEDGED', ...name('one'), ...(place !== undefined && { place }) });
      return [world.order('one').place, world.books.changes().orders.length];
    };
    expect(placed(6n)).toEqual([6n, 1]);
    expect(placed(6n, { place: null })).toEqual([6n, 1]);
    expect([placed(5n), placed(4n), placed(undefined)]).toEqual(Array(3).fill([5n, 0]));
    expect(placed(6n, { status: 'FILLED' })).toEqual([5n, 0]);
  });

  it.each([
    ['ACKNOWLEDGED', {}, { status: 'PENDING_NEW' }, 'ORDER_NEW', 'NEW'],
    ['REJECTED', { reason: 'NO' }, {}, 'ORDER_REJECTED', 'REJECTED'],
    ['REJECTED', { reason: 'NO' }, { filledQty: 1n }, 'ORDER_CANCELED', 'CANCELED'],
    ['DEFERRED', { reason: 'MARKET_CLOSED' }, { place: null }, 'ORDER_ACCEPTED', 'ACCEPTED'],
    ['DEFERRED', { reason: 'MARKET_CLOSED' }, {}, 'ORDER_DONE_FOR_DAY', 'DONE_FOR_DAY'],
    ['TRIGGERED', {}, { stopPrice: 90n }, 'ORDER_TRIGGERED', 'NEW'],
    ['TRAILED', { trailPeak: 90n, stopPrice: 95n }, { stopPrice: 96n, trailPeak: 91n }, 'ORDER_TRAILED', 'NEW'],
  ] as [Report['kind'], object, Partial<OrderRow>, string, OrderRow['status']][])(
    '%s %o is told once, and leaves no doubt',
    (kind, said, row, event, status) => {
      const world = one(row);
      const report = { kind, ...name('one'), ...said } as Report;
      expect([world.settle(report), world.settle(report)]).toEqual([[], []]);
      expect([world.order('one').status, world.seen().events]).toEqual([status, [`${event} one`]]);
    },
  );

  it('that says which place the new order has says nothing of the old one', () => {
    const replacement = toNext('0', '100');
    const replaced = (place: { place?: bigint }) => {
      const world = one({ status: 'PENDING_REPLACE', replacement, place: 5n });
      world.settle({ kind: 'REPLACED', ...name('one'), newOrderId: 'next', leavesQty: 100n, ...place });
      return [world.order('one').place, world.order('next').place];
    };
    expect([replaced({ place: 9n }), replaced({})]).toEqual([
      [5n, 9n],
      [5n, 5n],
    ]);
  });

  it('of an order that is not known says nothing', () => {
    const world = one();
    expect(world.settle(canceled('two'))).toEqual([]);
    expect(world.seen().events).toEqual([]);
  });

  it('that the cash is spent ends the order with what it bought', () => {
    const spent = (more: Partial<OrderRow>) => {
      const world = one(more);
      world.settle({ kind: 'SPENT', ...name('one') });
      const { status, qty, reason } = world.order('one');
      return [status, qty, reason, world.seen().events];
    };
    expect(spent({ filledQty: 7n })).toEqual(['FILLED', 7n, null, ['ORDER_FILLED one']]);
    expect(spent({})).toEqual(['CANCELED', 100n, 'NOTIONAL_BUYS_NOTHING', ['ORDER_CANCELED one']]);
    expect(spent({ status: 'CANCELED' })).toEqual(['CANCELED', 100n, null, []]);
  });

  it('of a cancel keeps the reason of who asked', () => {
    const reasonOf = (status: OrderRow['status']) => {
      const world = one({ status, reason: 'OURS' });
      world.settle(canceled('one', 'THEIRS'));
      return world.order('one').reason;
    };
    expect([reasonOf('PENDING_CANCEL'), reasonOf('NEW')]).toEqual(['OURS', 'THEIRS']);
  });
});

describe('a trade', () => {
  it('is booked once, by either of its sides', () => {
    const { settle, order, books } = open({ orders: [buy('one')], balances: cash(10_000n) });
    const told = trade('one', 'BUY', 10n);
    expect([settle(told, told), settle(told)]).toEqual([[], []]);
    expect(order('one').filledQty).toBe(10n);
    expect(books.changes().entries).toHaveLength(1);
  });

  it('of a sell that is closed leaves the units that another order holds: they are bought in', () => {
    const orders = [sell('one', { status: 'CANCELED' }), sell('other', { qty: 6n, reserve: 6n })];
    const { settle, order, seen, books } = open({ orders, balances: cash(0n, 0n), units: 10n });
    settle(trade('one', 'SELL', 10n));
    expect(seen().opened.map(order)).toMatchObject([{ side: 'BUY', status: 'FILLED', qty: 6n, reason: 'BUY_IN' }]);
    expect(books.balance('a', 'AAPL')).toMatchObject({ posted: 6n, held: 6n });
    expect(books.balance('a', 'USD').posted).toBe(400n);
  });

  it('with an order that was not heard of waits, and the other side is asked about', () => {
    const { settle, order } = open({ orders: [buy('one')], balances: cash(10_000n) });
    const told = { ...trade('one', 'BUY', 10n), maker: { orderId: 'other', accountId: 'b' } };
    expect(settle(told)).toEqual([{ orderId: 'one', accountId: 'a', symbol: 'AAPL' }]);
    expect(order('one').filledQty).toBe(0n);
  });
});

describe('a cancel', () => {
  const cancel = (more: Partial<OrderRow>, facts: { userId?: string; orderId?: string } = {}) => {
    const world = open({ orders: [buy('one', more)], balances: cash(10_000n) });
    const own = { accountId: 'a', userId: 'user of a', orderId: 'one', clientOrderId: null, ...facts };
    const answer = decideCancel(world.books, at, { ...world.rules, ...own });
    const said = answer.ok ? answer.value.status : answer.failures;
    return [said, world.order('one').status, world.seen().events];
  };

  it('asks the venue once, and ends at once what no venue has', () => {
    const asked = ['PENDING_CANCEL', 'PENDING_CANCEL', ['ORDER_PENDING_CANCEL one']];
    for (const status of ['PENDING_NEW', 'NEW', 'PARTIALLY_FILLED'] as const) expect(cancel({ status })).toEqual(asked);
    expect(cancel({ status: 'PENDING_CANCEL' })).toEqual(['PENDING_CANCEL', 'PENDING_CANCEL', []]);
    for (const status of ['ACCEPTED', 'DONE_FOR_DAY'] as const) {
      expect(cancel({ status })).toEqual(['CANCELED', 'CANCELED', ['ORDER_CANCELED one']]);
    }
  });

  it('comes too late for what is closed, and waits for no other answer', () => {
    for (const status of ['FILLED', 'CANCELED', 'REPLACED', 'REJECTED', 'EXPIRED'] as const) {
      const failure = { code: 'TOO_LATE_TO_CANCEL', message: `The order is already ${status}.` };
      expect(cancel({ status, reserve: 0n })).toEqual([[failure], status, []]);
    }
    const pending = { code: 'CHANGE_PENDING', message: 'A replacement of the order is not answered yet.' };
    expect(cancel({ status: 'PENDING_REPLACE' })).toEqual([[pending], 'PENDING_REPLACE', []]);
  });

  it('is of an order of one’s own', () => {
    const absent = [{ code: 'NOT_FOUND', message: 'The order does not exist.', field: ['id'] }];
    expect(cancel({}, { userId: 'user of b' })).toEqual([absent, 'NEW', []]);
    expect(cancel({}, { orderId: 'two' })).toEqual([absent, 'NEW', []]);
  });

  it('of everything asks for what is open, and leaves the rest', () => {
    const all = (more: Partial<OrderRow>) => {
      const world = open({ orders: [buy('one', more)], balances: cash(10_000n) });
      cancelWhatever(world.books, world.order('one'), 'KILL_SWITCH', at, world.rules);
      const { status, reason } = world.order('one');
      return [status, reason, world.seen().events];
    };
    expect(all({})).toEqual(['PENDING_CANCEL', 'KILL_SWITCH', ['ORDER_PENDING_CANCEL one']]);
    expect(all({ status: 'HELD', reserve: 0n })).toEqual(['CANCELED', 'KILL_SWITCH', ['ORDER_CANCELED one']]);
    expect(all({ status: 'FILLED', reserve: 0n })).toEqual(['FILLED', null, []]);
  });
});

describe('a cancel of everything that finds a replacement pending', () => {
  const replacement = toNext('0', '100');
  const queued = () => {
    const asked = buy('one', { status: 'PENDING_REPLACE', pendingSince: at, replacement });
    const world = open({ orders: [asked], balances: cash(10_000n) });
    cancelWhatever(world.books, world.order('one'), 'KILL_SWITCH', at, world.rules);
    cancelWhatever(world.books, world.order('one'), 'AGAIN', at, world.rules);
    expect(world.order('one')).toMatchObject({ status: 'PENDING_REPLACE', reason: null });
    return world;
  };
  const replaced = (leavesQty: bigint): Report => ({
    ...{ kind: 'REPLACED', ...name('one'), newOrderId: 'next', leavesQty },
  });

  it('waits behind it, once, and asks for the new order', () => {
    const { settle, order, seen } = queued();
    settle(replaced(100n));
    expect(order('one').status).toBe('REPLACED');
    expect(order('next')).toMatchObject({ status: 'PENDING_CANCEL', reason: 'KILL_SWITCH' });
    expect(seen()).toMatchObject({
      events: [...['ORDER_CANCEL_QUEUED one', 'ORDER_NEW next', 'ORDER_REPLACED one', 'ORDER_PENDING_CANCEL next']],
      ...{ released: ['next'], openOrders: 10 },
    });
  });

  it('is written where it waits', () => {
    expect(queued().books.changes().orders).toMatchObject([{ id: 'one', replacement: { thenCancel: {} } }]);
  });

  it('asks for the old one where that stays', () => {
    const { settle, order, seen } = queued();
    settle({ kind: 'REPLACE_REFUSED', ...name('one'), newOrderId: 'next', reason: 'TOO_LATE' });
    expect(order('one')).toMatchObject({ status: 'PENDING_CANCEL', reason: 'KILL_SWITCH' });
    expect(seen().released).toEqual(['one']);
  });

  it('asks for nothing where nothing is left, and not before the answer', () => {
    const { settle, order, seen } = queued();
    settle(trade('one', 'BUY', 10n));
    expect(order('one').status).toBe('PENDING_REPLACE');
    settle(replaced(0n));
    expect(order('one')).toMatchObject({ status: 'FILLED', qty: 10n });
    expect(seen().released).toEqual([]);
  });
});

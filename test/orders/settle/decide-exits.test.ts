import { afterEach, describe, expect, it } from 'vitest';
import type { OrderRow } from '../../../src/lane/rows.ts';
import type { TradeReport } from '../../../src/venues/venue.ts';
import { at, balance } from '../../support/books.ts';
import {
  buy,
  canceled,
  cash,
  checkWorlds,
  inList,
  loss,
  name,
  open,
  order,
  profit,
  sell,
  toNext,
  trade,
  type World,
} from './reported.ts';

/* What reports about the orders of a list make of the others of it. */

afterEach(checkWorlds);

const moment = (ms: number): Date => new Date(at.getTime() + ms);

describe('the exits of a bracket', () => {
  const bracket = (more: Partial<World> = {}, entry: Partial<OrderRow> = {}, second: Partial<OrderRow> = {}) => {
    const waiting = { status: 'HELD', place: null } as const;
    const first = buy('entry', { ...inList, leg: 'ENTRY', ...entry });
    const orders = [first, profit(waiting), loss({ ...waiting, ...second })];
    return open({ orders, balances: cash(10_000n), ...more });
  };
  const trailing = { type: 'TRAILING_STOP', trailPrice: 10n, trailPeak: 500n, stopPrice: 490n } as const;

  it('keep back once what the entry has filled, and begin for that when it is closed', () => {
    const { books, settle, order, seen } = bracket();
    settle(trade('entry', 'BUY', 40n));
    expect([order('entry').reserve, order('profit').reserve, order('loss').reserve]).toEqual([6_000n, 40n, 0n]);
    expect(books.balance('a', 'USD')).toMatchObject({ posted: 6_000n, held: 6_000n });
    expect(books.balance('a', 'AAPL')).toMatchObject({ posted: 40n, held: 40n });
    expect([order('profit').status, order('profit').qty, seen().released]).toEqual(['HELD', 100n, []]);
    settle(canceled('entry'));
    expect(order('entry')).toMatchObject({ status: 'CANCELED', reason: 'WHY', reserve: 0n });
    for (const [id, reserve] of [
      ['profit', 40n],
      ['loss', 0n],
    ] as const) {
      expect(order(id)).toMatchObject({ status: 'PENDING_NEW', qty: 40n, reserve, updatedAt: at });
    }
    expect(books.balance('a', 'AAPL').held).toBe(40n);
    expect(seen()).toEqual({
      events: [
        ...['ORDER_PARTIALLY_FILLED entry', 'ORDER_CANCELED entry'],
        ...['ORDER_RELEASED profit', 'ORDER_RELEASED loss'],
      ],
      ...{ opened: [], released: ['profit', 'loss'], openOrders: 9 },
    });
  });

  it('begin when the entry is filled, or wait for an instrument that is halted', () => {
    const going = bracket();
    going.settle(trade('entry', 'BUY', 100n));
    expect(going.seen().released).toEqual(['profit', 'loss']);
    const halted = bracket({ more: { status: 'HALTED' } });
    halted.settle(trade('entry', 'BUY', 100n));
    expect(halted.order('loss')).toMatchObject({ status: 'ACCEPTED', qty: 100n });
    expect(halted.seen().released).toEqual([]);
  });

  it('end with an entry that filled nothing', () => {
    const { settle, order, seen } = bracket();
    settle(canceled('entry'));
    expect(order('profit')).toMatchObject({ status: 'CANCELED', reason: 'ENTRY_CLOSED', canceledAt: at });
    expect(seen()).toMatchObject({
      events: ['ORDER_CANCELED entry', 'ORDER_CANCELED profit', 'ORDER_CANCELED loss'],
      ...{ released: [], openOrders: 7 },
    });
  });

  it('that trail begin at the average price of the entry, down to the tick, with the collar there', () => {
    const { settle, order } = bracket({}, {}, trailing);
    settle(trade('entry', 'BUY', 50n), trade('entry', 'BUY', 25n, 95n), trade('entry', 'BUY', 25n, 99n));
    // On average 98.5.
    expect(order('loss')).toMatchObject({ trailPeak: 95n, stopPrice: 85n, worstPrice: 75n });
    expect(order('profit')).toMatchObject({ stopPrice: null, trailPeak: null, worstPrice: 110n });
  });

  it('that trail wait with their price for an entry that still works, and need none when it filled nothing', () => {
    const going = bracket({}, {}, trailing);
    going.settle(trade('entry', 'BUY', 40n));
    expect(going.order('loss')).toMatchObject({ trailPeak: 500n, stopPrice: 490n });
    const none = bracket({}, {}, trailing);
    none.settle(canceled('entry'));
    expect(none.order('loss')).toMatchObject({ status: 'CANCELED', reason: 'ENTRY_CLOSED', trailPeak: 500n });
  });

  it('that trail begin at a price, whatever a unit of it is worth', () => {
    const entry = buy('entry', { ...inList, leg: 'ENTRY', reserve: 1_000_000n });
    const exit = loss({ status: 'HELD', leg: 'FIRST', type: 'TRAILING_STOP', trailPrice: 10n, trailPeak: 500n });
    const cash = [balance('a', 'USD', 1_000_000n, 1_000_000n)];
    const { settle, order } = open({ orders: [entry, exit], balances: cash, more: { baseScale: 4 } });
    settle(trade('entry', 'BUY', 100n));
    expect(order('loss')).toMatchObject({ trailPeak: 100n, stopPrice: 90n });
  });

  it('are for what an entry still becomes whose quantity is replaced', () => {
    const replaced = () => {
      const world = bracket({}, { status: 'PENDING_REPLACE', replacement: toNext('-20', '100') });
      world.settle({ kind: 'REPLACED', ...name('entry'), newOrderId: 'next', leavesQty: 80n });
      return world;
    };
    // One of which nothing more is heard: what was resized is written.
    replaced();
    const { settle, order, seen } = replaced();
    expect(order('next')).toMatchObject({ leg: 'ENTRY', listId: 'list', qty: 80n, reserve: 8_000n });
    for (const id of ['profit', 'loss']) expect(order(id)).toMatchObject({ status: 'HELD', qty: 80n, updatedAt: at });
    expect(seen().events.slice(2)).toEqual(['ORDER_RESIZED profit', 'ORDER_RESIZED loss']);
    settle(trade('next', 'BUY', 80n));
    expect(order('profit')).toMatchObject({ status: 'PENDING_NEW', qty: 80n, reserve: 80n });
  });

  it('that cost more than there is are closed, and begin when there is just enough', () => {
    const short = (posted: bigint) => {
      const waiting = { ...inList, status: 'HELD', place: null } as const;
      const world = open({
        orders: [
          sell('entry', { ...inList, leg: 'ENTRY', reserve: 100n }),
          order('profit', { ...waiting, leg: 'TAKE_PROFIT' }),
          order('loss', {
            ...waiting,
            leg: 'STOP_LOSS',
            type: 'STOP',
            worstPrice: 130n,
            limitPrice: null,
            stopPrice: 120n,
          }),
        ],
        ...{ balances: cash(posted, 7n), units: 100n },
      });
      world.settle(trade('entry', 'SELL', 100n));
      return [world.order('profit'), world.order('loss')].map(({ status, reason, reserve }) => [
        status,
        reason,
        reserve,
      ]);
    };
    // The sale brings in 10 000, the dearer exit takes 13 000, and 7 are another order's.
    const closed = ['CANCELED', 'INSUFFICIENT_FUNDS', 0n];
    expect(short(3_006n)).toEqual([closed, closed]);
    expect(short(3_007n)).toEqual([
      ['PENDING_NEW', null, 13_000n],
      ['PENDING_NEW', null, 0n],
    ]);
  });
});

describe('a pair of exits', () => {
  it('of which one is replaced is a pair still, also where no venue has the other', () => {
    const replacement = toNext('0', '120');
    const { settle, order } = pair({ status: 'PENDING_REPLACE', replacement }, { status: 'ACCEPTED' });
    settle({ kind: 'REPLACED', ...name('profit'), newOrderId: 'next', leavesQty: 100n });
    expect(order('profit')).toMatchObject({ status: 'REPLACED', reserve: 0n, replacedById: 'next' });
    expect(order('next')).toMatchObject({ leg: 'TAKE_PROFIT', limitPrice: 120n, reserve: 100n, replacesId: 'profit' });
    expect(order('loss')).toMatchObject({ status: 'ACCEPTED', reserve: 0n });
  });

  const pair = (first: Partial<OrderRow> = {}, second: Partial<OrderRow> = {}) =>
    open({
      orders: [profit({ reserve: 100n, ...first }), loss(second)],
      units: 100n,
    });

  it('of which one trades has lost the other, in the same commit, and keeps back what it leaves', () => {
    const { books, settle, order, seen } = pair();
    settle(trade('loss', 'SELL', 30n));
    expect(order('loss')).toMatchObject({ status: 'PARTIALLY_FILLED', reserve: 70n });
    expect(order('profit')).toMatchObject({ status: 'CANCELED', reason: 'GROUP_SETTLED', reserve: 0n });
    expect(books.balance('a', 'AAPL')).toMatchObject({ posted: 70n, held: 70n });
    expect(seen()).toMatchObject({ events: ['ORDER_CANCELED profit', 'ORDER_PARTIALLY_FILLED loss'], openOrders: 9 });
  });

  it('of which one ends keeps the other where its venue has it, and ends it where no venue does', () => {
    const here = pair({}, { status: 'ACCEPTED' });
    here.settle(canceled('profit'));
    expect(here.order('loss')).toMatchObject({ status: 'CANCELED', reason: 'SIBLING_CLOSED', reserve: 0n });
    expect(here.books.balance('a', 'AAPL').held).toBe(0n);
    const there = pair();
    there.settle(canceled('profit'));
    expect(there.order('loss')).toMatchObject({ status: 'NEW', reserve: 100n });
    expect(there.books.balance('a', 'AAPL').held).toBe(100n);
  });
});

describe('a fill that comes after its entry was closed', () => {
  const late = (first: Partial<OrderRow>, second: Partial<OrderRow> | null = {}, more: Partial<World> = {}) => {
    const [one, other] = [
      { qty: 40n, ...first },
      { qty: 40n, ...second },
    ];
    const exits = second === null ? [profit({ leg: 'FIRST', ...one })] : [profit(one), loss(other)];
    const entry = buy('entry', { ...inList, leg: 'ENTRY', status: 'CANCELED', reserve: 0n, filledQty: 40n });
    const world = open({ orders: [entry, ...exits], balances: cash(5_000n, 0n), units: 40n, ...more });
    world.settle(trade('entry', 'BUY', 10n));
    return world;
  };
  it('gets exits of its own, a pair that shuts each other out, at the prices of the first', () => {
    const { books, order, seen } = late({ reserve: 40n }, { place: 7n });
    const { opened, events, released, openOrders } = seen();
    expect(opened).toHaveLength(2);
    const [first, second] = opened.map(order);
    const { orderLists } = books.changes();
    expect(orderLists).toEqual([{ id: first!.listId, accountId: 'a', type: 'OCO', createdAt: at }]);
    const own = { ...inList, qty: 10n, filledQty: 0n, status: 'PENDING_NEW', place: null, listId: first!.listId };
    expect(first).toMatchObject({ ...own, leg: 'FIRST', limitPrice: 110n, reserve: 10n, clientOrderId: first!.id });
    expect(second).toMatchObject({ ...own, leg: 'SECOND', stopPrice: 90n, reserve: 0n, rootOrderId: second!.id });
    expect(books.balance('a', 'AAPL')).toMatchObject({ posted: 50n, held: 50n });
    expect([released, openOrders]).toEqual([opened, 12]);
    expect(events.slice(1)).toEqual([
      ...opened.map((id) => `ORDER_ACCEPTED ${id}`),
      ...opened.map((id) => `ORDER_RELEASED ${id}`),
    ]);
    expect(JSON.parse(books.changes().events[1]!.payload)).toMatchObject({ entryOrderId: 'entry' });
  });

  it('gets one exit where one order waited for the entry, and it is in no list', () => {
    const { books, order, seen } = late({}, null);
    const { opened } = seen();
    expect(opened.map(order)).toMatchObject([{ listId: null, leg: null, qty: 10n, reserve: 10n }]);
    expect(books.changes().orderLists).toEqual([]);
  });

  it('gets the exits as they are by now, where they were replaced', () => {
    const { seen, order } = late({}, null, {
      orders: [
        buy('entry', { ...inList, leg: 'ENTRY', status: 'CANCELED', reserve: 0n, filledQty: 40n }),
        profit({ leg: 'FIRST', qty: 40n, status: 'REPLACED' }),
        profit({ id: 'next', clientOrderId: 'next', leg: 'FIRST', qty: 40n, limitPrice: 120n }),
      ],
    });
    expect(seen().opened.map(order)).toMatchObject([{ limitPrice: 120n }]);
  });

  it.each([
    ['work', {}, {}, true],
    ['have done their work', { status: 'FILLED' }, { status: 'CANCELED', reason: 'GROUP_SETTLED' }, true],
    ['had nothing to do', ...Array(2).fill({ status: 'CANCELED', reason: 'ENTRY_CLOSED' }), true],
    ['were cancelled', ...Array(2).fill({ status: 'CANCELED' }), false],
    ['are being cancelled', {}, { status: 'PENDING_CANCEL' }, false],
    ['are over in this moment', ...Array(2).fill({ expiresAt: at }), false],
    ['have a moment left', ...Array(2).fill({ expiresAt: moment(1) }), true],
    ['wait for it still', ...Array(2).fill({ status: 'HELD' }), false],
  ] as [string, Partial<OrderRow>, Partial<OrderRow>, boolean][])('where the exits %s', (_, first, second, gets) => {
    expect(late(first, second).seen().opened).toHaveLength(gets ? 2 : 0);
  });

  it('that waits for the answer to a cancel of the exits gets its own when that is refused', () => {
    const gone = { ...inList, leg: 'ENTRY', status: 'CANCELED', reserve: 0n, filledQty: 50n } as const;
    const entry = buy('entry', { ...gone, unprotectedQty: 10n });
    const exits = [profit({ status: 'PENDING_CANCEL', reserve: 40n, qty: 40n }), loss({ qty: 40n })];
    const { settle, order, seen } = open({ orders: [entry, ...exits], units: 50n });
    settle({ kind: 'CANCEL_REFUSED', ...name('profit'), reason: 'TOO_LATE' });
    expect(order('entry').unprotectedQty).toBe(0n);
    expect(seen().opened.map(order)).toMatchObject([{ qty: 10n, reserve: 10n }, { qty: 10n }]);
  });

  it('is that of an entry, which is closed: other fills get none', () => {
    const cases: [OrderRow[], TradeReport][] = [
      [[profit({ status: 'CANCELED', filledQty: 3n }), loss({ reserve: 100n })], trade('profit', 'SELL', 10n)],
      [
        [profit({ status: 'CANCELED', reason: 'GROUP_SETTLED' }), loss({ status: 'FILLED', filledQty: 100n })],
        trade('profit', 'SELL', 10n),
      ],
      [[buy('entry', { ...inList, leg: 'ENTRY' }), profit({ status: 'FILLED' })], trade('entry', 'BUY', 10n)],
    ];
    for (const [orders, told] of cases) {
      const world = open({ orders, balances: cash(20_000n), units: 200n });
      world.settle(told);
      expect(world.seen().opened).toEqual([]);
    }
  });

  it.each([
    ['was cancelled', { status: 'CANCELED' }],
    ['has ended with its time', { status: 'EXPIRED' }],
    ['was replaced', { status: 'REPLACED', replacedById: 'next' }],
  ] as const)(
    'of an exit that %s ends the other of its pair no more: what ended it says what becomes of that',
    (_, was) => {
      const { settle, order, seen } = open({ orders: [profit(was), loss({ reserve: 100n })], units: 200n });
      settle(trade('profit', 'SELL', 10n));
      expect(order('profit')).toMatchObject({ ...was, filledQty: 10n });
      expect(order('loss')).toMatchObject({ status: 'NEW', reserve: 100n, canceledAt: null });
      expect(seen().events).toEqual(['ORDER_PARTIALLY_FILLED profit']);
    },
  );

  it('begins its exits where they are covered, and shows them closed where they are not', () => {
    const exits = (posted: bigint) => {
      const world = open({
        orders: [
          sell('entry', { ...inList, leg: 'ENTRY', status: 'CANCELED', filledQty: 40n }),
          order('profit', { ...inList, leg: 'FIRST', qty: 40n, worstPrice: 130n }),
        ],
        ...{ balances: cash(posted, 5n), units: 10n },
      });
      world.settle(trade('entry', 'SELL', 10n));
      const { opened, openOrders } = world.seen();
      const { status, reason, reserve } = world.order(opened[0]!);
      return [status, reason, reserve, openOrders];
    };
    // The sale brings in 1000, the exit takes 1300.
    expect(exits(305n)).toEqual(['PENDING_NEW', null, 1_300n, 11]);
    expect(exits(304n)).toEqual(['CANCELED', 'INSUFFICIENT_FUNDS', 0n, 10]);
  });
});

describe('exits that their venue is still being asked to work for less', () => {
  const waits = { status: 'PENDING_REPLACE', pendingSince: at } as const;
  const bracket = (units: bigint, other = 0n) => {
    const pending = { ...waits, replacement: toNext('-30', '110') };
    return open({
      orders: [
        buy('entry', { ...inList, leg: 'ENTRY', status: 'CANCELED', filledQty: 70n, reserve: 0n }),
        profit({ ...pending, reserve: 70n }),
        loss({ ...waits, replacement: { ...toNext('-30', '110'), newOrderId: 'other', stopPrice: '90' } }),
        sell('another', { qty: other, reserve: other }),
      ],
      ...{ balances: cash(0n, 0n), units },
    });
  };
  const unitsOf = ({ books }: ReturnType<typeof bracket>) => {
    const { posted, held } = books.balance('a', 'AAPL');
    return { posted, held };
  };

  it('have what they execute beyond their share from what is free, or bought in', () => {
    const poor = bracket(75n, 5n);
    poor.settle(trade('profit', 'SELL', 100n));
    expect(unitsOf(poor)).toEqual({ posted: 5n, held: 5n });
    const [id] = poor.seen().opened;
    expect(poor.order(id!)).toMatchObject({ side: 'BUY', status: 'FILLED', filledQty: 30n });
    const rich = bracket(130n, 5n);
    rich.settle(trade('profit', 'SELL', 100n));
    expect(unitsOf(rich)).toEqual({ posted: 30n, held: 5n });
    expect(rich.seen().opened).toEqual([]);
  });

  it('keep back the rest of their share when one has executed a part, whichever carried it', () => {
    for (const id of ['profit', 'loss']) {
      const world = bracket(70n);
      world.settle(trade(id, 'SELL', 20n));
      expect([unitsOf(world), world.order(id).reserve]).toEqual([{ posted: 50n, held: 50n }, 50n]);
    }
  });

  it('keep back their share when it is refused, and what there is when the share is larger by then', () => {
    const refused = (id: string): Parameters<ReturnType<typeof bracket>['settle']>[0] => ({
      ...{ kind: 'REPLACE_REFUSED', ...name(id), newOrderId: 'next', reason: 'TOO_LATE_TO_REPLACE' },
    });
    const same = bracket(70n);
    same.settle(refused('profit'));
    expect([unitsOf(same), same.order('profit').reserve]).toEqual([{ posted: 70n, held: 70n }, 70n]);
    for (const [units, kept] of [
      [100n, 100n],
      [80n, 80n],
    ] as const) {
      const more = bracket(units);
      more.order('entry').filledQty = 100n;
      more.books.touch(more.order('entry'));
      more.settle(refused('profit'));
      expect(more.order('profit').reserve).toBe(kept);
      expect(unitsOf(more)).toEqual({ posted: units, held: kept });
    }
  });
});

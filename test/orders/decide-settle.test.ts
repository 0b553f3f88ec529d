import { isDeepStrictEqual } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import type { BalanceRow, LotRow, OrderRow } from '../../src/lane/rows.ts';
import type { Instrument } from '../../src/market/instrument.ts';
import { cancelWhatever, decideCancel } from '../../src/orders/decide-cancel.ts';
import { decideSettle } from '../../src/orders/decide-settle.ts';
import { isFinal } from '../../src/orders/order.ts';
import { type Report, type TradeReport, UNKNOWN_ORDER } from '../../src/venues/venue.ts';
import { at, balance, booksOf } from '../support/books.ts';
import { listed } from '../support/listed.ts';
import { orderRow } from '../support/order-row.ts';
import { countingIds } from '../venues/paper/support.ts';

/* What the books make of a venue's reports, order by order; a value is price times quantity, and nothing costs a fee. */

const instrument = listed('AAPL', {
  ...{ tickSize: 5n, lotSize: 1n, collarBps: 1_000, quoteScale: 8, priceScale: 2, baseScale: 6 },
});
const moment = (ms: number): Date => new Date(at.getTime() + ms);

/** After every test: what changed is written, what is held is what open orders reserve, and they are counted. */
const worlds: (() => void)[] = [];
afterEach(() => {
  for (const check of worlds.splice(0)) check();
});

interface World {
  orders: OrderRow[];
  balances?: BalanceRow[];
  /** What account `a` has of AAPL, in one lot that cost nothing. */
  units?: bigint;
  more?: Partial<Instrument>;
}

const open = ({ orders, balances = [], units = 0n, more = {} }: World) => {
  const lot: LotRow = {
    ...{ id: 'lot', accountId: 'a', symbol: 'AAPL', qty: units, cost: 0n, leavesQty: units, leavesCost: 0n },
    ...{ sequence: 1n, openedAt: at, busted: false },
  };
  const position = { accountId: 'a', symbol: 'AAPL', qty: units, costBasis: 0n, realizedPnl: 0n, updatedAt: at };
  const held = orders.reduce((sum, { side, reserve }) => (side === 'SELL' ? sum + reserve : sum), 0n);
  const books = booksOf({
    orders,
    lots: units > 0n ? [lot] : [],
    positions: [position],
    balances: [...balances, balance('a', 'AAPL', units, held)],
  });
  books.account('a')!.openOrders = 10;
  const loaded = new Map(orders.map((row) => [row.id, row]));
  const holds = (rows: readonly OrderRow[], asset: string): bigint =>
    rows.reduce((sum, { reserveAsset, reserve }) => (reserveAsset === asset ? sum + reserve : sum), 0n);
  const before = new Map(
    ['USD', 'AAPL'].map((asset) => [asset, books.balance('a', asset).held - holds(orders, asset)]),
  );
  const countOpen = (rows: readonly OrderRow[]): number => rows.filter(({ status }) => !isFinal(status)).length;
  worlds.push(() => {
    const { newOrders, orders: written } = books.changes();
    const present = [...[...loaded.keys()].map((id) => books.order(id)!), ...newOrders];
    const changed = present.filter((row) => !isDeepStrictEqual(row, loaded.get(row.id)));
    expect(new Set([...written, ...newOrders])).toEqual(new Set([...changed, ...written]));
    for (const [asset, other] of before) expect(books.balance('a', asset).held - holds(present, asset)).toBe(other);
    for (const { status, reserve } of present) if (isFinal(status)) expect(reserve).toBe(0n);
    expect(books.account('a')!.openOrders).toBe(10 + countOpen(present) - countOpen(orders));
  });
  const rules = {
    ...{ instrumentOf: () => ({ ...instrument, ...more }), rates: { makerBps: 0n, takerBps: 0n } },
    ...{ hours: () => 'ALWAYS_OPEN' as const, ids: countingIds() },
  };
  return {
    books,
    rules,
    settle: (...reports: Report[]) => decideSettle(books, at, reports, rules),
    order: (id: string): OrderRow => books.order(id)!,
    /** What is written, the account's count of open orders among it. */
    seen: () => {
      const { events, newOrders } = books.changes();
      return {
        events: events.map(({ type, payload }) => `${type} ${(JSON.parse(payload) as { orderId: string }).orderId}`),
        opened: newOrders.map(({ id }) => id),
        released: books.released().map(({ id }) => id),
        openOrders: books.account('a')?.openOrders,
      };
    },
  };
};

const name = (orderId: string) => ({ orderId, accountId: 'a', symbol: 'AAPL' });
let trades = 0;
/** The order trades with a maker of the house at 100. */
const trade = (orderId: string, side: OrderRow['side'], qty: bigint, price = 100n): TradeReport => {
  trades += 1;
  return {
    ...{ kind: 'TRADE', tradeId: `t${trades}`, symbol: 'AAPL', price, qty, takerSide: side },
    ...{ taker: { orderId, accountId: 'a' }, maker: null },
  };
};
const canceled = (orderId: string, reason = 'WHY'): Report => ({ kind: 'CANCELED', ...name(orderId), reason });

const order = (id: string, more: Partial<OrderRow> = {}): OrderRow =>
  orderRow({ id, clientOrderId: id, rootOrderId: id, qty: 100n, feeBps: 0, status: 'NEW', place: 1n, ...more });
const buy = (id: string, more: Partial<OrderRow> = {}): OrderRow => order(id, { reserve: 10_000n, ...more });
const sell = (id: string, more: Partial<OrderRow> = {}): OrderRow =>
  order(id, { side: 'SELL', reserveAsset: 'AAPL', limitPrice: 110n, worstPrice: 110n, ...more });
const toNext = (qtyChange: string, limitPrice: string) => ({
  ...{ newOrderId: 'next', clientOrderId: 'next', qtyChange, limitPrice, stopPrice: null, worstPrice: limitPrice },
});
const inList = { listId: 'list' };
const profit = (more: Partial<OrderRow> = {}) => sell('profit', { ...inList, leg: 'TAKE_PROFIT', ...more });
const loss = (more: Partial<OrderRow> = {}) =>
  sell('loss', { ...inList, leg: 'STOP_LOSS', type: 'STOP', limitPrice: null, stopPrice: 90n, ...more });
const cash = (posted: bigint, held = 10_000n) => [balance('a', 'USD', posted, held)];

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
    const { settle, order, seen } = bracket({}, { status: 'PENDING_REPLACE', replacement: toNext('-20', '100') });
    settle({ kind: 'REPLACED', ...name('entry'), newOrderId: 'next', leavesQty: 80n });
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
    const exits = second === null ? [profit({ leg: 'FIRST', ...first })] : [profit(first), loss(second)];
    const entry = buy('entry', { ...inList, leg: 'ENTRY', status: 'CANCELED', reserve: 0n, filledQty: 40n });
    const world = open({ orders: [entry, ...exits], balances: cash(5_000n, 0n), units: 40n, ...more });
    world.settle(trade('entry', 'BUY', 10n));
    return world;
  };
  const working = { qty: 40n } as const;

  it('gets exits of its own, a pair that shuts each other out, at the prices of the first', () => {
    const { books, order, seen } = late({ ...working, reserve: 40n }, { ...working, filledQty: 3n, place: 7n });
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
    const { books, order, seen } = late(working, null);
    const { opened } = seen();
    expect(opened.map(order)).toMatchObject([{ listId: null, leg: null, qty: 10n, reserve: 10n }]);
    expect(books.changes().orderLists).toEqual([]);
  });

  it('gets the exits as they are by now, where they were replaced', () => {
    const { seen, order } = late({ ...working, status: 'REPLACED' }, null, {
      orders: [
        buy('entry', { ...inList, leg: 'ENTRY', status: 'CANCELED', reserve: 0n, filledQty: 40n }),
        profit({ leg: 'FIRST', status: 'REPLACED' }),
        profit({ id: 'next', clientOrderId: 'next', leg: 'FIRST', limitPrice: 120n }),
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

  it('is that of an entry, which is closed: other fills get none', () => {
    const cases: [OrderRow[], TradeReport][] = [
      [[profit({ status: 'CANCELED', filledQty: 3n }), loss({ reserve: 100n })], trade('profit', 'SELL', 10n)],
      [[buy('entry', { ...inList, leg: 'ENTRY' }), profit({ status: 'FILLED' })], trade('entry', 'BUY', 10n)],
    ];
    for (const [orders, told] of cases) {
      const world = open({ orders, balances: cash(20_000n), units: 200n });
      world.settle(told);
      expect(world.seen().opened).toEqual([]);
    }
  });

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

import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';
import type { BalanceRow, LotRow, OrderRow } from '../../../src/lane/rows.ts';
import type { Instrument } from '../../../src/market/instrument.ts';
import { isFinal } from '../../../src/orders/order.ts';
import { decideSettle } from '../../../src/orders/settle/decide-settle.ts';
import type { Report, TradeReport } from '../../../src/venues/venue.ts';
import { at, balance, booksOf } from '../../support/books.ts';
import { listed } from '../../support/listed.ts';
import { orderRow } from '../../support/order-row.ts';
import { countingIds } from '../../venues/paper/support.ts';

/** Books with some orders in them and a venue that reports: a value is price times quantity, and nothing costs a fee unless it is said. */

const instrument = listed('AAPL', {
  ...{ tickSize: 5n, lotSize: 1n, collarBps: 1_000, quoteScale: 8, priceScale: 2, baseScale: 6 },
});

/** What every test ends with: what changed is written, what is held is what open orders reserve, and they are counted. */
const worlds: (() => void)[] = [];
export const checkWorlds = (): void => {
  for (const check of worlds.splice(0)) check();
};

export interface World {
  orders: OrderRow[];
  balances?: BalanceRow[];
  /** What account `a` has of AAPL, in one lot that cost nothing. */
  units?: bigint;
  more?: Partial<Instrument>;
  feeBps?: bigint;
}

export const open = ({ orders, balances = [], units = 0n, more = {}, feeBps = 0n }: World) => {
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
    ...{ instrumentOf: () => ({ ...instrument, ...more }), rates: { makerBps: feeBps, takerBps: feeBps } },
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

export const name = (orderId: string) => ({ orderId, accountId: 'a', symbol: 'AAPL' });
let trades = 0;
/** The order trades with a maker of the house at 100. */
export const trade = (orderId: string, side: OrderRow['side'], qty: bigint, price = 100n): TradeReport => {
  trades += 1;
  return {
    ...{ kind: 'TRADE', tradeId: `t${trades}`, symbol: 'AAPL', price, qty, takerSide: side },
    ...{ taker: { orderId, accountId: 'a' }, maker: null },
  };
};
export const canceled = (orderId: string, reason = 'WHY'): Report => ({ kind: 'CANCELED', ...name(orderId), reason });

export const order = (id: string, more: Partial<OrderRow> = {}): OrderRow =>
  orderRow({ id, clientOrderId: id, rootOrderId: id, qty: 100n, feeBps: 0, status: 'NEW', place: 1n, ...more });
export const buy = (id: string, more: Partial<OrderRow> = {}): OrderRow => order(id, { reserve: 10_000n, ...more });
export const sell = (id: string, more: Partial<OrderRow> = {}): OrderRow =>
  order(id, { side: 'SELL', reserveAsset: 'AAPL', limitPrice: 110n, worstPrice: 110n, ...more });
/** A replacement by order `next`. */
export const toNext = (qtyChange: string, limitPrice: string) => ({
  ...{ newOrderId: 'next', clientOrderId: 'next', qtyChange, limitPrice, stopPrice: null, worstPrice: limitPrice },
});
/** Orders of one list. */
export const inList = { listId: 'list' };
export const profit = (more: Partial<OrderRow> = {}) => sell('profit', { ...inList, leg: 'TAKE_PROFIT', ...more });
export const loss = (more: Partial<OrderRow> = {}) =>
  sell('loss', { ...inList, leg: 'STOP_LOSS', type: 'STOP', limitPrice: null, stopPrice: 90n, ...more });
export const cash = (posted: bigint, held = 10_000n) => [balance('a', 'USD', posted, held)];

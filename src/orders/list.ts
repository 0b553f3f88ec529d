import { tenTo } from '../kernel/decimal.ts';
import type { Books } from '../lane/books.ts';
import type { OrderRow } from '../lane/rows.ts';
import type { Instrument } from '../market/instrument.ts';
import { trailedStop } from '../venues/trail.ts';
import { countClosed } from './decide-place.ts';
import { confirmCancel, isFinal } from './order.ts';
import { type FeeRates, reserveOf } from './risk.ts';
import { trailOf } from './terms.ts';
import { orderEvent } from './view.ts';

/**
 * Orders that belong together. OCO: two exits, of which one fills. OTO: an entry and an order that waits for it.
 * BRACKET: an entry and an OCO pair that waits for it. Waiting orders are HELD, reserve nothing and no venue knows them.
 * A pair reserves once: its first leg keeps back the larger of the two needs, the other nothing.
 */

export type ListType = 'OCO' | 'OTO' | 'BRACKET';

export const legsOf = {
  OCO: ['FIRST', 'SECOND'],
  OTO: ['ENTRY', 'FIRST'],
  BRACKET: ['ENTRY', 'TAKE_PROFIT', 'STOP_LOSS'],
} as const satisfies Record<ListType, readonly OrderRow['leg'][]>;

const carries = ({ leg }: OrderRow): boolean => leg === 'FIRST' || leg === 'TAKE_PROFIT';

/** The other side of an OCO pair, while it is open. */
const siblingOf = (books: Books, order: OrderRow): OrderRow | undefined =>
  order.listId === null || order.leg === 'ENTRY'
    ? undefined
    : books
        .ordersOf(order.listId)
        .find(({ id, leg, status }) => id !== order.id && leg !== 'ENTRY' && !isFinal(status));

/** What the order keeps back, its place in a pair considered. */
const sharedReserve = (books: Books, order: OrderRow, instrument: Instrument, rates: FeeRates): bigint => {
  const own = reserveOf(order, instrument, rates);
  const sibling = siblingOf(books, order);
  if (sibling === undefined || own === 0n) return own;
  if (!carries(order)) return 0n;
  const other = reserveOf(sibling, instrument, rates);
  return other > own ? other : own;
};

/** Brings an order's reserve, and its account's hold with it, to what it needs now. */
export const settleReserve = (books: Books, order: OrderRow, instrument: Instrument, rates: FeeRates): void => {
  const needed = sharedReserve(books, order, instrument, rates);
  if (needed === order.reserve) return;
  books.hold(order.accountId, order.reserveAsset, needed - order.reserve);
  order.reserve = needed;
  books.touch(order);
};

const close = (books: Books, order: OrderRow, reason: string, at: Date): void => {
  confirmCancel(order, reason, at);
  books.touch(order);
  countClosed(books, order);
  books.emit(order.accountId, 'ORDER_CANCELED', orderEvent(order), at);
};

/**
 * One exit of a pair has traded, so the other is over now, in the same transaction: were it left to the venue's next report, a
 * crash in between would bring it back beside the one that filled.
 */
export const shutOut = (books: Books, order: OrderRow, instrument: Instrument, rates: FeeRates, at: Date): void => {
  const sibling = siblingOf(books, order);
  if (sibling === undefined) return;
  close(books, sibling, 'GROUP_SETTLED', at);
  settleReserve(books, sibling, instrument, rates);
};

/** A waiting order becomes an order for what its entry filled. */
const release = (books: Books, order: OrderRow, entry: OrderRow, instrument: Instrument, at: Date): void => {
  order.qty = entry.filledQty;
  order.status = 'PENDING_NEW';
  order.updatedAt = at;
  const trail = trailOf(order);
  if (trail !== null) {
    // It trails from where the entry was filled: the average price, to the tick.
    const { quoteScale, priceScale, baseScale } = instrument;
    const average = entry.filledValue / (entry.filledQty * tenTo(quoteScale - priceScale - baseScale));
    order.trailPeak = average - (average % instrument.tickSize);
    order.stopPrice = trailedStop(order.side, trail, order.trailPeak, instrument.tickSize);
  }
  books.touch(order);
  books.release(order);
  books.emit(order.accountId, 'ORDER_RELEASED', orderEvent(order), at);
};

/**
 * What the close of one order means for the others of its list: a closed entry releases its legs for what it filled, or ends
 * them; a closed leg leaves its sibling to reserve for itself, or ends it when no venue has it.
 */
export const followList = (books: Books, order: OrderRow, instrument: Instrument, rates: FeeRates, at: Date): void => {
  if (order.listId === null || !isFinal(order.status) || order.status === 'REPLACED') return;
  const sibling = siblingOf(books, order);
  if (sibling?.status === 'HELD') close(books, sibling, 'SIBLING_CLOSED', at);
  else if (sibling !== undefined) settleReserve(books, sibling, instrument, rates);
  if (order.leg !== 'ENTRY') return;
  const legs = books.ordersOf(order.listId).filter(({ status }) => status === 'HELD');
  if (order.filledQty === 0n) {
    for (const leg of legs) close(books, leg, 'ENTRY_CLOSED', at);
    return;
  }
  for (const leg of legs) release(books, leg, order, instrument, at);
  for (const leg of legs) settleReserve(books, leg, instrument, rates);
};

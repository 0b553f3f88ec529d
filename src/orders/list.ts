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
export const siblingOf = (books: Books, order: OrderRow): OrderRow | undefined =>
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

/** What the entry of a list has filled, all the orders that replaced one another in its place together. */
const filledBy = (books: Books, listId: string): Pick<OrderRow, 'filledQty' | 'filledValue'> =>
  books
    .ordersOf(listId)
    .filter(({ leg }) => leg === 'ENTRY')
    .reduce(
      (sum, { filledQty, filledValue }) => ({
        filledQty: sum.filledQty + filledQty,
        filledValue: sum.filledValue + filledValue,
      }),
      { filledQty: 0n, filledValue: 0n },
    );

/** Whether what the legs would reserve as orders for that quantity, once for all of them, is still there. */
const isCovered = (
  books: Books,
  legs: readonly OrderRow[],
  qty: bigint,
  instrument: Instrument,
  rates: FeeRates,
): boolean => {
  const [first] = legs;
  if (first === undefined) return true;
  const { posted, held } = books.balance(first.accountId, first.reserveAsset);
  const open = (leg: OrderRow): OrderRow => ({ ...leg, qty, status: 'PENDING_NEW' });
  return legs.every((leg) => reserveOf(open(leg), instrument, rates) <= posted - held);
};

/** A waiting order becomes an order for what the entry filled; in a halted instrument it waits on, for the resumption. */
const release = (
  books: Books,
  order: OrderRow,
  entry: Pick<OrderRow, 'filledQty' | 'filledValue'>,
  instrument: Instrument,
  at: Date,
): void => {
  const isHalted = instrument.status === 'HALTED';
  order.qty = entry.filledQty;
  order.status = isHalted ? 'ACCEPTED' : 'PENDING_NEW';
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
  if (!isHalted) books.release(order);
  books.emit(order.accountId, 'ORDER_RELEASED', orderEvent(order), at);
};

/**
 * What the close of one order means for the others of its list: a closed entry releases its legs for what it filled, or ends
 * them when that is nothing, or when what they would keep back was spent meanwhile; a closed leg leaves its sibling to reserve
 * for itself, or ends it when no venue has it.
 */
export const followList = (books: Books, order: OrderRow, instrument: Instrument, rates: FeeRates, at: Date): void => {
  if (order.listId === null || !isFinal(order.status) || order.status === 'REPLACED') return;
  const sibling = siblingOf(books, order);
  if (sibling?.status === 'HELD') close(books, sibling, 'SIBLING_CLOSED', at);
  else if (sibling !== undefined) settleReserve(books, sibling, instrument, rates);
  if (order.leg !== 'ENTRY') return;
  const legs = books.ordersOf(order.listId).filter(({ status }) => status === 'HELD');
  const filled = filledBy(books, order.listId);
  const isEmpty = filled.filledQty === 0n;
  if (isEmpty || !isCovered(books, legs, filled.filledQty, instrument, rates)) {
    for (const leg of legs) close(books, leg, isEmpty ? 'ENTRY_CLOSED' : 'INSUFFICIENT_FUNDS', at);
    return;
  }
  for (const leg of legs) release(books, leg, filled, instrument, at);
  for (const leg of legs) settleReserve(books, leg, instrument, rates);
};

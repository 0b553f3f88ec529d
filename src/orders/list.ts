import { tenTo } from '../kernel/decimal.ts';
import type { Books, Line } from '../lane/books.ts';
import type { OrderRow } from '../lane/rows.ts';
import { type MarketHours, sessionOf } from '../market/calendar.ts';
import { collarPrice, type Instrument } from '../market/instrument.ts';
import { trailedStop } from '../venues/trail.ts';
import { entryOf, isExit, shareOf } from './exits.ts';
import { confirmCancel, isFinal, isHere } from './order.ts';
import { isClosed } from './place/check-session.ts';
import { countClosed } from './place/decide-place.ts';
import { type FeeRates, larger, reserveOf } from './risk.ts';
import { trailOf } from './terms.ts';
import { orderEvent } from './view.ts';

/**
 * Orders that belong together. OCO: two exits, of which one fills. OTO: an entry and an order that waits for it.
 * BRACKET: an entry and an OCO pair that waits for it. Waiting orders are HELD and no venue knows them; they keep back what
 * they will need for what the entry has filled so far, so that nobody can spend it before they begin.
 * A pair reserves once: its first leg keeps back the larger of the two needs, the other nothing.
 */

export type ListType = 'OCO' | 'OTO' | 'BRACKET';

export const legsOf = {
  OCO: ['FIRST', 'SECOND'],
  OTO: ['ENTRY', 'FIRST'],
  BRACKET: ['ENTRY', 'TAKE_PROFIT', 'STOP_LOSS'],
} as const satisfies Record<ListType, readonly OrderRow['leg'][]>;

/** What a decision about an order, and about those that belong to it, must know. */
export interface OrderRules {
  instrumentOf(symbol: string): Instrument;
  rates: FeeRates;
  hours(): MarketHours;
}

/** Why an exit is closed that no venue has when the other of its pair ends. */
export const SIBLING_CLOSED = 'SIBLING_CLOSED';

/** Why an exit is closed of which the entry has filled nothing, or nothing any more, that it could still protect. */
export const ENTRY_CLOSED = 'ENTRY_CLOSED';

/** Why an exit is closed when the other of its pair has traded, or has ended at their venue. */
export const GROUP_SETTLED = 'GROUP_SETTLED';

const carries = ({ leg }: OrderRow): boolean => leg === 'FIRST' || leg === 'TAKE_PROFIT';

/** The other side of an OCO pair, while it is open. */
export const siblingOf = (books: Books, order: OrderRow): OrderRow | undefined =>
  order.listId === null || order.leg === 'ENTRY'
    ? undefined
    : books.ordersOf(order.listId).find(({ leg, status }) => leg !== order.leg && leg !== 'ENTRY' && !isFinal(status));

/** Whether the other side of an OCO pair has ended, other than for its replacement, or because this one has traded and goes on. */
export const isPairOver = (books: Books, order: OrderRow): boolean =>
  order.listId !== null &&
  order.leg !== 'ENTRY' &&
  books
    .ordersOf(order.listId)
    .filter(({ leg, status }) => leg !== order.leg && leg !== 'ENTRY' && isFinal(status))
    .some(({ status, reason }) => status !== 'REPLACED' && reason !== GROUP_SETTLED);

/** The orders that wait for this entry. */
export const waitingFor = (books: Books, { listId, leg }: OrderRow): OrderRow[] =>
  listId === null || leg !== 'ENTRY' ? [] : books.ordersOf(listId).filter(({ status }) => status === 'HELD');

/**
 * What an order needs by itself; one that waits for its entry, what it will need for what that has filled so far. An exit needs
 * nothing for what its entry has not filled, or not any more: its venue is being asked to work it for less.
 */
const ownNeed = (books: Books, order: OrderRow, { instrumentOf, rates }: OrderRules): bigint => {
  const { status, listId, symbol } = order;
  const isWaiting = status === 'HELD' && listId !== null;
  const as = isWaiting ? { ...order, qty: entryOf(books, listId).filledQty, status: 'PENDING_NEW' as const } : order;
  return reserveOf(as, instrumentOf(symbol), rates, shareOf(books, as));
};

/** What an order and the other side of its pair need together: the larger of the two needs. */
export const pairNeed = (books: Books, order: OrderRow, rules: OrderRules): bigint => {
  const sibling = siblingOf(books, order);
  const own = ownNeed(books, order, rules);
  return sibling === undefined ? own : larger(own, ownNeed(books, sibling, rules));
};

/** What the order keeps back, its place in a pair considered. */
export const sharedReserve = (books: Books, order: OrderRow, rules: OrderRules): bigint => {
  if (isFinal(order.status)) return 0n;
  const isCarried = siblingOf(books, order) !== undefined && !carries(order);
  return isCarried ? 0n : pairNeed(books, order, rules);
};

/**
 * What an exit holds when it needs more than it did: no more than the account still has. It may work for more again because its
 * own fill was taken back, or because its venue would not make it smaller, and nobody is asked whether it may.
 */
const within = (books: Books, { accountId, reserveAsset, reserve }: OrderRow, needed: bigint): bigint => {
  const { posted, held } = books.balance(accountId, reserveAsset);
  const most = larger(reserve + posted - held, reserve);
  return needed < most ? needed : most;
};

const settleOne = (books: Books, order: OrderRow, needed: bigint): void => {
  const reserve = needed > order.reserve && isExit(order) ? within(books, order, needed) : needed;
  if (reserve === order.reserve) return;
  books.hold(order.accountId, order.reserveAsset, reserve - order.reserve);
  order.reserve = reserve;
  books.touch(order);
};

/** Brings the reserves of orders, and the account's hold with them, to what they need now; what one lets go of, another may take. */
export const settleReserves = (books: Books, orders: readonly OrderRow[], rules: OrderRules): void => {
  const all = orders.map((order) => ({ order, needed: sharedReserve(books, order, rules) }));
  for (const { order, needed } of all) if (needed < order.reserve) settleOne(books, order, needed);
  for (const { order, needed } of all) settleOne(books, order, needed);
};

/** The same of an order and the other side of its pair. */
export const settleReserve = (books: Books, order: OrderRow, rules: OrderRules): void => {
  const sibling = siblingOf(books, order);
  if (sibling === undefined) settleOne(books, order, sharedReserve(books, order, rules));
  else settleReserves(books, [order, sibling], rules);
};

/**
 * Lets go of what an open exit and the other of its pair hold, because it has traded: that may be less than what it executed, where
 * its venue was still being asked to work it for less. What they need after the trade is settled with it.
 */
export const letGo = (books: Books, order: OrderRow): void => {
  for (const each of [order, siblingOf(books, order)]) {
    if (each === undefined || each.reserve === 0n) continue;
    books.hold(each.accountId, each.reserveAsset, -each.reserve);
    each.reserve = 0n;
    books.touch(each);
  }
};

/** What an order and those that wait for it need beside what they keep back; negative is what they would let go of. */
export const reserveChanges = (books: Books, order: OrderRow, rules: OrderRules): Line[] =>
  [order, ...waitingFor(books, order)].map((each) => ({
    ...{ accountId: each.accountId, asset: each.reserveAsset },
    amount: sharedReserve(books, each, rules) - each.reserve,
  }));

const close = (books: Books, order: OrderRow, reason: string, at: Date): void => {
  confirmCancel(order, reason, at);
  settleOne(books, order, 0n);
  books.touch(order);
  countClosed(books, order);
  books.emit(order.accountId, 'ORDER_CANCELED', orderEvent(order), at);
};

/** The account lacks what the order would keep back when it should begin. */
export const closeUnfunded = (books: Books, order: OrderRow, at: Date): void =>
  close(books, order, 'INSUFFICIENT_FUNDS', at);

/**
 * One exit of a pair has traded, so the other is over now, in the same transaction: were it left to the venue's next report, a
 * crash in between would bring it back beside the one that filled.
 */
export const shutOut = (books: Books, order: OrderRow, at: Date): void => {
  const sibling = siblingOf(books, order);
  if (sibling !== undefined) close(books, sibling, GROUP_SETTLED, at);
};

/** Whether the account has what the legs need beside what they keep back already. */
export const isCovered = (books: Books, legs: readonly OrderRow[], rules: OrderRules): boolean => {
  const [first] = legs;
  if (first === undefined) return true;
  const { posted, held } = books.balance(first.accountId, first.reserveAsset);
  const more = legs.reduce((sum, leg) => sum + sharedReserve(books, leg, rules) - leg.reserve, 0n);
  return more <= posted - held;
};

/** A trailing stop begins where the entry was filled, at the average price to the tick; its collar hangs on the stop price. */
export const trailFrom = (
  order: OrderRow,
  entry: Pick<OrderRow, 'filledQty' | 'filledValue'>,
  instrument: Instrument,
): void => {
  const trail = trailOf(order);
  if (trail === null) return;
  const { quoteScale, priceScale, baseScale, tickSize } = instrument;
  const average = entry.filledValue / (entry.filledQty * tenTo(quoteScale - priceScale - baseScale));
  order.trailPeak = average - (average % tickSize);
  order.stopPrice = trailedStop(order.side, trail, order.trailPeak, tickSize);
  const collar = collarPrice(instrument, order.side, { bid: order.stopPrice, ask: order.stopPrice });
  order.worstPrice = collar ?? order.worstPrice;
};

/** A waiting order becomes an order for what the entry filled. Where nothing trades now, it waits on for the market. */
export const release = (books: Books, order: OrderRow, qty: bigint, rules: OrderRules, at: Date): void => {
  const instrument = rules.instrumentOf(order.symbol);
  const isStill = instrument.status === 'HALTED' || isClosed(sessionOf(instrument.kind, rules.hours(), at));
  order.qty = qty;
  order.status = isStill ? 'ACCEPTED' : 'PENDING_NEW';
  order.updatedAt = at;
  books.touch(order);
  if (!isStill) books.release(order);
  books.emit(order.accountId, 'ORDER_RELEASED', orderEvent(order), at);
};

/** What the entry has filled, or can still become, is another quantity now: its exits, that no venue has, are for that. */
export const resize = (books: Books, leg: OrderRow, qty: bigint, at: Date): void => {
  if (leg.qty === qty) return;
  leg.qty = qty;
  leg.updatedAt = at;
  books.touch(leg);
  books.emit(leg.accountId, 'ORDER_RESIZED', orderEvent(leg), at);
};

/**
 * What happened to an entry, for the orders that wait for it. What it fills is set aside for them at once, and when it is
 * closed they become orders for that. They end when it filled nothing, or when the account lacks what they would keep back:
 * a buy can cost more than the sale before it brought in.
 */
const followEntry = (books: Books, order: OrderRow, rules: OrderRules, at: Date): void => {
  const legs = waitingFor(books, order);
  if (order.listId === null || legs.length === 0) return;
  const entry = entryOf(books, order.listId);
  const isOver = entry.leavesQty === 0n;
  // Before it is asked what they need.
  if (isOver && entry.filledQty > 0n) for (const leg of legs) trailFrom(leg, entry, rules.instrumentOf(leg.symbol));
  if (isOver && entry.filledQty === 0n) {
    for (const leg of legs) close(books, leg, ENTRY_CLOSED, at);
  } else if (!isCovered(books, legs, rules)) {
    for (const leg of legs) closeUnfunded(books, leg, at);
  } else {
    for (const leg of legs) {
      if (isOver) release(books, leg, entry.filledQty, rules, at);
      else resize(books, leg, entry.filledQty + entry.leavesQty, at);
    }
    for (const leg of legs) settleReserve(books, leg, rules);
  }
};

/** What a change of one order means for the others of its list. An exit that ends where no venue has the other, ends it too. */
export const followList = (books: Books, order: OrderRow, rules: OrderRules, at: Date): void => {
  const sibling = siblingOf(books, order);
  const isOver = isFinal(order.status) && order.status !== 'REPLACED';
  if (order.leg === 'ENTRY') followEntry(books, order, rules, at);
  else if (isOver && sibling !== undefined && isHere(sibling.status)) {
    close(books, sibling, order.reason === ENTRY_CLOSED ? ENTRY_CLOSED : SIBLING_CLOSED, at);
  }
};

import { type Failure, failure } from '../errors.ts';
import type { Answer } from '../idempotency/once.ts';
import type { Books } from '../lane/books.ts';
import type { OrderRow } from '../lane/rows.ts';
import type { Instrument } from '../market/instrument.ts';
import { countClosed } from './decide-place.ts';
import { followList } from './list.ts';
import { askCancel, confirmCancel, isFinal, isHere } from './order.ts';
import type { FeeRates } from './risk.ts';
import { orderEvent } from './view.ts';

/** Closes an order that no venue has; what it held back is free at once. */
const cancelHere = (books: Books, order: OrderRow, reason: string | null, at: Date): void => {
  confirmCancel(order, reason, at);
  books.hold(order.accountId, order.reserveAsset, -order.reserve);
  order.reserve = 0n;
  books.touch(order);
  countClosed(books, order);
  books.emit(order.accountId, `ORDER_${order.status}`, orderEvent(order), at);
};

export interface CancelRules {
  instrumentOf(symbol: string): Instrument;
  rates: FeeRates;
}

/**
 * Marks an open order PENDING_CANCEL; the venue decides. One that no venue has is closed at once. Asking again while it is
 * pending changes nothing. The reason is kept with the order unless its customer asked, who knows it.
 */
export const cancelOpen = (
  books: Books,
  order: OrderRow,
  reason: string | null,
  at: Date,
  { instrumentOf, rates }: CancelRules,
): Failure | undefined => {
  if (isFinal(order.status)) return failure('TOO_LATE_TO_CANCEL', `The order is already ${order.status}.`);
  if (order.status === 'PENDING_CANCEL') return undefined;
  if (order.status === 'PENDING_REPLACE') {
    return failure('CHANGE_PENDING', 'A replacement of the order is not answered yet.');
  }
  if (isHere(order.status)) {
    cancelHere(books, order, reason, at);
    followList(books, order, instrumentOf(order.symbol), rates, at);
    return undefined;
  }
  askCancel(order, reason, at);
  books.touch(order);
  books.emit(order.accountId, 'ORDER_PENDING_CANCEL', orderEvent(order), at);
  return undefined;
};

export interface CancelFacts extends CancelRules {
  userId: string;
  accountId: string;
  orderId: string | null;
  clientOrderId: string | null;
}

/** A customer's own wish to cancel one order. */
export const decideCancel = (books: Books, at: Date, facts: CancelFacts): Answer<OrderRow> => {
  const order =
    facts.orderId !== null ? books.order(facts.orderId) : books.orderOf(facts.accountId, facts.clientOrderId ?? '');
  const owner = books.account(facts.accountId)?.userId;
  if (order === undefined || order.accountId !== facts.accountId || owner !== facts.userId) {
    const field = facts.orderId === null ? 'clientOrderId' : 'id';
    return { ok: false, failures: [failure('NOT_FOUND', 'The order does not exist.', field)] };
  }
  const problem = cancelOpen(books, order, null, at, facts);
  return problem === undefined ? { ok: true, value: { ...order } } : { ok: false, failures: [problem] };
};

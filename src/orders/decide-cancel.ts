import { type Failure, failure } from '../errors.ts';
import type { Answer } from '../idempotency/once.ts';
import type { Books } from '../lane/books.ts';
import type { OrderRow } from '../lane/rows.ts';
import { countClosed } from './decide-place.ts';
import { followList, type OrderRules, settleReserve } from './list.ts';
import { askCancel, confirmCancel, isFinal, isHere } from './order.ts';
import { orderEvent } from './view.ts';

/** Closes an order that no venue has; what it held back is free at once. */
const cancelHere = (books: Books, order: OrderRow, reason: string | null, rules: OrderRules, at: Date): void => {
  confirmCancel(order, reason, at);
  settleReserve(books, order, rules);
  books.touch(order);
  countClosed(books, order);
  books.emit(order.accountId, `ORDER_${order.status}`, orderEvent(order), at);
  followList(books, order, rules, at);
};

/**
 * Marks an open order PENDING_CANCEL; the venue decides. One that no venue has is closed at once. Asking again while it is
 * pending changes nothing. The reason is kept with the order unless its customer asked, who knows it.
 */
export const cancelOpen = (
  books: Books,
  order: OrderRow,
  reason: string | null,
  at: Date,
  rules: OrderRules,
): Failure | undefined => {
  if (isFinal(order.status)) return failure('TOO_LATE_TO_CANCEL', `The order is already ${order.status}.`);
  if (order.status === 'PENDING_CANCEL') return undefined;
  if (order.status === 'PENDING_REPLACE') {
    return failure('CHANGE_PENDING', 'A replacement of the order is not answered yet.');
  }
  if (isHere(order.status)) {
    cancelHere(books, order, reason, rules, at);
    return undefined;
  }
  askCancel(order, reason, at);
  books.touch(order);
  books.emit(order.accountId, 'ORDER_PENDING_CANCEL', orderEvent(order), at);
  return undefined;
};

export interface CancelFacts extends OrderRules {
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

import { type Failure, failure, isFailure } from '../../errors.ts';
import type { Answer } from '../../idempotency/once.ts';
import { ok, refused } from '../../kernel/result.ts';
import type { Books } from '../../lane/books.ts';
import type { OrderRow, Replacement } from '../../lane/rows.ts';
import { followList, type OrderRules, settleReserve } from '../list.ts';
import { askCancel, confirmCancel, isFinal, isHere } from '../order.ts';
import { type OwnOrder, ownOrder } from '../own-order.ts';
import { countClosed } from '../place/decide-place.ts';
import { orderEvent } from '../view.ts';

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

/**
 * A cancel of everything does not end at a change that is pending: it waits behind it with the order, and is asked of
 * whatever is open once the venue has answered.
 */
export const cancelWhatever = (
  books: Books,
  order: OrderRow,
  reason: string | null,
  at: Date,
  rules: OrderRules,
): void => {
  const { replacement } = order;
  if (order.status !== 'PENDING_REPLACE' || replacement === null) {
    cancelOpen(books, order, reason, at, rules);
    return;
  }
  if (replacement.thenCancel !== undefined) return;
  order.replacement = { ...replacement, thenCancel: { reason } };
  order.updatedAt = at;
  books.touch(order);
  books.emit(order.accountId, 'ORDER_CANCEL_QUEUED', orderEvent(order), at);
};

/** The venue has answered the change that such a cancel waited behind, `before`: the cancel is asked now, in the same commit. */
export const cancelNext = (
  books: Books,
  order: OrderRow,
  before: Replacement | null,
  rules: OrderRules,
  at: Date,
): void => {
  if (before?.thenCancel === undefined || order.replacement !== null) return;
  const next = order.replacedById === null ? order : books.order(order.replacedById);
  if (next === undefined || isFinal(next.status)) return;
  cancelOpen(books, next, before.thenCancel.reason, at, rules);
  if (next.status === 'PENDING_CANCEL') books.release(next);
};

export interface CancelFacts extends OrderRules, OwnOrder {
  userId: string;
}

/** A customer's own wish to cancel one order. */
export const decideCancel = (books: Books, at: Date, facts: CancelFacts): Answer<OrderRow> => {
  const order = ownOrder(books, facts);
  if (isFailure(order)) return refused(order);
  const problem = cancelOpen(books, order, null, at, facts);
  return problem === undefined ? ok({ ...order }) : refused(problem);
};

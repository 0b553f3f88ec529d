import { failure } from '../errors.ts';
import type { Answer } from '../idempotency/once.ts';
import type { Books } from '../lane/books.ts';
import type { OrderRow } from '../lane/rows.ts';
import { askCancel, isFinal } from './order.ts';
import { orderEvent } from './view.ts';

export interface CancelFacts {
  userId: string;
  accountId: string;
  orderId: string | null;
  clientOrderId: string | null;
}

/** Marks an open order PENDING_CANCEL; the venue decides. Asking again while it is pending changes nothing. */
export const decideCancel = (books: Books, at: Date, facts: CancelFacts): Answer<OrderRow> => {
  const order =
    facts.orderId !== null ? books.order(facts.orderId) : books.orderOf(facts.accountId, facts.clientOrderId ?? '');
  const owner = books.account(facts.accountId)?.userId;
  if (order === undefined || order.accountId !== facts.accountId || owner !== facts.userId) {
    const field = facts.orderId === null ? 'clientOrderId' : 'id';
    return { ok: false, failures: [failure('NOT_FOUND', 'The order does not exist.', field)] };
  }
  if (isFinal(order.status)) {
    return { ok: false, failures: [failure('TOO_LATE_TO_CANCEL', `The order is already ${order.status}.`)] };
  }
  if (order.status !== 'PENDING_CANCEL') {
    askCancel(order, at);
    books.touch(order);
    books.emit(order.accountId, 'ORDER_PENDING_CANCEL', orderEvent(order), at);
  }
  return { ok: true, value: { ...order } };
};

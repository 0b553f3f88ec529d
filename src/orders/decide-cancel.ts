import { failure } from '../errors.ts';
import type { Answer } from '../idempotency/once.ts';
import type { Books } from '../lane/books.ts';
import type { OrderRow } from '../lane/rows.ts';
import type { Instrument } from '../market/instrument.ts';
import { countClosed } from './decide-place.ts';
import { followList } from './list.ts';
import { askCancel, confirmCancel, isFinal, isHere } from './order.ts';
import type { FeeRates } from './risk.ts';
import { orderEvent } from './view.ts';

export interface CancelFacts {
  instrumentOf(symbol: string): Instrument;
  rates: FeeRates;
  userId: string;
  accountId: string;
  orderId: string | null;
  clientOrderId: string | null;
}

/** Closes an order that no venue has; what it held back is free at once. */
export const cancelHere = (books: Books, order: OrderRow, reason: string | null, at: Date): void => {
  confirmCancel(order, reason, at);
  books.hold(order.accountId, order.reserveAsset, -order.reserve);
  order.reserve = 0n;
  books.touch(order);
  countClosed(books, order);
  books.emit(order.accountId, 'ORDER_CANCELED', orderEvent(order), at);
};

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
  if (order.status === 'PENDING_REPLACE') {
    const message = 'A replacement of the order is not answered yet.';
    return { ok: false, failures: [failure('CHANGE_PENDING', message)] };
  }
  if (isHere(order.status)) {
    cancelHere(books, order, null, at);
    followList(books, order, facts.instrumentOf(order.symbol), facts.rates, at);
  } else if (order.status !== 'PENDING_CANCEL') {
    askCancel(order, at);
    books.touch(order);
    books.emit(order.accountId, 'ORDER_PENDING_CANCEL', orderEvent(order), at);
  }
  return { ok: true, value: { ...order } };
};

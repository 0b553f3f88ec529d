import type { Ids } from '../../kernel/ids.ts';
import type { Books } from '../../lane/books.ts';
import type { OrderRow } from '../../lane/rows.ts';
import { cancelOpen } from '../change/decide-cancel.ts';
import { isPairOver, type OrderRules, SIBLING_CLOSED } from '../list.ts';
import { doneForDay, submitAgain, TIME_IS_OVER } from '../order.ts';
import { fitExits } from '../settle/decide-fit.ts';
import { orderEvent } from '../view.ts';

/**
 * The session of an order has ended and no venue has it any more: it waits for the next one, or its time is over, or that of the
 * other exit of its pair, which its venue would have ended it with. A DAY order's time is over with its session, also where that
 * ends before the time that the order was given: it was placed while there were no sessions.
 */
export const decideSessionEnd = (
  books: Books,
  order: OrderRow,
  at: Date,
  rules: OrderRules & { ids: Ids },
): boolean => {
  if (!doneForDay(order, at)) return false;
  if (order.timeInForce === 'DAY' || (order.expiresAt !== null && order.expiresAt <= at)) {
    cancelOpen(books, order, TIME_IS_OVER, at, rules);
    return true;
  }
  if (isPairOver(books, order)) {
    cancelOpen(books, order, SIBLING_CLOSED, at, rules);
    return true;
  }
  books.touch(order);
  books.emit(order.accountId, 'ORDER_DONE_FOR_DAY', orderEvent(order), at);
  // What its venue could not be asked for any more.
  fitExits(books, order, rules, at);
  return true;
};

/** The session of a waiting order has begun: it goes to the venue. */
export const decideSessionStart = (books: Books, order: OrderRow, at: Date): boolean => {
  if (order.expiresAt !== null && order.expiresAt <= at) return false;
  if (!submitAgain(order, at)) return false;
  books.touch(order);
  books.emit(order.accountId, 'ORDER_PENDING_NEW', orderEvent(order), at);
  return true;
};

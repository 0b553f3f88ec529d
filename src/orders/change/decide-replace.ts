import { isFailure } from '../../errors.ts';
import type { Answer } from '../../idempotency/once.ts';
import { ok, refused } from '../../kernel/result.ts';
import type { Books } from '../../lane/books.ts';
import type { OrderRow } from '../../lane/rows.ts';
import type { Report } from '../../venues/venue.ts';
import { followList, type OrderRules, settleReserve } from '../list.ts';
import { untouched } from '../new-row.ts';
import { askReplace, closeAtFilled, confirmReplace, isHere } from '../order.ts';
import { ownOrder } from '../own-order.ts';
import { countNotional } from '../place/check-limits.ts';
import { countClosed, countOpened } from '../place/decide-place.ts';
import { orderEvent } from '../view.ts';
import { checkAsked, checkTerms, type ReplaceFacts } from './check-replace.ts';
import { replacedBy, replacedNow, replacementOf } from './replaced-terms.ts';

/**
 * Asks for other terms of an open order: everything that is checked of a new order is checked of them. The hold grows at
 * once to what the worse of the two needs, so that whichever the venue answers is covered; it shrinks to the right one with
 * the answer.
 */
export const decideReplace = (books: Books, at: Date, facts: ReplaceFacts): Answer<OrderRow> => {
  const { accountId } = facts;
  const order = ownOrder(books, facts);
  const account = books.account(accountId);
  if (isFailure(order)) return refused(order);
  if (account === undefined) throw new Error('an order without its account');
  const problem = checkAsked(books, account, order, facts, at);
  if (problem !== undefined) return refused(problem);
  const replacement = replacementOf(order, facts);
  const terms = { order, after: replacedBy(order, replacement), replacement };
  const checked = checkTerms(books, account, terms, facts, at);
  if (isFailure(checked)) return refused(checked);
  countNotional(account, checked.added, at);
  const status = order.status;
  askReplace(order, replacement, at);
  if (isHere(status)) replaceHere(books, order, status, facts, at);
  else {
    settleReserve(books, order, facts);
    books.touch(order);
    books.emit(accountId, 'ORDER_PENDING_REPLACE', orderEvent(order), at);
  }
  return ok({ ...order });
};

const replaceHere = (books: Books, order: OrderRow, status: OrderRow['status'], rules: OrderRules, at: Date): void => {
  const leavesQty = order.qty - order.filledQty + BigInt(order.replacement?.qtyChange ?? 0);
  open(books, order, { leavesQty, status, place: null }, rules, at);
  settleReserve(books, order, rules);
  books.touch(order);
  countClosed(books, order);
  books.emit(order.accountId, 'ORDER_REPLACED', orderEvent(order), at);
  followList(books, order, rules, at);
};

/** Writes the new order and closes the old one for it. */
const open = (
  books: Books,
  order: OrderRow,
  { leavesQty, status, place }: Pick<OrderRow, 'status' | 'place'> & { leavesQty: bigint },
  rules: OrderRules,
  at: Date,
): void => {
  const { replacement } = order;
  if (replacement === null) throw new Error('the venue replaced an order that nobody asked to replace');
  const row: OrderRow = {
    ...replacedNow(order, replacement, rules.instrumentOf(order.symbol)),
    ...untouched(at),
    id: replacement.newOrderId,
    clientOrderId: replacement.clientOrderId,
    qty: leavesQty,
    status,
    // A stop that was reached, before it was asked or since, never waits for its price again.
    triggeredAt: order.triggeredAt,
    place,
    replacesId: order.id,
  };
  confirmReplace(order, row.id, at);
  books.addOrder(row);
  // What the old one lets go of is for the new one.
  settleReserve(books, order, rules);
  settleReserve(books, row, rules);
  countOpened(books, row);
  books.emit(row.accountId, 'ORDER_NEW', orderEvent(row), at);
};

/** The venue has replaced the order: the rest goes on under the new one, or there is no rest. */
export const applyReplaced = (
  books: Books,
  order: OrderRow,
  report: Extract<Report, { kind: 'REPLACED' }>,
  rules: OrderRules,
  at: Date,
): string | undefined => {
  if (order.status !== 'PENDING_REPLACE' || order.replacement?.newOrderId !== report.newOrderId) return undefined;
  if (report.leavesQty === 0n) {
    closeAtFilled(order, 'REPLACED_BY_NOTHING', at);
    return 'ORDER_FILLED';
  }
  const { leavesQty, place = order.place } = report;
  open(books, order, { leavesQty, status: 'NEW', place }, rules, at);
  return 'ORDER_REPLACED';
};

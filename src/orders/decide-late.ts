import type { Ids } from '../kernel/ids.ts';
import type { Books } from '../lane/books.ts';
import type { OrderRow } from '../lane/rows.ts';
import { countOpened } from './decide-place.ts';
import {
  closeUnfunded,
  isCovered,
  legsOf,
  type OrderRules,
  release,
  settleReserve,
  trailFrom,
  waitingFor,
} from './list.ts';
import { untouched } from './new-row.ts';
import { isFinal } from './order.ts';
import { orderEvent } from './view.ts';

/**
 * Fills of an entry that come after it was closed: its exits were released for less by then, or had ended because it seemed
 * to have filled nothing. The units get exits of their own. The others could only be made larger by their venue, where they may trade in
 * this moment; so it stays true that exits execute no more than their entry filled, and of each pair only one side.
 */

/** Whether the order is an entry that is closed and that nothing waits for any more. */
export const isLateEntry = (books: Books, order: OrderRow): boolean =>
  order.leg === 'ENTRY' && isFinal(order.status) && waitingFor(books, order).length === 0;

/** The exits of a list as they are by now, the newest of each chain of replacements. */
const exitsOf = (books: Books, listId: string): OrderRow[] => {
  const present = books.ordersOf(listId).filter(({ status }) => status !== 'REPLACED');
  return (['FIRST', 'TAKE_PROFIT', 'STOP_LOSS'] as const).flatMap(
    (leg) => present.find((one) => one.leg === leg) ?? [],
  );
};

/** Whether the exit is still meant: it works, it has done its work, or there was nothing to do. Else somebody has ended it. */
const isMeant = ({ status, reason, expiresAt }: OrderRow, at: Date): boolean => {
  if (expiresAt !== null && expiresAt <= at) return false;
  return !isFinal(status) || status === 'FILLED' || reason === 'ENTRY_CLOSED';
};

/** The cancel of one exit ends the other with it, so while it is asked for neither is meant any more. */
const areMeant = (models: readonly OrderRow[], at: Date): boolean =>
  models.some((model) => isMeant(model, at)) && models.every(({ status }) => status !== 'PENDING_CANCEL');

export const protectLateFill = (
  books: Books,
  entry: OrderRow,
  fill: Pick<OrderRow, 'filledQty' | 'filledValue'>,
  rules: OrderRules & { ids: Ids },
  at: Date,
): void => {
  const models = exitsOf(books, entry.listId ?? '');
  if (!areMeant(models, at)) return;
  const listId = models.length > 1 ? rules.ids.next() : null;
  if (listId !== null) books.addOrderList({ id: listId, accountId: entry.accountId, type: 'OCO', createdAt: at });
  const exits = models.map((model, index): OrderRow => {
    const id = rules.ids.next();
    const leg = listId === null ? null : (legsOf.OCO[index] ?? null);
    return { ...model, ...untouched(at), id, clientOrderId: id, rootOrderId: id, listId, leg, qty: fill.filledQty };
  });
  for (const exit of exits) {
    trailFrom(exit, fill, rules.instrumentOf(exit.symbol));
    books.addOrder(exit);
    countOpened(books, exit);
    books.emit(exit.accountId, 'ORDER_ACCEPTED', { ...orderEvent(exit), entryOrderId: entry.id }, at);
  }
  const covered = isCovered(books, exits, rules);
  for (const exit of exits) {
    if (covered) release(books, exit, fill, rules, at);
    else closeUnfunded(books, exit, rules, at);
  }
  for (const exit of exits) settleReserve(books, exit, rules);
};

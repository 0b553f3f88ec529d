import type { Ids } from '../../kernel/ids.ts';
import type { Books } from '../../lane/books.ts';
import type { OrderRow } from '../../lane/rows.ts';
import { entryOf, uncoveredOf } from '../exits.ts';
import {
  closeUnfunded,
  ENTRY_CLOSED,
  GROUP_SETTLED,
  isCovered,
  legsOf,
  type OrderRules,
  release,
  settleReserve,
  trailFrom,
  waitingFor,
} from '../list.ts';
import { untouched } from '../new-row.ts';
import { isFinal } from '../order.ts';
import { countOpened } from '../place/decide-place.ts';
import { orderEvent } from '../view.ts';

/**
 * Fills of an entry that come after it was closed: its exits were released for less by then, or had ended because it seemed
 * to have filled nothing. The units get exits of their own. The others could only be made larger by their venue, where they may trade in
 * this moment; so it stays true that exits execute no more than their entry filled, and of each pair only one side.
 *
 * While a cancel of the exits is not answered, nobody can say whether the units shall have any: they are counted on the entry's
 * row until the answer is there. The cancel ends what was filled late with the exits that it ends; refused, or too late because
 * one of them has traded, it ends nothing.
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

const isTimeOver = ({ expiresAt }: OrderRow, at: Date): boolean => expiresAt !== null && expiresAt <= at;

/** Whether the exit is still meant: it works, it has done its work, or there was nothing to do. */
const isMeant = (exit: OrderRow, at: Date): boolean =>
  !isTimeOver(exit, at) && (!isFinal(exit.status) || exit.status === 'FILLED' || exit.reason === ENTRY_CLOSED);

/** It trades, or is done: so it was no cancel that ended the other one. */
const hasTraded = (exit: OrderRow, at: Date): boolean =>
  isMeant(exit, at) && (exit.status === 'FILLED' || exit.filledQty > 0n);

/** Somebody, or its time, has ended the exit, and the venue ends the other one with it, which may be heard of later. */
const wasEnded = ({ status, reason }: OrderRow): boolean =>
  (status === 'CANCELED' || status === 'EXPIRED') && reason !== GROUP_SETTLED && reason !== ENTRY_CLOSED;

/** A cancel of it is not answered, or is asked as soon as a replacement is. */
const isBeingEnded = ({ status, replacement }: OrderRow): boolean =>
  status === 'PENDING_CANCEL' || replacement?.thenCancel !== undefined;

/** Whether the exits are still meant; undefined while only their venue can say. */
const areMeant = (exits: readonly OrderRow[], at: Date): boolean | undefined => {
  if (exits.some(isBeingEnded)) return undefined;
  if (exits.some((exit) => hasTraded(exit, at))) return true;
  if (exits.some(wasEnded)) return exits.every(({ status }) => isFinal(status)) ? false : undefined;
  return exits.some((exit) => isMeant(exit, at));
};

/** Exits of the same terms for these units, a pair again where they are one. */
const addExits = (
  books: Books,
  models: readonly OrderRow[],
  entry: OrderRow,
  filled: Pick<OrderRow, 'filledQty' | 'filledValue'>,
  qty: bigint,
  rules: OrderRules & { ids: Ids },
  at: Date,
): void => {
  const listId = models.length > 1 ? rules.ids.next() : null;
  if (listId !== null) books.addOrderList({ id: listId, accountId: entry.accountId, type: 'OCO', createdAt: at });
  const exits = models.map((model, index): OrderRow => {
    const id = rules.ids.next();
    const leg = listId === null ? null : (legsOf.OCO[index] ?? null);
    return {
      ...model,
      ...untouched(at),
      id,
      clientOrderId: id,
      rootOrderId: id,
      listId,
      entryListId: entry.listId,
      leg,
      qty,
    };
  });
  for (const exit of exits) {
    trailFrom(exit, filled, rules.instrumentOf(exit.symbol));
    books.addOrder(exit);
    countOpened(books, exit);
    books.emit(exit.accountId, 'ORDER_ACCEPTED', { ...orderEvent(exit), entryOrderId: entry.id }, at);
  }
  const covered = isCovered(books, exits, rules);
  for (const exit of exits) {
    if (covered) release(books, exit, qty, rules, at);
    else closeUnfunded(books, exit, at);
  }
  for (const exit of exits) settleReserve(books, exit, rules);
};

/** Gives what an entry of the order's list filled late its exits, as soon as it is known whether it shall have any. */
export const protectLateFills = (
  books: Books,
  { listId }: OrderRow,
  rules: OrderRules & { ids: Ids },
  at: Date,
): void => {
  if (listId === null) return;
  // Each of a chain of replacements may have filled some.
  for (const entry of books.ordersOf(listId).filter(({ unprotectedQty }) => unprotectedQty > 0n)) {
    const models = exitsOf(books, listId);
    const meant = areMeant(models, at);
    if (meant === undefined) return;
    const late = entry.unprotectedQty;
    entry.unprotectedQty = 0n;
    books.touch(entry);
    // Where trades of the entry were taken back, its other exits may work for some of it, or have executed it already.
    const uncovered = uncoveredOf(books, entry);
    const qty = late < uncovered ? late : uncovered;
    if (meant && qty > 0n) addExits(books, models, entry, entryOf(books, listId), qty, rules, at);
  }
};

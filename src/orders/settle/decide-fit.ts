import type { Ids } from '../../kernel/ids.ts';
import type { Books, Line } from '../../lane/books.ts';
import type { OrderRow } from '../../lane/rows.ts';
import { cancelOpen } from '../change/decide-cancel.ts';
import { replacementOf } from '../change/replaced-terms.ts';
import { ENTRY_CLOSED, entryOf, type OrderRules, resize, settleReserve, sharedReserve } from '../list.ts';
import { askReplace, EXECUTION_UNKNOWN, isChanging, isFinal, isHere, leavesQty } from '../order.ts';
import { orderEvent } from '../view.ts';

/**
 * Exits of which the entry was filled for less than they work for: a trade of it was busted, or was of fewer units in truth. What
 * no venue has becomes smaller at once. The venue is asked for the others, because they may be trading there: a replacement by a
 * smaller quantity, or a cancel where nothing is left to protect. What they have executed stays, and counts first.
 *
 * How much that is, is told by the rows alone. So it is looked at again with each report: a change that was pending comes first,
 * and what was executed in the meantime is seen.
 */

/** What an exit leaves beyond its share of what the entry has filled. */
interface Cut {
  exit: OrderRow;
  less: bigint;
}

/** What an exit leaves once its pending replacement is answered. */
const leavesThen = (exit: OrderRow): bigint => leavesQty(exit) + BigInt(exit.replacement?.qtyChange ?? 0);

/** Of all exits of the entry's list, and those that its late fills got, the older ones served first. */
const cutsOf = (books: Books, { listId, entryListId }: OrderRow): Cut[] => {
  const family = entryListId ?? listId;
  if (family === null) return [];
  const own = books.ordersOf(family);
  const entries = own.filter(({ leg }) => leg === 'ENTRY');
  if (entries.length === 0) return [];
  const exits = [...own.filter(({ leg }) => leg !== 'ENTRY'), ...books.lateExitsOf(family)];
  const open = exits.filter(({ status }) => !isFinal(status) && status !== 'HELD');
  if (open.length === 0) return [];
  const executed = exits.reduce((sum, { filledQty }) => sum + filledQty, 0n);
  const waiting = entries.reduce((sum, { unprotectedQty }) => sum + unprotectedQty, 0n);
  let rest = entryOf(books, family).filledQty - executed - waiting;
  return [...Map.groupBy(open, (exit) => exit.listId ?? exit.id).values()].flatMap((pair) => {
    const leaves = pair.reduce((most, exit) => (leavesThen(exit) > most ? leavesThen(exit) : most), 0n);
    const share = rest > leaves ? leaves : rest > 0n ? rest : 0n;
    rest -= share;
    return pair.map((exit) => ({ exit, less: leavesThen(exit) - share })).filter(({ less }) => less > 0n);
  });
};

/** What exits that no venue has would let go of. */
export const freedByFit = (books: Books, order: OrderRow, rules: OrderRules): Line[] => {
  const cuts = cutsOf(books, order).filter(({ exit }) => isHere(exit.status));
  for (const { exit, less } of cuts) exit.qty -= less;
  const lines = cuts.map(({ exit }) => ({
    ...{ accountId: exit.accountId, asset: exit.reserveAsset },
    amount: sharedReserve(books, exit, rules) - exit.reserve,
  }));
  for (const { exit, less } of cuts) exit.qty += less;
  return lines;
};

const askLess = (books: Books, exit: OrderRow, less: bigint, rules: OrderRules & { ids: Ids }, at: Date): void => {
  const instrument = rules.instrumentOf(exit.symbol);
  const none = { limitPrice: null, stopPrice: null, trail: null, clientOrderId: null };
  const changes = { ...none, qty: exit.qty - less };
  askReplace(exit, replacementOf(exit, { changes, newOrderId: rules.ids.next(), instrument }), at);
  settleReserve(books, exit, rules);
  books.touch(exit);
  books.release(exit);
  books.emit(exit.accountId, 'ORDER_PENDING_REPLACE', orderEvent(exit), at);
};

/** False when it cannot be done now, and nothing pending would bring it back here. */
const cut = (books: Books, { exit, less }: Cut, rules: OrderRules & { ids: Ids }, at: Date): boolean => {
  // With the one before, of its pair.
  if (isFinal(exit.status) || isChanging(exit.status)) return true;
  if (leavesQty(exit) === less) {
    cancelOpen(books, exit, ENTRY_CLOSED, at, rules);
    if (exit.status === 'PENDING_CANCEL') books.release(exit);
    return true;
  }
  if (isHere(exit.status)) {
    resize(books, exit, exit.qty - less, at);
    settleReserve(books, exit, rules);
    return true;
  }
  // A venue replaces nothing in a halt.
  if (exit.reason === EXECUTION_UNKNOWN || rules.instrumentOf(exit.symbol).status === 'HALTED') return false;
  askLess(books, exit, less, rules, at);
  return true;
};

/** Brings the exits of the order's list to what the entry has filled. False when its venue must be asked again later. */
export const fitExits = (books: Books, order: OrderRow, rules: OrderRules & { ids: Ids }, at: Date): boolean => {
  let done = true;
  for (const each of cutsOf(books, order)) done = cut(books, each, rules, at) && done;
  return done;
};

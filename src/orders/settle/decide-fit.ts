import type { Ids } from '../../kernel/ids.ts';
import type { Books, Line } from '../../lane/books.ts';
import type { OrderRow } from '../../lane/rows.ts';
import { cancelOpen } from '../change/decide-cancel.ts';
import { replacementOf } from '../change/replaced-terms.ts';
import { leavesThen, type Share, sharesOf } from '../exits.ts';
import { ENTRY_CLOSED, type OrderRules, resize, settleReserves, sharedReserve } from '../list.ts';
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

/** An exit, and what it leaves beyond its share of what the entry has filled. */
interface Cut {
  exit: OrderRow;
  less: bigint;
}

const cutsOf = (shares: readonly Share[]): Cut[] =>
  shares.map(({ exit, qty }) => ({ exit, less: leavesThen(exit) - qty })).filter(({ less }) => less > 0n);

/** What the open exits of the order's entry, beside itself, would let go of, because they need nothing for what it has not filled. */
export const freedByFit = (books: Books, order: OrderRow, rules: OrderRules): Line[] =>
  sharesOf(books, order)
    .filter(({ exit }) => exit.id !== order.id)
    .map(({ exit }) => ({
      ...{ accountId: exit.accountId, asset: exit.reserveAsset },
      amount: sharedReserve(books, exit, rules) - exit.reserve,
    }))
    .filter(({ amount }) => amount < 0n);

const askLess = (books: Books, exit: OrderRow, less: bigint, rules: OrderRules & { ids: Ids }, at: Date): void => {
  const instrument = rules.instrumentOf(exit.symbol);
  const none = { limitPrice: null, stopPrice: null, trail: null, clientOrderId: null };
  const changes = { ...none, qty: exit.qty - less };
  askReplace(exit, replacementOf(exit, { changes, newOrderId: rules.ids.next(), instrument }), at);
  books.touch(exit);
  books.release(exit);
  books.emit(exit.accountId, 'ORDER_PENDING_REPLACE', orderEvent(exit), at);
};

const cut = (books: Books, { exit, less }: Cut, rules: OrderRules & { ids: Ids }, at: Date): void => {
  // With the one before, of its pair; or a change of it is pending, which comes first.
  if (isFinal(exit.status) || isChanging(exit.status)) return;
  if (leavesQty(exit) === less) {
    cancelOpen(books, exit, ENTRY_CLOSED, at, rules);
    if (exit.status === 'PENDING_CANCEL') books.release(exit);
  } else if (isHere(exit.status)) resize(books, exit, exit.qty - less, at);
  // Reconciliation finds out whether the venue has it.
  else if (exit.reason !== EXECUTION_UNKNOWN) askLess(books, exit, less, rules, at);
};

/**
 * Brings what the exits of the order's entry hold to what it has filled. What grows by that, too: an older exit has ended, the entry has
 * filled more late, or an exit's own fill was taken back.
 */
export const holdExits = (books: Books, order: OrderRow, rules: OrderRules): void =>
  settleReserves(
    books,
    sharesOf(books, order).map(({ exit }) => exit),
    rules,
  );

/** Brings the exits of the order's entry, and what they hold, to what it has filled. */
export const fitExits = (books: Books, order: OrderRow, rules: OrderRules & { ids: Ids }, at: Date): void => {
  const shares = sharesOf(books, order);
  if (shares.length === 0) return;
  for (const each of cutsOf(shares)) cut(books, each, rules, at);
  // Anew: what ended works for nothing any more.
  holdExits(books, order, rules);
};

import type { Books } from '../lane/books.ts';
import type { OrderRow } from '../lane/rows.ts';
import { isFinal, leavesQty } from './order.ts';

/** What an entry has filled, and how much of it is left for each of its exits. */

/** An order that closes what another one opened, or one of two of which one fills. */
export const isExit = ({ leg, entryListId }: OrderRow): boolean =>
  entryListId !== null || (leg !== null && leg !== 'ENTRY');

/** What the entry of a list has filled and still leaves, all the orders that replaced one another in its place together. */
export const entryOf = (books: Books, listId: string) =>
  books
    .ordersOf(listId)
    .filter(({ leg }) => leg === 'ENTRY')
    .reduce(
      (sum, order) => ({
        filledQty: sum.filledQty + order.filledQty,
        filledValue: sum.filledValue + order.filledValue,
        leavesQty: sum.leavesQty + leavesQty(order),
      }),
      { filledQty: 0n, filledValue: 0n, leavesQty: 0n },
    );

/** An open exit, and how much it may still execute. */
export interface Share {
  exit: OrderRow;
  qty: bigint;
}

/** What an exit leaves once its pending replacement is answered. */
export const leavesThen = (exit: OrderRow): bigint => leavesQty(exit) + BigInt(exit.replacement?.qtyChange ?? 0);

const isOlder = ({ rootOrderId: one }: OrderRow, { rootOrderId: other }: OrderRow): number => {
  if (one === other) return 0;
  return one < other ? -1 : 1;
};

/** Most orders belong to no list, and are asked this with each report. */
const isAlone = ({ listId, entryListId }: OrderRow): boolean => listId === null && entryListId === null;

/** The open exits of an entry in their pairs, the older ones first, and what it has filled beside what exits have executed. */
const familyOf = (books: Books, { listId, entryListId }: OrderRow): { pairs: OrderRow[][]; left: bigint } => {
  const family = entryListId ?? listId;
  const own = family === null ? [] : books.ordersOf(family);
  const entries = own.filter(({ leg }) => leg === 'ENTRY');
  if (family === null || entries.length === 0) return { pairs: [], left: 0n };
  const exits = [...own.filter(({ leg }) => leg !== 'ENTRY'), ...books.lateExitsOf(family).toSorted(isOlder)];
  const open = exits.filter(({ status }) => !isFinal(status) && status !== 'HELD');
  const executed = exits.reduce((sum, { filledQty }) => sum + filledQty, 0n);
  const waiting = entries.reduce((sum, { unprotectedQty }) => sum + unprotectedQty, 0n);
  return {
    pairs: [...Map.groupBy(open, (exit) => exit.listId ?? exit.id).values()],
    left: entryOf(books, family).filledQty - executed - waiting,
  };
};

const pairLeaves = (pair: readonly OrderRow[]): bigint =>
  pair.reduce((most, exit) => (leavesThen(exit) > most ? leavesThen(exit) : most), 0n);

/**
 * How much each open exit of the order's entry may still execute, of all exits of its list and those that its late fills got, the
 * older ones served first: what the entry has filled, less what exits have executed. Nothing where the order has no entry, and
 * nothing of exits that wait for it.
 */
export const sharesOf = (books: Books, order: OrderRow): Share[] => {
  if (isAlone(order)) return [];
  const { pairs, left } = familyOf(books, order);
  let rest = left;
  return pairs.flatMap((pair) => {
    const leaves = pairLeaves(pair);
    const qty = rest > leaves ? leaves : rest > 0n ? rest : 0n;
    rest -= qty;
    return pair.map((exit) => ({ exit, qty }));
  });
};

/** How much of what the order's entry has filled no open exit works for. */
export const uncoveredOf = (books: Books, order: OrderRow): bigint => {
  const { pairs, left } = familyOf(books, order);
  return pairs.reduce((rest, pair) => rest - pairLeaves(pair), left);
};

/** The same of one exit, or of the order that is about to take its place; undefined where no entry bounds it. */
export const shareOf = (books: Books, order: OrderRow): bigint | undefined =>
  isExit(order) ? sharesOf(books, order).find(({ exit }) => exit.id === order.id)?.qty : undefined;

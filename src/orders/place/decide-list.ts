import { type Failure, failure } from '../../errors.ts';
import type { Answer } from '../../idempotency/once.ts';
import type { Books } from '../../lane/books.ts';
import type { OrderRow } from '../../lane/rows.ts';
import { type ListType, legsOf } from '../list.ts';
import { reserveOf } from '../risk.ts';
import { checkExits } from './check-list.ts';
import { acceptOrder, checkFunds, type PlaceFacts, prepareOrder, repeatedOrder } from './decide-place.ts';

export interface ListFacts {
  listId: string;
  type: ListType;
  orders: readonly PlaceFacts[];
}

export interface PlacedList {
  id: string;
  type: ListType;
  orders: OrderRow[];
}

/** A failure of one of the orders, with its place in front of the field; the account is that of the whole list. */
const at = (index: number, problem: Failure): Failure => {
  const { field = [] } = problem;
  return field[0] === 'accountId' ? problem : { ...problem, field: ['orders', String(index), ...field] };
};

/** What says of a list that it is that list. */
export type SentList = Pick<ListFacts, 'type'> & { orders: readonly Pick<PlaceFacts, 'order' | 'userId'>[] };

/** The list to which an order that is there already belongs, as it is by now, if it was placed with this very input. */
const earlierList = (books: Books, { listId }: OrderRow, { orders, type }: SentList): PlacedList | undefined => {
  if (listId === null) return undefined;
  const placed = books.ordersOf(listId).filter(({ replacesId }) => replacesId === null);
  const rows = legsOf[type].map((leg) => placed.find((row) => row.leg === leg));
  const isSame = rows.every((row, index) => row?.fingerprint === orders[index]?.order.fingerprint);
  const found = rows.filter((row) => row !== undefined);
  return isSame ? { id: listId, type, orders: found.map((row) => ({ ...row })) } : undefined;
};

/** What a repeat of the list, under the name of any of its orders, is answered with, if it is one. */
export const decideListRepeat = (books: Books, list: SentList): Answer<PlacedList> | undefined => {
  for (const { order, userId } of list.orders) {
    const earlier = repeatedOrder(books, order, userId);
    const value = earlier && earlierList(books, earlier, list);
    if (value !== undefined) return { ok: true, value };
  }
  return undefined;
};

interface PreparedList {
  rows: OrderRow[];
  values: bigint[];
  failures: Failure[];
}

const prepareAll = (books: Books, now: Date, list: ListFacts): PreparedList => {
  const { orders, type, listId } = list;
  const failures: Failure[] = [];
  const rows: OrderRow[] = [];
  const values: bigint[] = [];
  for (const [index, facts] of orders.entries()) {
    const prepared = prepareOrder(books, now, facts, {
      orders: rows.length,
      value: values.reduce((sum, value) => sum + value, 0n),
    });
    const { clientOrderId } = facts.order;
    if ('row' in prepared && clientOrderId !== null && rows.some((row) => row.clientOrderId === clientOrderId)) {
      failures.push(
        at(index, failure('DUPLICATE_CLIENT_ORDER_ID', 'Another order of the list has it.', 'clientOrderId')),
      );
    } else if ('row' in prepared) {
      rows.push({ ...prepared.row, listId, leg: legsOf[type][index] ?? null });
      values.push(prepared.value);
    } else if ('failures' in prepared) failures.push(...prepared.failures.map((problem) => at(index, problem)));
  }
  // What is wrong with the account is so for each of them, and said once.
  return { rows, values, failures: failures.filter(({ field }, index) => index === 0 || field?.[0] !== 'accountId') };
};

/** What the list keeps back now, order by order: an entry its own need, a pair of exits once the larger of their two. */
const reservesOf = (rows: readonly OrderRow[], { orders, type }: ListFacts): bigint[] => {
  const own = rows.map((row, index) => {
    const facts = orders[index];
    return facts === undefined ? 0n : reserveOf(row, facts.instrument, facts.rates);
  });
  const [first = 0n, second = 0n] = own;
  const carried = type === 'OCO' && second > first ? second : first;
  return own.map((_, index) => (index === 0 ? carried : 0n));
};

/** All orders of the list, or none; of one that is there already, under its orders' names, that list. What waits for an entry is HELD. */
export const decideList = (books: Books, now: Date, facts: ListFacts): Answer<PlacedList> => {
  const repeated = decideListRepeat(books, facts);
  if (repeated !== undefined) return repeated;
  const { rows, values, failures } = prepareAll(books, now, facts);
  if (failures.length > 0) return { ok: false, failures };
  const [first] = rows;
  const instrument = facts.orders[0]?.instrument;
  if (first === undefined || instrument === undefined) throw new Error('a list without orders');
  const given = facts.orders.map(({ order }) => order);
  const contradiction = facts.type === 'OCO' ? undefined : checkExits(rows, given, instrument);
  if (contradiction !== undefined) return { ok: false, failures: [contradiction] };
  const reserves = reservesOf(rows, facts);
  const problem = checkFunds(books, first, reserves[0] ?? 0n, instrument);
  if (problem !== undefined) return { ok: false, failures: [at(0, problem)] };
  books.addOrderList({ id: facts.listId, accountId: first.accountId, type: facts.type, createdAt: now });
  for (const [index, row] of rows.entries()) {
    if (index > 0 && facts.type !== 'OCO') row.status = 'HELD';
    acceptOrder(books, row, reserves[index] ?? 0n, values[index] ?? 0n, now);
  }
  return { ok: true, value: { id: facts.listId, type: facts.type, orders: rows.map((row) => ({ ...row })) } };
};

import { OrderSide, OrderStatus } from '../database/generated/enums.ts';
import { alongStretch, stretchOf } from '../database/keyset.ts';
import { firstOf, type Prepared, prepared, unseen } from '../database/prepared.ts';
import { boundOf } from '../kernel/date-time.ts';
import type { PageRequest } from '../kernel/page.ts';
import { orderColumns } from '../lane/statements.ts';
import { limits } from '../limits.ts';
import { isFinal } from './order.ts';

export interface OrderFilter {
  symbol?: string | null | undefined;
  side?: OrderSide | null | undefined;
  status?: readonly OrderStatus[] | null | undefined;
  open?: boolean | null | undefined;
  createdFrom?: Date | null | undefined;
  createdTo?: Date | null | undefined;
}

/** In the words of the indexes' own conditions, so that Postgres knows them again. */
export const openOnly = "status NOT IN ('FILLED', 'CANCELED', 'REPLACED', 'REJECTED', 'EXPIRED')";
const closedOnly = "status IN ('FILLED', 'CANCELED', 'REPLACED', 'REJECTED', 'EXPIRED')";

const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

/** Every statement's first values: whose orders, how many, where the page begins and how far it may go. */
const leading = (accountId: string, { createdFrom, createdTo }: OrderFilter, page: PageRequest): unknown[] => {
  const { begin, end } = stretchOf(page, { from: createdFrom, to: createdTo });
  return [accountId, page.limit + 1, end, begin.createdAt, begin.id ?? BEFORE_ALL];
};

const ofAccount = `account_id = ${unseen('$1', 'uuid')}`;

const stretch = (page: PageRequest): string => alongStretch(page, 'id', unseen('$5', 'uuid'));

const inOrder = ({ backward }: PageRequest): string =>
  backward ? 'ORDER BY created_at, id' : 'ORDER BY created_at DESC, id DESC';

const upTo = { count: '$2', atMost: limits.page.max + 1 };

interface Wanted {
  sides: readonly OrderSide[];
  statuses: readonly OrderStatus[];
  /** Null is every instrument. */
  symbol: string | null;
}

const sides = unseen('$6', '"OrderSide"[]');

/** They are few: an account has a bound of open orders. Read whole, whatever Postgres thinks how many there are. */
const openPart = (page: PageRequest, states: string, symbol: string | undefined): string =>
  `SELECT id, created_at
   FROM (SELECT id, created_at FROM orders
         WHERE ${ofAccount} AND ${openOnly} AND status = ANY(${states}) AND side = ANY(${sides})
           ${symbol === undefined ? '' : `AND symbol = ${symbol}`} OFFSET 0) o
   WHERE ${stretch(page)}`;

/** One look-up for each instrument, side and status. */
const closedPart = (page: PageRequest, states: string, symbol: string | undefined): string => {
  // Said although they are all the same: where row security is on, Postgres does not conclude that from `side = …`.
  const alongIndex = page.backward
    ? 'ORDER BY side DESC, status DESC, created_at, id'
    : 'ORDER BY side, status, created_at DESC, id DESC';
  const one = `SELECT id, created_at FROM orders
    WHERE ${ofAccount} AND ${closedOnly} AND symbol = each_symbol AND side = each_side AND status = each_status
      AND ${stretch(page)} ${alongIndex}`;
  return `SELECT o.id, o.created_at
    FROM (SELECT ${symbol === undefined ? 'symbol FROM instruments' : symbol}) AS s(each_symbol)
      CROSS JOIN unnest(${sides}) AS d(each_side) CROSS JOIN unnest(${states}) AS t(each_status)
      CROSS JOIN LATERAL (${firstOf(one, upTo)}) o`;
};

/** The ids of a page, put together from the open and from the closed orders that are meant; undefined when nothing can be. */
const search = (
  accountId: string,
  filter: OrderFilter,
  page: PageRequest,
  { statuses, symbol, ...wanted }: Wanted,
): Prepared | undefined => {
  const values = [...leading(accountId, filter, page), wanted.sides];
  const at = (value: unknown, type: string): string => unseen(`$${values.push(value)}`, type);
  const named = symbol === null ? undefined : at(symbol, 'text');
  const parts = [openPart, closedPart].flatMap((part) => {
    const states = statuses.filter((one) => isFinal(one) === (part === closedPart));
    return states.length === 0 ? [] : [part(page, at(states, '"OrderStatus"[]'), named)];
  });
  if (parts.length === 0) return undefined;
  const text = `SELECT id FROM (${parts.join(' UNION ALL ')}) f ${inOrder(page)} LIMIT ${unseen('$2', 'bigint')}`;
  return prepared(text, values);
};

const statusesOf = ({ status, open }: OrderFilter): OrderStatus[] =>
  [...new Set(status ?? Object.values(OrderStatus))].filter((one) => open == null || isFinal(one) !== open);

/** How a page is read: at once, or first the ids of what is on it and then those orders. */
type PageQuery =
  | { rows: Prepared }
  | {
      /** None when nothing can be meant. */
      ids: Prepared | undefined;
      rowsOf(ids: readonly string[]): Prepared;
    };

const select = `SELECT ${orderColumns} FROM orders WHERE`;

/**
 * One page of an account's orders, newest first. Without a filter it lies along the index of the account's orders. With one,
 * orders that match may be as far apart as they like: the open ones, which are few, are read whole, and the closed ones are
 * looked for once for each instrument, side and status that is meant. So a page costs the same at any size.
 *
 * That search is for ids alone and by whom row security does not concern: behind it Postgres uses no index for what it cannot
 * prove to keep secrets, such as the comparison of two statuses. The orders themselves can then be read by anybody.
 */
export const pageQuery = (accountId: string, filter: OrderFilter, page: PageRequest): PageQuery => {
  const { symbol = null, side, status, open } = filter;
  if (symbol === null && side == null && status == null && open == null) {
    const text = firstOf(`${select} ${ofAccount} AND ${stretch(page)} ${inOrder(page)}`, upTo);
    return { rows: prepared(text, leading(accountId, filter, page)) };
  }
  const statuses = statusesOf(filter);
  return {
    ids: search(accountId, filter, page, {
      symbol,
      sides: side == null ? Object.values(OrderSide) : [side],
      statuses,
    }),
    // What an order became since it was found may no longer be what is meant.
    rowsOf: (ids) =>
      prepared(
        `${select} id = ANY(${unseen('$1', 'uuid[]')}) AND account_id = $2 AND status = ANY($3::"OrderStatus"[]) ${inOrder(page)}`,
        [ids, accountId, statuses],
      ),
  };
};

/**
 * How many orders of an account match, of the newest of the period: each of them is looked at. Without a name, so that Postgres
 * plans it for the fields that are given.
 */
export const countQuery = (
  accountId: string,
  filter: OrderFilter,
  most: number = limits.page.counted,
): { text: string; values: unknown[] } => {
  const { symbol, side, status, open, createdFrom, createdTo } = filter;
  const values: unknown[] = [accountId, most];
  const given = (value: unknown, condition: (at: string) => string): string =>
    value == null ? '' : `AND ${condition(`$${values.push(value)}`)}`;
  const statuses = status == null && open == null ? null : statusesOf(filter);
  const period = [
    given(createdFrom && boundOf(createdFrom), (at) => `created_at >= ${at}`),
    given(createdTo && boundOf(createdTo), (at) => `created_at < ${at}`),
  ].join(' ');
  const terms = [
    given(symbol, (at) => `symbol = ${at}`),
    given(side, (at) => `side = ${at}::"OrderSide"`),
    given(statuses, (at) => `status = ANY(${at}::"OrderStatus"[])`),
  ].join(' ');
  const newest = `SELECT symbol, side, status FROM orders WHERE account_id = $1 ${period} ORDER BY created_at DESC, id DESC LIMIT $2`;
  return { text: `SELECT count(*) FROM (${newest}) o WHERE true ${terms}`, values };
};

import { OrderSide, OrderStatus } from '../database/generated/enums.ts';
import type { PageRequest } from '../kernel/page.ts';
import { orderColumns } from '../lane/statements.ts';
import { isFinal } from './order.ts';

export interface OrderFilter {
  symbol?: string | null | undefined;
  side?: OrderSide | null | undefined;
  status?: readonly OrderStatus[] | null | undefined;
  open?: boolean | null | undefined;
  createdFrom?: Date | null | undefined;
  createdTo?: Date | null | undefined;
}

export interface Query {
  text: string;
  values: unknown[];
}

/** In the words of the indexes' own conditions, so that Postgres knows them again. */
export const openOnly = "status NOT IN ('FILLED', 'CANCELED', 'REPLACED', 'REJECTED', 'EXPIRED')";
const closedOnly = "status IN ('FILLED', 'CANCELED', 'REPLACED', 'REJECTED', 'EXPIRED')";

/** The values of a statement as they are found out one by one; each says where it stands. */
const parameters = (...values: unknown[]) => ({ values, at: (value: unknown): string => `$${values.push(value)}` });

/** The pieces of a statement that both kinds of orders, open and closed, are looked for with. */
interface Scope {
  /** Where the order of the page puts what is found, and orders of one side and status along their index. */
  inOrder: string;
  alongIndex: string;
  /** The account, the conditions given, the range of time and what lies beyond the page's start. */
  where(...conditions: string[]): string;
  /** The sides and the symbol that are meant, as they stand among the values; no symbol is every instrument. */
  sides: string;
  symbol: string | undefined;
}

/** They are few: an account has a bound of open orders. */
const openPart = ({ where, sides, symbol }: Scope, states: string): string =>
  `SELECT id, created_at FROM orders
   WHERE ${where(openOnly, `status = ANY(${states}::"OrderStatus"[])`, `side = ANY(${sides}::"OrderSide"[])`)}
     ${symbol === undefined ? '' : `AND symbol = ${symbol}`}`;

/** One look-up for each instrument, side and status. */
const closedPart = ({ where, alongIndex, sides, symbol }: Scope, states: string): string =>
  `SELECT o.id, o.created_at
   FROM (${symbol === undefined ? 'SELECT symbol FROM instruments' : `SELECT ${symbol}::text`}) AS s(each_symbol)
     CROSS JOIN unnest(${sides}::"OrderSide"[]) AS d(each_side) CROSS JOIN unnest(${states}::"OrderStatus"[]) AS t(each_status)
     CROSS JOIN LATERAL (
       SELECT id, created_at FROM orders
       WHERE ${where(closedOnly, 'symbol = each_symbol', 'side = each_side', 'status = each_status')} ${alongIndex} LIMIT $2) o`;

/** How a page is read: at once, or first the ids of what is on it and then those orders. */
interface PageQuery {
  ids: Query | undefined;
  rows(ids: readonly string[]): Query;
}

/**
 * One page of an account's orders, newest first. Without a filter it lies along the index of the account's orders. With one,
 * orders that match may be as far apart as they like: the open ones, which are few, are read whole, and the closed ones are
 * looked for once for each instrument, side and status that is meant. So a page costs the same at any size.
 *
 * That search is for ids alone and by whom row security does not concern: behind it Postgres uses no index for what it cannot
 * prove to keep secrets, such as the comparison of two statuses. The orders themselves can then be read by anybody.
 */
export const pageQuery = (accountId: string, filter: OrderFilter, page: PageRequest): PageQuery => {
  const { values, at } = parameters(accountId, page.limit + 1);
  const { symbol, side, status, open, createdFrom, createdTo } = filter;
  const range: string[] = [];
  if (createdFrom != null) range.push(`created_at >= ${at(createdFrom)}`);
  if (createdTo != null) range.push(`created_at < ${at(createdTo)}`);
  if (page.from !== undefined) {
    const place = `(${at(page.from.createdAt)}::timestamptz, ${at(page.from.id)}::uuid)`;
    range.push(`(created_at, id) ${page.backward ? '>' : '<'} ${place}`);
  }
  const direction = page.backward ? 'ASC' : 'DESC';
  const inOrder = `ORDER BY created_at ${direction}, id ${direction}`;
  // Said although they are all the same: where row security is on, Postgres does not conclude that from `side = …`.
  const alongIndex = page.backward
    ? 'ORDER BY side DESC, status DESC, created_at, id'
    : 'ORDER BY side, status, created_at DESC, id DESC';
  const where: Scope['where'] = (...conditions) => ['account_id = $1', ...conditions, ...range].join(' AND ');
  const select = `SELECT ${orderColumns} FROM orders WHERE`;
  if (symbol == null && side == null && status == null && open == null) {
    return { ids: undefined, rows: () => ({ text: `${select} ${where()} ${inOrder} LIMIT $2`, values }) };
  }
  const sides = at(side == null ? Object.values(OrderSide) : [side]);
  const scope: Scope = { inOrder, alongIndex, where, sides, symbol: symbol == null ? undefined : at(symbol) };
  const meant = [...new Set(status ?? Object.values(OrderStatus))].filter(
    (one) => open == null || isFinal(one) !== open,
  );
  const parts = [openPart, closedPart].flatMap((part) => {
    const states = meant.filter((one) => isFinal(one) === (part === closedPart));
    return states.length === 0 ? [] : [part(scope, at(states))];
  });
  const found =
    parts.length === 0 ? 'SELECT id FROM orders WHERE false' : `SELECT id FROM (${parts.join(' UNION ALL ')}) f`;
  return {
    ids: parts.length === 0 ? { text: found, values: [] } : { text: `${found} ${inOrder} LIMIT $2`, values },
    // What an order became since it was found may no longer be what is meant.
    rows: (ids) => ({
      text: `${select} id = ANY($1::uuid[]) AND account_id = $2 AND status = ANY($3::"OrderStatus"[]) ${inOrder}`,
      values: [ids, accountId, meant],
    }),
  };
};

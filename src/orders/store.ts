import type { Database } from '../database/database.ts';
import type { OrderSide } from '../database/generated/enums.ts';
import type { Prepared } from '../database/prepared.ts';
import type { Sight } from '../database/viewers.ts';
import { type Page, type PageRequest, pageOf } from '../kernel/page.ts';
import type { ExecutionRow, OrderRow } from '../lane/rows.ts';
import { executionColumns, orderColumns } from '../lane/statements.ts';
import { limits } from '../limits.ts';
import { countQuery, type OrderFilter, openOnly, pageQuery } from './page-query.ts';

/** Which open orders are meant; every given field narrows it. */
export interface CancelScope {
  accountIds?: readonly string[];
  symbol?: string | undefined;
  side?: OrderSide | undefined;
}

export interface OpenOrder {
  id: string;
  accountId: string;
  symbol: string;
  /** The order in which orders were accepted. */
  sequence: bigint;
}

const openOrderColumns = 'id, account_id AS "accountId", symbol, sequence';

/**
 * Reads of orders. The account in every statement is one that its caller found under the viewer's own user id, and what the
 * viewer is shown is read on the viewer's behalf: Postgres shows nobody else's rows.
 */
export const createOrderStore = ({ pool, as }: Pick<Database, 'pool' | 'as'>) => ({
  byId: async (viewerId: string, accountIds: readonly string[], id: string): Promise<OrderRow | undefined> => {
    const text = `SELECT ${orderColumns} FROM orders WHERE id = $1 AND account_id = ANY($2::uuid[])`;
    return (await as({ viewerId }).query<OrderRow>({ name: 'order_by_id', text, values: [id, accountIds] })).rows[0];
  },
  byIds: async (viewerId: string, accountIds: readonly string[], ids: readonly string[]): Promise<OrderRow[]> => {
    const text = `SELECT ${orderColumns} FROM orders WHERE id = ANY($1::uuid[]) AND account_id = ANY($2::uuid[])`;
    return (await as({ viewerId }).query<OrderRow>({ name: 'orders_by_id', text, values: [ids, accountIds] })).rows;
  },
  byClientOrderId: async (
    viewerId: string,
    accountIds: readonly string[],
    clientOrderId: string,
  ): Promise<OrderRow | undefined> => {
    const text = `SELECT ${orderColumns} FROM orders WHERE account_id = ANY($2::uuid[]) AND client_order_id = $1`;
    const values = [clientOrderId, accountIds];
    return (await as({ viewerId }).query<OrderRow>({ name: 'order_by_client_id', text, values })).rows[0];
  },

  /** One page of an account's orders, newest first; costs the same at any size. */
  page: async (
    viewerId: string,
    accountId: string,
    filter: OrderFilter,
    page: PageRequest,
  ): Promise<Page<OrderRow>> => {
    const query = pageQuery(accountId, filter, page);
    const read = async (rows: Prepared) => pageOf((await as({ viewerId }).query<OrderRow>(rows)).rows, page);
    if ('rows' in query) return read(query.rows);
    const found = query.ids && (await pool.query<{ id: string }>(query.ids)).rows.map(({ id }) => id);
    if (found === undefined || found.length === 0) return { rows: [], hasMore: false };
    return { ...(await read(query.rowsOf(found))), hasMore: found.length > page.limit };
  },

  /** How many orders of an account match, on all pages. Whose account it is, is known; row security would only cost here. */
  count: async (accountId: string, filter: OrderFilter): Promise<number> => {
    const { rows } = await pool.query<{ count: string }>(countQuery(accountId, filter));
    return Number(rows[0]?.count ?? 0);
  },

  /** The executions of several orders at once, busts included, in the order in which they were booked. */
  executions: async (sight: Sight, orderIds: readonly string[]): Promise<ExecutionRow[]> => {
    const text = `SELECT ${executionColumns} FROM executions WHERE order_id = ANY($1::uuid[]) ORDER BY order_id, sequence`;
    return (await as(sight).query<ExecutionRow>({ name: 'executions_of', text, values: [orderIds] })).rows;
  },

  /** Open orders that nobody asked to cancel yet, in the order in which they were accepted, from behind `after` on. */
  openIn: async ({ accountIds, symbol, side }: CancelScope, after: bigint, count: number): Promise<OpenOrder[]> => {
    const text = `SELECT ${openOrderColumns} FROM orders
                  WHERE ${openOnly} AND status <> 'PENDING_CANCEL' AND sequence > $1
                    AND ($3::uuid[] IS NULL OR account_id = ANY($3)) AND ($4::text IS NULL OR symbol = $4)
                    AND ($5::"OrderSide" IS NULL OR side = $5)
                  ORDER BY sequence LIMIT $2`;
    const values = [after, count, accountIds ?? null, symbol ?? null, side ?? null];
    // Without a name: Postgres plans it for the fields that are given.
    return (await pool.query<OpenOrder>({ text, values })).rows;
  },

  /** Open orders whose time is over and that wait for no answer of the venue. */
  due: async (at: Date, count: number): Promise<OpenOrder[]> => {
    const text = `SELECT ${openOrderColumns} FROM orders
                  WHERE expires_at <= $1 AND ${openOnly} AND status NOT IN ('PENDING_CANCEL', 'PENDING_REPLACE')
                  ORDER BY expires_at LIMIT $2`;
    return (await pool.query<OpenOrder>({ name: 'orders_due', text, values: [at, count] })).rows;
  },

  /** What the venue has not answered yet, or the answer is not booked yet, in time priority. */
  pending: async (): Promise<OrderRow[]> => {
    const text = `SELECT ${orderColumns} FROM orders WHERE status IN ('PENDING_NEW', 'PENDING_CANCEL', 'PENDING_REPLACE')
                  ORDER BY sequence`;
    return (await pool.query<OrderRow>({ name: 'pending_orders', text })).rows;
  },

  /** Orders whose venue should have answered by then: those that wait longest first. */
  overdue: async (by: Date, count: number): Promise<OpenOrder[]> => {
    const text = `SELECT ${openOrderColumns} FROM orders
                  WHERE status IN ('PENDING_NEW', 'PENDING_CANCEL', 'PENDING_REPLACE')
                    AND coalesce(pending_since, updated_at) <= $1
                  ORDER BY coalesce(pending_since, updated_at), sequence LIMIT $2`;
    return (await pool.query<OpenOrder>({ name: 'orders_overdue', text, values: [by, count] })).rows;
  },

  /** Orders at the venue that nothing was heard of since then, in the order in which they were accepted, from behind `after` on. */
  silent: async (by: Date, after: bigint, count: number): Promise<OpenOrder[]> => {
    const text = `SELECT ${openOrderColumns} FROM orders
                  WHERE ${openOnly} AND status IN ('NEW', 'PARTIALLY_FILLED') AND updated_at <= $1 AND sequence > $2
                  ORDER BY sequence LIMIT $3`;
    return (await pool.query<OpenOrder>({ name: 'orders_silent', text, values: [by, after, count] })).rows;
  },

  /** Orders in these instruments that a session left, in the order in which they were accepted. */
  resting: async (symbols: readonly string[], count: number): Promise<OpenOrder[]> => {
    const text = `SELECT ${openOrderColumns} FROM orders
                  WHERE ${openOnly} AND status IN ('NEW', 'PARTIALLY_FILLED') AND symbol = ANY($1::text[])
                  ORDER BY sequence LIMIT $2`;
    return (await pool.query<OpenOrder>({ name: 'orders_resting', text, values: [symbols, count] })).rows;
  },

  /** Orders in these instruments that wait for a session, in the order in which they were accepted. */
  waiting: async (symbols: readonly string[], count: number): Promise<OpenOrder[]> => {
    const text = `SELECT ${openOrderColumns} FROM orders
                  WHERE status IN ('ACCEPTED', 'DONE_FOR_DAY') AND symbol = ANY($1::text[])
                  ORDER BY sequence LIMIT $2`;
    return (await pool.query<OpenOrder>({ name: 'orders_waiting', text, values: [symbols, count] })).rows;
  },

  /** Every open order in the order of acceptance, what the venue's book is rebuilt from, page by page. */
  open: async function* (): AsyncGenerator<OrderRow[]> {
    const text = `SELECT ${orderColumns}, sequence FROM orders WHERE ${openOnly} AND sequence > $1 ORDER BY sequence LIMIT $2`;
    for (let after = 0n; ; ) {
      const values = [after, limits.orders.restorePage];
      const { rows } = await pool.query<OrderRow & { sequence: bigint }>({ name: 'open_orders', text, values });
      yield rows;
      if (rows.length < limits.orders.restorePage) return;
      after = rows.at(-1)?.sequence ?? after;
    }
  },
});

export type OrderStore = ReturnType<typeof createOrderStore>;

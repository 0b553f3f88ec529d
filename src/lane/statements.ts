import type { Changes } from './rows.ts';

/**
 * The SQL of the lane. Each list of rows is one prepared statement that takes a column an array: Postgres parses and
 * plans it once for the life of the connection, whatever the batch's size.
 */

export interface Statement {
  name: string;
  text: string;
}

export const lockAccounts: Statement = {
  name: 'lane_lock_accounts',
  // Row locks in id order: two processes never wait for each other in a circle.
  text: `SELECT id, user_id AS "userId", kind, status, event_sequence AS "eventSequence", open_orders AS "openOrders"
         FROM accounts WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE`,
};

/** Whether a transaction that wrote one of these rows was committed. */
export const findProof: Statement = {
  name: 'lane_find_proof',
  text: `SELECT EXISTS (SELECT FROM audit_entries WHERE id = $1) OR EXISTS (SELECT FROM executions WHERE id = $1) AS found`,
};

export const loadBalances: Statement = {
  name: 'lane_load_balances',
  text: `SELECT account_id AS "accountId", asset, posted, held, may_owe AS "mayOwe"
         FROM unnest($1::uuid[], $2::text[]) AS k(a, s) JOIN balances ON account_id = k.a AND asset = k.s`,
};

export const loadPositions: Statement = {
  name: 'lane_load_positions',
  text: `SELECT account_id AS "accountId", symbol, qty, cost_basis AS "costBasis", realized_pnl AS "realizedPnl",
                updated_at AS "updatedAt"
         FROM unnest($1::uuid[], $2::text[]) AS k(a, s) JOIN positions ON account_id = k.a AND symbol = k.s`,
};

/** The columns of an `OrderRow`, for every reader of orders. */
export const orderColumns = `id, account_id AS "accountId", client_order_id AS "clientOrderId",
  encode(fingerprint, 'hex') AS fingerprint, symbol, side, type, time_in_force AS "timeInForce", qty,
  filled_qty AS "filledQty", filled_value AS "filledValue", limit_price AS "limitPrice", stop_price AS "stopPrice",
  worst_price AS "worstPrice", reserve, reserve_asset AS "reserveAsset", fees, status, reason,
  created_at AS "createdAt", updated_at AS "updatedAt", filled_at AS "filledAt", canceled_at AS "canceledAt",
  expired_at AS "expiredAt"`;

export const loadOrders: Statement = {
  name: 'lane_load_orders',
  text: `SELECT ${orderColumns} FROM orders WHERE id = ANY($1::uuid[])`,
};

export const loadClientOrders: Statement = {
  name: 'lane_load_client_orders',
  text: `SELECT ${orderColumns}
         FROM unnest($1::uuid[], $2::text[]) AS k(a, c) JOIN orders ON account_id = k.a AND client_order_id = k.c`,
};

export const loadIdempotency: Statement = {
  name: 'lane_load_idempotency',
  text: `SELECT viewer_id AS "viewerId", operation, key, encode(fingerprint, 'hex') AS fingerprint,
                answer::text AS answer, created_at AS "createdAt"
         FROM unnest($1::uuid[], $2::text[], $3::text[]) AS k(v, o, y)
         JOIN idempotency_keys ON viewer_id = k.v AND operation = k.o AND key = k.y`,
};

export const loadExecutions: Statement = {
  name: 'lane_load_executions',
  text: 'SELECT exec_id AS "execId" FROM executions WHERE exec_id = ANY($1::text[])',
};

/** How a column is passed: its Postgres array type and where the value comes from. */
type Column<Row> = [name: string, type: string, value: (row: Row) => unknown];

interface Write<Row> extends Statement {
  columns: Column<Row>[];
}

const fromArrays = <Row>(columns: Column<Row>[]): string =>
  `unnest(${columns.map(([, type], at) => `$${at + 1}::${type === 'jsonb' || type === 'bytea' ? 'text' : type}[]`).join(', ')}) AS u(${columns.map(([name]) => name).join(', ')})`;

const cast = ([name, type]: Column<never>): string => {
  if (type === 'bytea') return `decode(u.${name}, 'hex')`;
  return type === 'jsonb' ? `u.${name}::jsonb` : `u.${name}`;
};

const insert = <Row>(table: string, columns: Column<Row>[], conflict = ''): Write<Row> => ({
  name: `lane_insert_${table}`,
  text: `INSERT INTO ${table} (${columns.map(([name]) => name).join(', ')})
         SELECT ${columns.map((column) => cast(column as Column<never>)).join(', ')} FROM ${fromArrays(columns)} ${conflict}`,
  columns,
});

const update = <Row>(table: string, key: string, columns: Column<Row>[]): Write<Row> => ({
  name: `lane_update_${table}`,
  text: `UPDATE ${table} AS t SET ${columns
    .filter(([name]) => name !== key)
    .map(([name]) => `${name} = u.${name}`)
    .join(', ')} FROM ${fromArrays(columns)} WHERE t.${key} = u.${key}`,
  columns,
});

type Writes = { [Table in keyof Changes]: Write<Changes[Table][number]> };

/** In the order in which they are sent. */
export const writes: Writes = {
  accounts: update('accounts', 'id', [
    ['id', 'uuid', (row) => row.id],
    ['event_sequence', 'bigint', (row) => row.eventSequence],
    ['open_orders', 'int', (row) => row.openOrders],
  ]),
  balances: insert(
    'balances',
    [
      ['account_id', 'uuid', (row) => row.accountId],
      ['asset', 'text', (row) => row.asset],
      ['posted', 'bigint', (row) => row.posted],
      ['held', 'bigint', (row) => row.held],
      ['may_owe', 'boolean', (row) => row.mayOwe],
    ],
    'ON CONFLICT (account_id, asset) DO UPDATE SET posted = EXCLUDED.posted, held = EXCLUDED.held',
  ),
  positions: insert(
    'positions',
    [
      ['account_id', 'uuid', (row) => row.accountId],
      ['symbol', 'text', (row) => row.symbol],
      ['qty', 'bigint', (row) => row.qty],
      ['cost_basis', 'bigint', (row) => row.costBasis],
      ['realized_pnl', 'bigint', (row) => row.realizedPnl],
      ['updated_at', 'timestamptz', (row) => row.updatedAt],
    ],
    `ON CONFLICT (account_id, symbol) DO UPDATE SET qty = EXCLUDED.qty, cost_basis = EXCLUDED.cost_basis,
       realized_pnl = EXCLUDED.realized_pnl, updated_at = EXCLUDED.updated_at`,
  ),
  newOrders: insert('orders', [
    ['id', 'uuid', (row) => row.id],
    ['account_id', 'uuid', (row) => row.accountId],
    ['client_order_id', 'text', (row) => row.clientOrderId],
    ['fingerprint', 'bytea', (row) => row.fingerprint],
    ['symbol', 'text', (row) => row.symbol],
    ['side', '"OrderSide"', (row) => row.side],
    ['type', '"OrderType"', (row) => row.type],
    ['time_in_force', '"TimeInForce"', (row) => row.timeInForce],
    ['qty', 'bigint', (row) => row.qty],
    ['filled_qty', 'bigint', (row) => row.filledQty],
    ['filled_value', 'bigint', (row) => row.filledValue],
    ['limit_price', 'bigint', (row) => row.limitPrice],
    ['stop_price', 'bigint', (row) => row.stopPrice],
    ['worst_price', 'bigint', (row) => row.worstPrice],
    ['reserve', 'bigint', (row) => row.reserve],
    ['reserve_asset', 'text', (row) => row.reserveAsset],
    ['fees', 'bigint', (row) => row.fees],
    ['status', '"OrderStatus"', (row) => row.status],
    ['reason', 'text', (row) => row.reason],
    ['created_at', 'timestamptz', (row) => row.createdAt],
    ['updated_at', 'timestamptz', (row) => row.updatedAt],
  ]),
  orders: update('orders', 'id', [
    ['id', 'uuid', (row) => row.id],
    ['filled_qty', 'bigint', (row) => row.filledQty],
    ['filled_value', 'bigint', (row) => row.filledValue],
    ['reserve', 'bigint', (row) => row.reserve],
    ['fees', 'bigint', (row) => row.fees],
    ['status', '"OrderStatus"', (row) => row.status],
    ['reason', 'text', (row) => row.reason],
    ['updated_at', 'timestamptz', (row) => row.updatedAt],
    ['filled_at', 'timestamptz', (row) => row.filledAt],
    ['canceled_at', 'timestamptz', (row) => row.canceledAt],
    ['expired_at', 'timestamptz', (row) => row.expiredAt],
  ]),
  entries: insert('journal_entries', [
    ['id', 'uuid', (row) => row.id],
    ['kind', '"EntryKind"', (row) => row.kind],
    ['reference', 'uuid', (row) => row.reference],
    ['created_at', 'timestamptz', (row) => row.createdAt],
  ]),
  postings: insert('postings', [
    ['entry_id', 'uuid', (row) => row.entryId],
    ['line', 'smallint', (row) => row.line],
    ['account_id', 'uuid', (row) => row.accountId],
    ['asset', 'text', (row) => row.asset],
    ['amount', 'bigint', (row) => row.amount],
    ['balance_after', 'bigint', (row) => row.balanceAfter],
    ['created_at', 'timestamptz', (row) => row.createdAt],
  ]),
  transfers: insert('transfers', [
    ['id', 'uuid', (row) => row.id],
    ['account_id', 'uuid', (row) => row.accountId],
    ['kind', '"TransferKind"', (row) => row.kind],
    ['asset', 'text', (row) => row.asset],
    ['amount', 'bigint', (row) => row.amount],
    ['created_at', 'timestamptz', (row) => row.createdAt],
  ]),
  executions: insert('executions', [
    ['id', 'uuid', (row) => row.id],
    ['exec_id', 'text', (row) => row.execId],
    ['trade_id', 'uuid', (row) => row.tradeId],
    ['order_id', 'uuid', (row) => row.orderId],
    ['account_id', 'uuid', (row) => row.accountId],
    ['symbol', 'text', (row) => row.symbol],
    ['side', '"OrderSide"', (row) => row.side],
    ['qty', 'bigint', (row) => row.qty],
    ['price', 'bigint', (row) => row.price],
    ['value', 'bigint', (row) => row.value],
    ['fee', 'bigint', (row) => row.fee],
    ['liquidity', '"Liquidity"', (row) => row.liquidity],
    ['cum_qty', 'bigint', (row) => row.cumQty],
    ['created_at', 'timestamptz', (row) => row.createdAt],
  ]),
  events: insert('account_events', [
    ['account_id', 'uuid', (row) => row.accountId],
    ['sequence', 'bigint', (row) => row.sequence],
    ['type', 'text', (row) => row.type],
    ['payload', 'jsonb', (row) => row.payload],
    ['created_at', 'timestamptz', (row) => row.createdAt],
  ]),
  audit: insert('audit_entries', [
    ['id', 'uuid', (row) => row.id],
    ['created_at', 'timestamptz', (row) => row.createdAt],
    ['actor_id', 'uuid', (row) => row.actorId],
    ['action', 'text', (row) => row.action],
    ['target', 'text', (row) => row.target],
    ['request_id', 'uuid', (row) => row.requestId],
    ['outcome', 'text', (row) => row.outcome],
  ]),
  idempotency: insert('idempotency_keys', [
    ['viewer_id', 'uuid', (row) => row.viewerId],
    ['operation', 'text', (row) => row.operation],
    ['key', 'text', (row) => row.key],
    ['fingerprint', 'bytea', (row) => row.fingerprint],
    ['answer', 'jsonb', (row) => row.answer],
    ['created_at', 'timestamptz', (row) => row.createdAt],
  ]),
};

import type { ChainedRow, Strand } from '../audit/chain.ts';
import type { Changes } from './rows.ts';
import type { Statement } from './statements.ts';

/** What the lane writes: each list of rows is one prepared statement that takes a column an array, as the reads do. */

/** How a column is passed: its Postgres array type and where the value comes from. */
type Column<Row> = [name: string, type: string, value: (row: Row) => unknown];

interface Write<Row> extends Statement {
  columns: Column<Row>[];
}

/** How a type is passed, if not as itself. `serial` is ours: absent, it is the next value of the column's sequence. */
const passedAs: Record<string, string> = { jsonb: 'text', bytea: 'text', serial: 'bigint' };

const fromArrays = <Row>(columns: Column<Row>[]): string =>
  `unnest(${columns.map(([, type], at) => `$${at + 1}::${passedAs[type] ?? type}[]`).join(', ')}) AS u(${columns.map(([name]) => name).join(', ')})`;

const cast = (table: string, [name, type]: Column<never>): string => {
  if (type === 'serial') return `coalesce(u.${name}, nextval('${table}_${name}_seq'))`;
  if (type === 'bytea') return `decode(u.${name}, 'hex')`;
  return type === 'jsonb' ? `u.${name}::jsonb` : `u.${name}`;
};

const insert = <Row>(table: string, columns: Column<Row>[], conflict = ''): Write<Row> => ({
  name: `lane_insert_${table}`,
  text: `INSERT INTO ${table} (${columns.map(([name]) => name).join(', ')})
         SELECT ${columns.map((column) => cast(table, column as Column<never>)).join(', ')} FROM ${fromArrays(columns)} ${conflict}`,
  columns,
});

const update = <Row>(table: string, key: string, columns: Column<Row>[]): Write<Row> => ({
  name: `lane_update_${table}`,
  text: `UPDATE ${table} AS t SET ${columns
    .filter(([name]) => name !== key)
    .map((column) => `${column[0]} = ${cast(table, column as Column<never>)}`)
    .join(', ')} FROM ${fromArrays(columns)} WHERE t.${key} = u.${key}`,
  columns,
});

/** The changes of a batch, with the audit lines in their chain. */
export type Written = Omit<Changes, 'audit'> & { audit: ChainedRow[]; strands: Strand[] };

type Writes = { [Table in keyof Written]: Write<Written[Table][number]> };

/** In the order in which they are sent. */
export const writes: Writes = {
  accounts: update('accounts', 'id', [
    ['id', 'uuid', (row) => row.id],
    ['event_sequence', 'bigint', (row) => row.eventSequence],
    ['open_orders', 'int', (row) => row.openOrders],
    ['booked_at', 'timestamptz', (row) => row.bookedAt],
    ['notional_day', 'int', (row) => row.notionalDay],
    ['notional_used', 'bigint', (row) => row.notionalUsed],
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
  // A lot that takes the place of another one keeps its age; every other is the youngest.
  newLots: insert('lots', [
    ['id', 'uuid', (row) => row.id],
    ['account_id', 'uuid', (row) => row.accountId],
    ['symbol', 'text', (row) => row.symbol],
    ['qty', 'bigint', (row) => row.qty],
    ['cost', 'bigint', (row) => row.cost],
    ['leaves_qty', 'bigint', (row) => row.leavesQty],
    ['leaves_cost', 'bigint', (row) => row.leavesCost],
    ['opened_at', 'timestamptz', (row) => row.openedAt],
    ['sequence', 'serial', (row) => row.sequence],
  ]),
  lots: update('lots', 'id', [
    ['id', 'uuid', (row) => row.id],
    ['leaves_qty', 'bigint', (row) => row.leavesQty],
    ['leaves_cost', 'bigint', (row) => row.leavesCost],
    ['busted', 'boolean', (row) => row.busted],
  ]),
  lotClosures: insert('lot_closures', [
    ['execution_id', 'uuid', (row) => row.executionId],
    ['lot_id', 'uuid', (row) => row.lotId],
    ['qty', 'bigint', (row) => row.qty],
    ['cost', 'bigint', (row) => row.cost],
  ]),
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
    ['trail_price', 'bigint', (row) => row.trailPrice],
    ['trail_bps', 'int', (row) => row.trailBps],
    ['trail_peak', 'bigint', (row) => row.trailPeak],
    ['notional', 'bigint', (row) => row.notional],
    ['post_only', 'boolean', (row) => row.postOnly],
    ['expires_at', 'timestamptz', (row) => row.expiresAt],
    ['root_order_id', 'uuid', (row) => row.rootOrderId],
    ['replaces_id', 'uuid', (row) => row.replacesId],
    ['list_id', 'uuid', (row) => row.listId],
    ['leg', '"OrderLeg"', (row) => row.leg],
    ['canceled_at', 'timestamptz', (row) => row.canceledAt],
    ['expired_at', 'timestamptz', (row) => row.expiredAt],
    ['place', 'bigint', (row) => row.place],
    ['triggered_at', 'timestamptz', (row) => row.triggeredAt],
    ['fee_bps', 'int', (row) => row.feeBps],
  ]),
  orderLists: insert('order_lists', [
    ['id', 'uuid', (row) => row.id],
    ['account_id', 'uuid', (row) => row.accountId],
    ['type', '"OrderListType"', (row) => row.type],
    ['created_at', 'timestamptz', (row) => row.createdAt],
  ]),
  orders: update('orders', 'id', [
    ['id', 'uuid', (row) => row.id],
    ['filled_qty', 'bigint', (row) => row.filledQty],
    ['busted_qty', 'bigint', (row) => row.bustedQty],
    ['filled_value', 'bigint', (row) => row.filledValue],
    ['reserve', 'bigint', (row) => row.reserve],
    ['fees', 'bigint', (row) => row.fees],
    ['status', '"OrderStatus"', (row) => row.status],
    ['reason', 'text', (row) => row.reason],
    ['updated_at', 'timestamptz', (row) => row.updatedAt],
    ['filled_at', 'timestamptz', (row) => row.filledAt],
    ['canceled_at', 'timestamptz', (row) => row.canceledAt],
    ['expired_at', 'timestamptz', (row) => row.expiredAt],
    ['qty', 'bigint', (row) => row.qty],
    ['worst_price', 'bigint', (row) => row.worstPrice],
    ['stop_price', 'bigint', (row) => row.stopPrice],
    ['trail_peak', 'bigint', (row) => row.trailPeak],
    ['triggered_at', 'timestamptz', (row) => row.triggeredAt],
    ['pending_since', 'timestamptz', (row) => row.pendingSince],
    ['replacement', 'jsonb', (row) => (row.replacement === null ? null : JSON.stringify(row.replacement))],
    ['replaced_by_id', 'uuid', (row) => row.replacedById],
    ['place', 'bigint', (row) => row.place],
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
    ['kind', '"EntryKind"', (row) => row.kind],
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
    ['kind', '"ExecutionKind"', (row) => row.kind],
    ['busts_id', 'uuid', (row) => row.bustsId],
    ['corrects_id', 'uuid', (row) => row.correctsId],
    ['position_qty', 'bigint', (row) => row.positionQty],
    ['position_cost', 'bigint', (row) => row.positionCost],
    ['position_pnl', 'bigint', (row) => row.positionPnl],
    ['fee_bps', 'int', (row) => row.feeBps],
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
    ['details', 'jsonb', (row) => JSON.stringify(row.details ?? {})],
    ['strand', 'smallint', (row) => row.strand],
    ['sequence', 'bigint', (row) => row.sequence],
    ['hash', 'bytea', (row) => row.hash],
  ]),
  strands: update('audit_strands', 'id', [
    ['id', 'smallint', (row) => row.id],
    ['count', 'bigint', (row) => row.count],
    ['head', 'bytea', (row) => row.head],
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

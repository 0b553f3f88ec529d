import { MAX_UNITS } from '../kernel/decimal.ts';

/**
 * What the lane reads. Each statement takes its keys as arrays, one a column: Postgres parses and plans it once for the
 * life of the connection, whatever the batch's size.
 */

export interface Statement {
  name: string;
  text: string;
}

const accountColumns = `id, user_id AS "userId", kind, status, event_sequence AS "eventSequence",
  open_orders AS "openOrders", booked_at AS "bookedAt", trading_blocked AS "tradingBlocked",
  max_order_value AS "maxOrderValue", max_open_orders AS "maxOpenOrders", max_daily_notional AS "maxDailyNotional",
  notional_day AS "notionalDay", notional_used AS "notionalUsed"`;

export const lockAccounts: Statement = {
  name: 'lane_lock_accounts',
  // Row locks in id order: two processes never wait for each other in a circle.
  text: `SELECT ${accountColumns} FROM accounts WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE`,
};

export const readAccounts: Statement = {
  name: 'lane_read_accounts',
  text: `SELECT ${accountColumns} FROM accounts WHERE id = ANY($1::uuid[])`,
};

/** Behind the accounts: whoever has a strand waits for no account any more. */
export const takeStrand: Statement = {
  name: 'lane_take_strand',
  text: `SELECT id, count, encode(head, 'hex') AS head, pg_current_xact_id()::xid::text AS transaction FROM bourse_audit_strand()`,
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

export const lotColumns = `id, sequence, account_id AS "accountId", symbol, qty, cost, leaves_qty AS "leavesQty",
  leaves_cost AS "leavesCost", busted, opened_at AS "openedAt"`;

export const loadLots: Statement = {
  name: 'lane_load_lots',
  // From lot to lot along the index until the quantity is covered: what a sell costs does not grow with the lots behind.
  text: `WITH RECURSIVE k AS (SELECT * FROM unnest($1::uuid[], $2::text[], $3::bigint[]) AS k(a, s, q)), taken AS (
           SELECT k.*, 0::bigint AS sequence, 0::numeric AS covered FROM k
           UNION ALL
           SELECT t.a, t.s, t.q, l.sequence, t.covered + l.leaves_qty
           FROM taken t CROSS JOIN LATERAL (
             SELECT sequence, leaves_qty FROM lots
             WHERE account_id = t.a AND symbol = t.s AND leaves_qty > 0 AND sequence > t.sequence
             ORDER BY sequence LIMIT 1
           ) l WHERE t.covered < t.q
         )
         SELECT ${lotColumns.replaceAll('sequence', 'l.sequence')} FROM taken t JOIN lots l
           ON l.account_id = t.a AND l.symbol = t.s AND l.sequence = t.sequence AND l.leaves_qty > 0
         ORDER BY l.sequence`,
};

export const loadConsumedLots: Statement = {
  name: 'lane_load_consumed_lots',
  // The same walk the other way, along the index of what sells took.
  text: `WITH RECURSIVE k AS (SELECT * FROM unnest($1::uuid[], $2::text[], $3::bigint[]) AS k(a, s, q)), given AS (
           SELECT k.*, ${MAX_UNITS} AS sequence, 0::numeric AS covered FROM k
           UNION ALL
           SELECT g.a, g.s, g.q, l.sequence, g.covered + l.qty - l.leaves_qty
           FROM given g CROSS JOIN LATERAL (
             SELECT sequence, qty, leaves_qty FROM lots
             WHERE account_id = g.a AND symbol = g.s AND leaves_qty < qty AND NOT busted AND sequence < g.sequence
             ORDER BY sequence DESC LIMIT 1
           ) l WHERE g.covered < g.q
         )
         SELECT ${lotColumns.replaceAll('sequence', 'l.sequence')} FROM given g JOIN lots l
           ON l.account_id = g.a AND l.symbol = g.s AND l.sequence = g.sequence AND l.leaves_qty < l.qty AND NOT l.busted`,
};

export const loadLotsById: Statement = {
  name: 'lane_load_lots_by_id',
  text: `SELECT ${lotColumns} FROM lots WHERE id = ANY($1::uuid[])`,
};

/** The columns of an `OrderRow`, for every reader of orders. */
export const orderColumns = `id, account_id AS "accountId", client_order_id AS "clientOrderId",
  encode(fingerprint, 'hex') AS fingerprint, symbol, side, type, time_in_force AS "timeInForce", qty,
  filled_qty AS "filledQty", busted_qty AS "bustedQty", unprotected_qty AS "unprotectedQty", filled_value AS "filledValue", limit_price AS "limitPrice", stop_price AS "stopPrice",
  worst_price AS "worstPrice", reserve, reserve_asset AS "reserveAsset", fees, status, reason,
  created_at AS "createdAt", updated_at AS "updatedAt", filled_at AS "filledAt", canceled_at AS "canceledAt",
  expired_at AS "expiredAt", trail_price AS "trailPrice", trail_bps AS "trailBps", trail_peak AS "trailPeak",
  triggered_at AS "triggeredAt", notional, post_only AS "postOnly", expires_at AS "expiresAt",
  pending_since AS "pendingSince", replacement, root_order_id AS "rootOrderId", replaces_id AS "replacesId",
  replaced_by_id AS "replacedById", list_id AS "listId", entry_list_id AS "entryListId", leg, place, fee_bps AS "feeBps"`;

/** The columns of an `ExecutionRow`, for every reader of executions. */
export const executionColumns = `id, exec_id AS "execId", trade_id AS "tradeId", order_id AS "orderId",
  account_id AS "accountId", symbol, side, qty, price, value, fee, liquidity, cum_qty AS "cumQty",
  created_at AS "createdAt", kind, busts_id AS "bustsId", corrects_id AS "correctsId", position_qty AS "positionQty",
  position_cost AS "positionCost", position_pnl AS "positionPnl", fee_bps AS "feeBps"`;

export const loadOrders: Statement = {
  name: 'lane_load_orders',
  // With an order come the others of its list, and of the entry that it protects: what happens to one decides what becomes of them.
  text: `WITH families AS (SELECT DISTINCT coalesce(entry_list_id, list_id) AS id FROM orders
                           WHERE id = ANY($1::uuid[]) AND coalesce(entry_list_id, list_id) IS NOT NULL)
         SELECT ${orderColumns} FROM orders WHERE id = ANY($1::uuid[])
         UNION ALL
         SELECT ${orderColumns} FROM orders
         WHERE list_id IN (SELECT id FROM families) AND NOT id = ANY($1::uuid[])
         UNION ALL
         SELECT ${orderColumns} FROM orders
         WHERE entry_list_id IN (SELECT id FROM families) AND NOT id = ANY($1::uuid[])`,
};

export const loadChangedOrders: Statement = {
  name: 'lane_load_changed_orders',
  // Which of these rows are not as their transaction left them, with what they are now: nothing at all where they are gone.
  text: `SELECT known, ${orderColumns}
         FROM unnest($1::uuid[], $2::xid[]) AS k(known, transaction) LEFT JOIN orders o ON o.id = k.known
         WHERE o.xmin IS DISTINCT FROM k.transaction`,
};

export const loadClientOrders: Statement = {
  name: 'lane_load_client_orders',
  // Also the orders whose pending replacement was promised the name.
  text: `WITH named AS (SELECT orders.* FROM unnest($1::uuid[], $2::text[]) AS k(a, c)
                          JOIN orders ON account_id = k.a AND client_order_id = k.c),
              families AS (SELECT DISTINCT coalesce(entry_list_id, list_id) AS id FROM named
                           WHERE coalesce(entry_list_id, list_id) IS NOT NULL)
         SELECT ${orderColumns} FROM named
         UNION ALL
         SELECT ${orderColumns}
         FROM unnest($1::uuid[], $2::text[]) AS k(a, c) JOIN orders
           ON account_id = k.a AND replacement ->> 'clientOrderId' = k.c AND replacement IS NOT NULL
         UNION ALL
         SELECT ${orderColumns} FROM orders WHERE list_id IN (SELECT id FROM families)
         UNION ALL
         SELECT ${orderColumns} FROM orders WHERE entry_list_id IN (SELECT id FROM families)`,
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

export const loadReversals: Statement = {
  name: 'lane_load_reversals',
  text: "SELECT reference FROM journal_entries WHERE kind = 'REVERSAL' AND reference = ANY($1::uuid[])",
};

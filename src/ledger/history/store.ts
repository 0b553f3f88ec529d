import type { Database } from '../../database/database.ts';
import type { LotRow, PositionRow } from '../../lane/rows.ts';
import { lotColumns } from '../../lane/statements.ts';
import { limits } from '../../limits.ts';

/** How much of an asset an account had at an instant. */
export interface PastBalance {
  accountId: string;
  asset: string;
  posted: bigint;
}

/** Reads of the past. Postings and executions keep what was so after them, so each answer is one look-up in an index. */
export const createHistoryStore = ({ pool }: Pick<Database, 'pool'>) => ({
  /** By asset; what the account had never had until then is left out. */
  balancesAt: async (accountId: string, at: Date): Promise<PastBalance[]> => {
    const text = `SELECT b.account_id AS "accountId", b.asset, p.balance_after AS posted
                  FROM balances b CROSS JOIN LATERAL (
                    SELECT balance_after FROM postings
                    WHERE account_id = b.account_id AND asset = b.asset AND created_at <= $2
                    ORDER BY created_at DESC, sequence DESC LIMIT 1
                  ) p WHERE b.account_id = $1 ORDER BY b.asset`;
    return (await pool.query<PastBalance>({ name: 'balances_at', text, values: [accountId, at] })).rows;
  },

  /** By account and symbol; closed positions are left out. */
  positionsAt: async (accountIds: readonly string[], at: Date): Promise<PositionRow[]> => {
    const text = `SELECT p.account_id AS "accountId", p.symbol, e.*
                  FROM positions p CROSS JOIN LATERAL (
                    SELECT position_qty AS qty, position_cost AS "costBasis", position_pnl AS "realizedPnl",
                           created_at AS "updatedAt"
                    FROM executions
                    WHERE account_id = p.account_id AND symbol = p.symbol AND created_at <= $2
                    ORDER BY created_at DESC, sequence DESC LIMIT 1
                  ) e WHERE p.account_id = ANY($1::uuid[]) AND e.qty > 0 ORDER BY p.account_id, p.symbol`;
    return (await pool.query<PositionRow>({ name: 'positions_at', text, values: [accountIds, at] })).rows;
  },

  /** What each instrument was last known to be worth at an instant, in price units. */
  marksAt: async (symbols: readonly string[], at: Date): Promise<Map<string, bigint>> => {
    const text = `SELECT s.symbol, m.price FROM unnest($1::text[]) AS s(symbol) CROSS JOIN LATERAL (
                    SELECT price FROM marks WHERE symbol = s.symbol AND at <= $2 ORDER BY at DESC LIMIT 1) m`;
    const { rows } = await pool.query<{ symbol: string; price: bigint }>({
      name: 'marks_at',
      text,
      values: [symbols, at],
    });
    return new Map(rows.map(({ symbol, price }) => [symbol, price]));
  },

  /** The oldest open lots of several positions at once. */
  openLots: async (positions: readonly { accountId: string; symbol: string }[]): Promise<LotRow[]> => {
    const text = `SELECT l.* FROM unnest($1::uuid[], $2::text[]) AS k(a, s) CROSS JOIN LATERAL (
                    SELECT ${lotColumns} FROM lots WHERE account_id = k.a AND symbol = k.s AND leaves_qty > 0
                    ORDER BY sequence LIMIT $3) l`;
    const values = [
      positions.map(({ accountId }) => accountId),
      positions.map(({ symbol }) => symbol),
      limits.ledger.lotsShown,
    ];
    return (await pool.query<LotRow>({ name: 'open_lots', text, values })).rows;
  },
});

export type HistoryStore = ReturnType<typeof createHistoryStore>;

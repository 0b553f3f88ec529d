import type { Database } from '../../database/database.ts';
import type { Sight } from '../../database/viewers.ts';
import type { LotRow, PositionRow } from '../../lane/rows.ts';
import { lotColumns } from '../../lane/statements.ts';
import { limits } from '../../limits.ts';
import { owedAsset } from '../shortfall.ts';
import { type PastBalance, pastBalances } from './past-balances.ts';
import type { BookedFill } from './past-lots.ts';

export interface PastHolding {
  at: Date;
  symbol: string;
  qty: bigint;
  /** Null when nothing was known yet. */
  price: bigint | null;
}

/** Reads of the past. Postings and executions keep what was so after them, so each answer is one look-up in an index. */
export const createHistoryStore = ({ pool, as }: Pick<Database, 'pool' | 'as'>) => ({
  /**
   * Makes an instant of accounts final: waits for the batch that is booking them, and lets none after it book at or before that
   * instant. Writes only where that is not so already. Batches do not lock the accounts of the house, whose last moments may still change.
   */
  closeUntil: async (accountIds: readonly string[], at: Date): Promise<void> => {
    const text = `WITH open AS (SELECT id FROM accounts WHERE id = ANY($1::uuid[]) AND (booked_at IS NULL OR booked_at <= $2)
                                ORDER BY id FOR NO KEY UPDATE)
                  UPDATE accounts a SET booked_at = $2::timestamptz + interval '1 millisecond' FROM open WHERE a.id = open.id`;
    await pool.query({ name: 'close_until', text, values: [accountIds, at] });
  },

  /** By asset; what the account had never had until then is left out. */
  balancesAt: async (sight: Sight, accountId: string, at: Date): Promise<PastBalance[]> => {
    return (await as(sight).query<PastBalance>({ ...pastBalances, values: [accountId, at] })).rows;
  },

  /** By account and symbol. Those that were closed then have no quantity; they are left out unless they are asked for. */
  positionsAt: async (
    sight: Sight,
    accountIds: readonly string[],
    { at, closed }: { at: Date; closed: boolean },
  ): Promise<PositionRow[]> => {
    const text = `SELECT p.account_id AS "accountId", p.symbol, e.*
                  FROM positions p CROSS JOIN LATERAL (
                    SELECT position_qty AS qty, position_cost AS "costBasis", position_pnl AS "realizedPnl",
                           created_at AS "updatedAt"
                    FROM executions
                    WHERE account_id = p.account_id AND symbol = p.symbol AND created_at <= $2
                    ORDER BY created_at DESC, sequence DESC LIMIT 1
                  ) e WHERE p.account_id = ANY($1::uuid[]) AND (e.qty > 0 OR $3) ORDER BY p.account_id, p.symbol`;
    return (await as(sight).query<PositionRow>({ name: 'positions_at', text, values: [accountIds, at, closed] })).rows;
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

  /** Keeps what instruments are worth from an instant on. */
  addMarks: async (marks: readonly { symbol: string; price: bigint }[], at: Date): Promise<void> => {
    await pool.query(
      `INSERT INTO marks (symbol, at, price) SELECT symbol, $3, price FROM unnest($1::text[], $2::bigint[]) AS u(symbol, price)
       ON CONFLICT DO NOTHING`,
      [marks.map(({ symbol }) => symbol), marks.map(({ price }) => price), at],
    );
  },

  /** The cash of an account and what it owed, in its currency, at each of the instants. */
  cashAlong: async (
    sight: Sight,
    accountId: string,
    times: readonly Date[],
  ): Promise<{ at: Date; posted: bigint; owed: bigint }[]> => {
    const balanceOf = (asset: string): string => `LEFT JOIN LATERAL (
                    SELECT balance_after FROM postings
                    WHERE account_id = a.id AND asset = ${asset} AND created_at <= t.at
                    ORDER BY created_at DESC, sequence DESC LIMIT 1
                  )`;
    const text = `SELECT t.at, coalesce(p.balance_after, 0) AS posted, coalesce(o.balance_after, 0) AS owed
                  FROM unnest($2::timestamptz[]) AS t(at) JOIN accounts a ON a.id = $1
                  ${balanceOf('a.currency')} p ON true ${balanceOf('$3')} o ON true ORDER BY t.at`;
    const values = [accountId, times, owedAsset('USD')];
    return (await as(sight).query<{ at: Date; posted: bigint; owed: bigint }>({ name: 'cash_along', text, values }))
      .rows;
  },

  /** What an account held at each of the instants, with what one unit was known to be worth then. */
  holdingsAlong: async (sight: Sight, accountId: string, times: readonly Date[]): Promise<PastHolding[]> => {
    const text = `SELECT t.at, h.symbol, e.position_qty AS qty, m.price
                  FROM unnest($2::timestamptz[]) AS t(at) JOIN positions h ON h.account_id = $1
                  CROSS JOIN LATERAL (
                    SELECT position_qty FROM executions
                    WHERE account_id = h.account_id AND symbol = h.symbol AND created_at <= t.at
                    ORDER BY created_at DESC, sequence DESC LIMIT 1
                  ) e
                  LEFT JOIN LATERAL (
                    SELECT price FROM marks WHERE symbol = h.symbol AND at <= t.at ORDER BY at DESC LIMIT 1
                  ) m ON true WHERE e.position_qty > 0`;
    return (await as(sight).query<PastHolding>({ name: 'holdings_along', text, values: [accountId, times] })).rows;
  },

  /** The executions of several positions before an instant and a place in it, the youngest first; each with the place of its walk. */
  fillsBefore: async (
    sight: Sight,
    walks: readonly { accountId: string; symbol: string; before: { at: Date; sequence: bigint } }[],
    count: number,
  ): Promise<(BookedFill & { walk: number; sequence: bigint })[]> => {
    const text = `SELECT (k.n - 1)::int AS walk, e.*
                  FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::bigint[]) WITH ORDINALITY AS k(a, s, t, q, n)
                  CROSS JOIN LATERAL (
                    SELECT id, side, kind, qty, value, created_at AS "createdAt", busts_id AS "bustsId",
                           corrects_id AS "correctsId", sequence
                    FROM executions WHERE account_id = k.a AND symbol = k.s AND (created_at, sequence) < (k.t, k.q)
                    ORDER BY created_at DESC, sequence DESC LIMIT $5
                  ) e ORDER BY k.n, e."createdAt" DESC, e.sequence DESC`;
    const values = [
      walks.map(({ accountId }) => accountId),
      walks.map(({ symbol }) => symbol),
      walks.map(({ before }) => before.at),
      walks.map(({ before }) => before.sequence),
      count,
    ];
    return (
      await as(sight).query<BookedFill & { walk: number; sequence: bigint }>({ name: 'fills_before', text, values })
    ).rows;
  },

  /** The oldest open lots of several positions at once. */
  openLots: async (sight: Sight, positions: readonly { accountId: string; symbol: string }[]): Promise<LotRow[]> => {
    const text = `SELECT l.* FROM unnest($1::uuid[], $2::text[]) AS k(a, s) CROSS JOIN LATERAL (
                    SELECT ${lotColumns} FROM lots WHERE account_id = k.a AND symbol = k.s AND leaves_qty > 0
                    ORDER BY sequence LIMIT $3) l`;
    const values = [
      positions.map(({ accountId }) => accountId),
      positions.map(({ symbol }) => symbol),
      limits.ledger.lotsShown,
    ];
    return (await as(sight).query<LotRow>({ name: 'open_lots', text, values })).rows;
  },
});

export type HistoryStore = ReturnType<typeof createHistoryStore>;

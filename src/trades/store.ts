import type { Database } from '../database/database.ts';
import type { Line } from '../lane/books.ts';
import type { EntryRow, ExecutionRow } from '../lane/rows.ts';
import { executionColumns } from '../lane/statements.ts';

/** A trade as it was booked. None of it ever changes. */
export interface BookedTrade {
  tradeId: string;
  entry: EntryRow;
  lines: Line[];
  /** One for each customer in it. */
  executions: ExecutionRow[];
}

/** Reads of trades, for operators: whoever may ask sees those of all accounts. */
export const createTradeStore = ({ pool }: Pick<Database, 'pool'>) => ({
  /** The trade that an execution, or its bust, belongs to. */
  tradeIdOf: async (executionId: string): Promise<string | undefined> => {
    const text = 'SELECT trade_id AS "tradeId" FROM executions WHERE id = $1';
    return (await pool.query<{ tradeId: string }>({ name: 'trade_of_execution', text, values: [executionId] })).rows[0]
      ?.tradeId;
  },

  /** Found by the ids that its sides have, which are indexed. */
  bySides: async (execIds: readonly string[]): Promise<BookedTrade | undefined> => {
    const text = `SELECT ${executionColumns} FROM executions WHERE exec_id = ANY($1::text[]) AND kind = 'TRADE' ORDER BY sequence`;
    const { rows: executions } = await pool.query<ExecutionRow>({ name: 'trade_sides', text, values: [execIds] });
    const tradeId = executions[0]?.tradeId;
    if (tradeId === undefined) return undefined;
    const { rows } = await pool.query<EntryRow & Line>({
      name: 'trade_entry',
      text: `SELECT e.id, e.kind, e.reference, e.created_at AS "createdAt", p.account_id AS "accountId", p.asset, p.amount
             FROM journal_entries e JOIN postings p ON p.entry_id = e.id
             WHERE e.kind = 'TRADE' AND e.reference = $1 ORDER BY p.line`,
      values: [tradeId],
    });
    const [first] = rows;
    if (first === undefined) throw new Error('a trade without its entry');
    const { id, kind, reference, createdAt } = first;
    const lines = rows.map(({ accountId, asset, amount }) => ({ accountId, asset, amount }));
    return { tradeId, entry: { id, kind, reference, createdAt }, lines, executions };
  },
});

export type TradeStore = ReturnType<typeof createTradeStore>;

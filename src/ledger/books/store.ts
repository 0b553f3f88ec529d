import type pg from 'pg';
import type { Database } from '../../database/database.ts';
import { checks, type Difference } from './differences.ts';
import type { ReplayRow } from './replay.ts';

interface Row {
  account: string | null;
  subject: string;
  expected: string | bigint | null;
  found: string | bigint | null;
}

/** One look at everything at one instant. It locks nothing and nobody waits for it. */
export interface Snapshot {
  /** The rows that fail a check, at most `limit` of them. */
  differences(limit: number): AsyncIterable<Difference[]>;
  /** Every execution of customers, position by position and in each in the order in which they were booked. */
  executions(batch: number): AsyncIterable<ReplayRow[]>;
}

const executions = `
  SELECT e.id, e.account_id AS "accountId", e.symbol, e.side, e.kind, e.busts_id AS "bustsId",
         e.qty, e.value,
         e.position_qty AS "positionQty", e.position_cost AS "positionCost", e.position_pnl AS "positionPnl",
         l.sequence AS "lotSequence", l.leaves_qty AS "lotLeavesQty", l.leaves_cost AS "lotLeavesCost",
         p.qty AS "heldQty", p.cost_basis AS "heldCost", p.realized_pnl AS "heldPnl"
  FROM executions e LEFT JOIN lots l ON l.id = e.id
    LEFT JOIN positions p ON p.account_id = e.account_id AND p.symbol = e.symbol
  ORDER BY e.account_id, e.symbol, e.sequence`;

const text = (value: Row['found']): string => (value === null ? 'none' : String(value));

const snapshotOf = (client: pg.PoolClient): Snapshot => ({
  differences: async function* (limit) {
    for (const [check, sql] of Object.entries(checks)) {
      const { rows } = await client.query<Row>(`${sql} LIMIT ${limit}`);
      yield rows.map(({ account, subject, expected, found }) => ({
        ...{ check, accountId: account, subject },
        ...{ expected: text(expected), found: text(found) },
      }));
    }
  },
  executions: async function* (batch) {
    await client.query(`DECLARE replay NO SCROLL CURSOR FOR ${executions}`);
    for (;;) {
      const { rows } = await client.query<ReplayRow>(`FETCH ${batch} FROM replay`);
      if (rows.length === 0) return;
      yield rows;
    }
  },
});

/** Runs `work` on one snapshot of the whole database; no statement of it may take longer than `statement_ms`. */
export const createBooksStore =
  ({ pool }: Pick<Database, 'pool'>) =>
  async <Value>(statement_ms: number, work: (snapshot: Snapshot) => Promise<Value>): Promise<Value> => {
    const client = await pool.connect();
    try {
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      await client.query(`SET LOCAL statement_timeout = ${statement_ms}`);
      // What it has read is gone through meanwhile, and nobody waits for it.
      await client.query(`SET LOCAL idle_in_transaction_session_timeout = ${statement_ms}`);
      return await work(snapshotOf(client));
    } finally {
      await client.query('ROLLBACK').then(
        () => client.release(),
        (error: Error) => client.release(error),
      );
    }
  };

export type BooksStore = ReturnType<typeof createBooksStore>;

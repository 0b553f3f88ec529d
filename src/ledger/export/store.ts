import type pg from 'pg';
import type { Database } from '../../database/database.ts';
import type { Sight } from '../../database/viewers.ts';
import { limits } from '../../limits.ts';
import { justBefore, type PastBalance, pastBalances } from '../history/past-balances.ts';
import type { Movement, Period } from './document.ts';

/** An account over a period, all of one instant. It locks nothing; it keeps a connection until it is closed. */
export interface StatementSnapshot {
  opening: PastBalance[];
  closing: PastBalance[];
  /** The movements behind one of them, oldest first; an empty page is the end. */
  movements(after: Pick<Movement, 'createdAt' | 'sequence'> | undefined, limit: number): Promise<Movement[]>;
  close(): Promise<void>;
}

// From key to key along the index of the account's postings: each page costs the same, whatever came before it.
const movements = {
  name: 'export_movements',
  text: `SELECT p.created_at AS "createdAt", p.sequence, p.entry_id AS "entryId", p.line, p.kind, e.reference, p.asset,
                p.amount, p.balance_after AS "balanceAfter"
         FROM postings p JOIN journal_entries e ON e.id = p.entry_id
         WHERE p.account_id = $1 AND (p.created_at, p.sequence) > ($2::timestamptz, $3::bigint) AND p.created_at < $4
         ORDER BY p.created_at, p.sequence LIMIT $5`,
} as const;

const open = async (client: pg.PoolClient, accountId: string, { from, to }: Period): Promise<StatementSnapshot> => {
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  // Between two pages it waits for whoever reads the file, and nobody waits for it.
  await client.query(`SET LOCAL idle_in_transaction_session_timeout = ${limits.exports.duration_ms}`);
  const balancesAt = async (at: Date): Promise<PastBalance[]> =>
    (await client.query<PastBalance>({ ...pastBalances, values: [accountId, at] })).rows;
  let closed: Promise<void> | undefined;
  const giveBack = async (): Promise<void> => {
    const failed = await client.query('ROLLBACK').then(
      () => undefined,
      (error: Error) => error,
    );
    client.release(failed);
  };
  return {
    opening: await balancesAt(justBefore(from)),
    closing: await balancesAt(justBefore(to)),
    movements: async (after = { createdAt: from, sequence: -1n }, limit) => {
      const values = [accountId, after.createdAt, after.sequence, to, limit];
      return (await client.query<Movement>({ ...movements, values })).rows;
    },
    close: () => {
      closed ??= giveBack();
      return closed;
    },
  };
};

/** Opens one consistent look at an account's period. */
export const createExportStore =
  ({ as }: Pick<Database, 'as'>) =>
  async (sight: Sight, accountId: string, period: Period): Promise<StatementSnapshot> => {
    const client = await as(sight).connect();
    try {
      return await open(client, accountId, period);
    } catch (error) {
      // Whatever state it is in, nobody gets it again.
      client.release(error as Error);
      throw error;
    }
  };

export type ExportStore = ReturnType<typeof createExportStore>;

import type pg from 'pg';
import type { AuditRow, EntryRow, EventRow } from './rows.ts';

/** What a batch writes that no other transaction ever writes. */
export interface Evidence {
  audit: readonly Pick<AuditRow, 'id'>[];
  entries: readonly Pick<EntryRow, 'id'>[];
  events: readonly Pick<EventRow, 'accountId' | 'sequence' | 'payload' | 'createdAt'>[];
}

/** The transaction's number lies beyond what the database has given out. */
const IN_THE_FUTURE = '22023';

const statusOf = async (client: pg.ClientBase, xid: string): Promise<string | null> => {
  try {
    const { rows } = await client.query<{ fate: string | null }>('SELECT pg_xact_status($1::xid8) AS fate', [xid]);
    return rows[0]?.fate ?? null;
  } catch (error) {
    if ((error as { code?: string }).code !== IN_THE_FUTURE) throw error;
    return 'aborted';
  }
};

const isThere = async (client: pg.ClientBase, { audit, entries, events }: Evidence): Promise<boolean> => {
  const [line, entry, event] = [audit[0], entries[0], events[0]];
  const found = async (text: string, ...values: unknown[]): Promise<boolean> =>
    (await client.query(text, values)).rowCount === 1;
  if (line !== undefined) return found('SELECT 1 FROM audit_entries WHERE id = $1', line.id);
  if (entry !== undefined) return found('SELECT 1 FROM journal_entries WHERE id = $1', entry.id);
  // Whatever changes an account without either of them emits an event.
  if (event === undefined) return true;
  const { accountId, sequence, payload, createdAt } = event;
  const text = `SELECT 1 FROM account_events
                WHERE account_id = $1 AND sequence = $2 AND payload = $3::jsonb AND created_at = $4`;
  return found(text, accountId, sequence, payload, createdAt);
};

/**
 * Whether a transaction whose COMMIT had no answer has been committed; undefined while it still runs. Its number alone
 * does not tell: a database that was killed forgets the numbers whose transactions never reached the disk, and gives them
 * to others. So a number that it does not know yet was lost, and one that it calls committed must have left its rows.
 */
export const fateOf = async (client: pg.ClientBase, xid: string, evidence: Evidence): Promise<boolean | undefined> => {
  const status = await statusOf(client, xid);
  if (status === 'in progress') return undefined;
  return status === 'committed' && (await isThere(client, evidence));
};

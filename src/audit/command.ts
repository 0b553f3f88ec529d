import type { Database } from '../database/database.ts';
import type { Prisma } from '../database/generated/client.ts';
import { inTransaction } from '../database/transaction.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Ids } from '../kernel/ids.ts';
import type { Result } from '../kernel/result.ts';
import { type AuditRecord, writeAudit } from './write.ts';

/** What the audit line will say. A command that learns the actor or target only on the way changes it there. */
export type AuditLine = Pick<AuditRecord, 'by' | 'action' | 'target' | 'details'>;

export interface Step {
  tx: Prisma.TransactionClient;
  now: Date;
  line: AuditLine;
}

/**
 * Runs a command and writes its line in the audit log in one transaction, refused commands too: either both are there
 * or neither.
 */
export type Command = <Value>(
  line: AuditLine,
  decide: (step: Step) => Promise<Result<Value>>,
) => Promise<Result<Value>>;

export const createCommand =
  ({ database, clock, ids }: { database: Database; clock: Clock; ids: Ids }): Command =>
  (given, decide) =>
    inTransaction(database, async (tx) => {
      const now = clock.now();
      const line = { ...given };
      const result = await decide({ tx, now, line });
      const outcome = result.ok ? 'OK' : result.failures.map(({ code }) => code).join(' ');
      await writeAudit(tx, { id: ids.next(), createdAt: now, ...line, outcome });
      return result;
    });

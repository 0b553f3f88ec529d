import type { Prisma } from '../database/generated/client.ts';
import type { Actor } from '../identity/viewer.ts';

/** One line of the audit log. Names and ids only: never a password, a token or an e-mail address. */
export interface AuditRecord {
  id: string;
  createdAt: Date;
  by: Actor;
  action: string;
  target: string | null;
  outcome: string;
  details?: Prisma.InputJsonObject;
}

/** Writes inside the caller's transaction, so that the line exists exactly when what it describes does. */
export const writeAudit = async (tx: Prisma.TransactionClient, record: AuditRecord): Promise<void> => {
  const { by, details = {}, ...rest } = record;
  await tx.auditEntry.create({ data: { ...rest, actorId: by.userId, requestId: by.requestId, details } });
};

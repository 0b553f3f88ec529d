import type { Prisma } from '../database/generated/client.ts';
import type { Actor } from '../identity/viewer/viewer.ts';
import { chained, type Strand } from './chain.ts';

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

/**
 * Writes inside the caller's transaction, so that the line exists exactly when what it describes does. The last thing
 * that a transaction does: whoever has a strand waits for nothing more.
 */
export const writeAudit = async (tx: Prisma.TransactionClient, record: AuditRecord): Promise<void> => {
  const { by, ...rest } = record;
  const [free] = await tx.$queryRaw<[Strand]>`
    SELECT id::int, count, encode(head, 'hex') AS head FROM bourse_audit_strand()`;
  const line = { ...rest, actorId: by.userId, requestId: by.requestId };
  const { rows, strand } = chained([line], free);
  const { id, createdAt, actorId, action, target, requestId, outcome, details = {}, sequence, hash } = rows[0]!;
  await tx.$executeRaw`
    WITH kept AS (
      UPDATE audit_strands SET count = ${strand.count}, head = decode(${strand.head}, 'hex') WHERE id = ${strand.id}::smallint
    )
    INSERT INTO audit_entries (id, created_at, actor_id, action, target, request_id, outcome, details, strand, sequence, hash)
    VALUES (${id}::uuid, ${createdAt}::timestamptz, ${actorId}::uuid, ${action}, ${target}, ${requestId}::uuid, ${outcome},
            ${JSON.stringify(details)}::jsonb, ${strand.id}::smallint, ${sequence}, decode(${hash}, 'hex'))`;
};

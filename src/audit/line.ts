import type { Failure } from '../errors.ts';
import type { Actor } from '../identity/viewer/viewer.ts';
import type { AuditRow } from '../lane/rows.ts';

/** The audit line of a command that the lane decided; written with the command's own changes. */
export const auditLine = (
  id: string,
  createdAt: Date,
  by: Actor,
  action: string,
  target: string,
  answer: { ok: true } | { ok: false; failures: readonly Failure[] },
): AuditRow => ({
  id,
  createdAt,
  actorId: by.userId,
  action,
  target,
  requestId: by.requestId,
  outcome: answer.ok ? 'OK' : (answer.failures[0]?.code ?? 'OK'),
});

import type { Database } from '../database/database.ts';
import type { AuditEntry } from '../database/generated/client.ts';
import { newestFirst } from '../database/keyset.ts';
import { toUser, type User } from '../identity/users/user.ts';
import { boundOf } from '../kernel/date-time.ts';
import { type Page, type PageRequest, pageOf } from '../kernel/page.ts';

export interface AuditFilter {
  actorId?: string | null | undefined;
  action?: string | null | undefined;
  target?: string | null | undefined;
  outcome?: string | null | undefined;
  from?: Date | null | undefined;
  to?: Date | null | undefined;
}

export type AuditRow = AuditEntry & { actor: User | null };

/** One page of the log, newest first, with the people who acted: two statements, whatever the page size. */
export const readAudit = async (
  { prisma }: Database,
  filter: AuditFilter,
  request: PageRequest,
): Promise<Page<AuditRow>> => {
  const { where, ...page } = newestFirst(request);
  const rows = await prisma.auditEntry.findMany({
    ...page,
    where: {
      ...where,
      ...(filter.actorId == null ? {} : { actorId: filter.actorId }),
      ...(filter.action == null ? {} : { action: filter.action }),
      ...(filter.target == null ? {} : { target: filter.target }),
      // Said once more in words that the index of what was refused knows.
      ...(filter.outcome == null
        ? {}
        : { outcome: filter.outcome, ...(filter.outcome !== 'OK' && { NOT: { outcome: 'OK' } }) }),
      createdAt: {
        ...(filter.from == null ? {} : { gte: boundOf(filter.from) }),
        ...(filter.to == null ? {} : { lt: boundOf(filter.to) }),
      },
    },
  });
  const actorIds = [...new Set(rows.map(({ actorId }) => actorId).filter((id) => id !== null))];
  const actors = new Map((await prisma.user.findMany({ where: { id: { in: actorIds } } })).map((row) => [row.id, row]));
  const withActor = (row: AuditEntry): AuditRow => {
    const actor = row.actorId === null ? undefined : actors.get(row.actorId);
    return { ...row, actor: actor === undefined ? null : toUser(actor) };
  };
  return pageOf(rows.map(withActor), request);
};

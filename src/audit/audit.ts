import type { Database } from '../database/database.ts';
import type { Actor } from '../identity/viewer/viewer.ts';
import { isUuid } from '../kernel/ids.ts';
import type { Page, PageRequest } from '../kernel/page.ts';
import { limits } from '../limits.ts';
import type { RecordRead } from './record-read.ts';
import { type AuditFilter, type AuditRow, readAudit } from './store.ts';

const nothing: Page<AuditRow> = { rows: [], hasMore: false };

/** No action or target is longer or has other characters; Postgres would refuse some of what a client may send. */
const canMatch = (text: string | null | undefined): boolean =>
  text == null || (text.length <= limits.text.search && /^[\x20-\x7e]*$/.test(text));

export const createAudit = ({ database, recordRead }: { database: Database; recordRead: RecordRead }) => ({
  /** Before the names of those who acted are shown: most of them are customers. */
  noteNames: (by: Actor): Promise<void> => recordRead(by, 'auditLog', null),
  list: async (filter: AuditFilter, page: PageRequest): Promise<Page<AuditRow>> => {
    const { actorId, action, target, outcome } = filter;
    if ((actorId != null && !isUuid(actorId)) || ![action, target, outcome].every(canMatch)) return nothing;
    return readAudit(database, filter, page);
  },
});

export type Audit = ReturnType<typeof createAudit>;

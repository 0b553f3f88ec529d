import type { RecordRead } from '../../audit/record-read.ts';
import { isUuid } from '../../kernel/ids.ts';
import type { Page, PageRequest } from '../../kernel/page.ts';
import type { AccountFinder } from '../accounts.ts';
import { type Reader, readsAll, sightOf } from '../reader.ts';
import type { JournalFilter } from './page-query.ts';
import type { JournalEntry, JournalStore } from './store.ts';

const nothing: Page<JournalEntry> = { rows: [], hasMore: false };

/**
 * `journal`: a customer sees the entries of the own account and in them only the own lines. Whoever may read the ledger
 * names any account, or none for all entries, and sees every line.
 */
export const createJournal =
  ({ accounts, store, recordRead }: { accounts: AccountFinder; store: JournalStore; recordRead: RecordRead }) =>
  async (
    reader: Reader,
    filter: JournalFilter & { accountId?: string | null | undefined },
    page: PageRequest,
  ): Promise<Page<JournalEntry>> => {
    const { accountId } = filter;
    if (!readsAll(reader)) {
      const own = await accounts.find(reader.id, accountId);
      return own === undefined ? nothing : store.ofAccount(sightOf(reader), own, filter, page);
    }
    if (accountId != null && !isUuid(accountId)) return nothing;
    const of = accountId?.toLowerCase();
    if (of === undefined || !(await accounts.idsOf(reader.id)).includes(of))
      await recordRead({ userId: reader.id, requestId: reader.requestId }, 'journal', of ?? null);
    if (accountId == null) return store.ofAll(filter, page);
    const found = await store.ofAccount('EVERYTHING', accountId, filter, page);
    const lines = await store.postingsOf(found.rows.map(({ id }) => id));
    return { ...found, rows: found.rows.map((entry) => ({ ...entry, postings: lines.get(entry.id) ?? [] })) };
  };

import type { Database } from '../../database/database.ts';
import { prepared, unseen } from '../../database/prepared.ts';
import type { Sight } from '../../database/viewers.ts';
import { type Page, type PageRequest, pageOf } from '../../kernel/page.ts';
import type { EntryRow, PostingRow } from '../../lane/rows.ts';
import {
  allEntries,
  anyPostings,
  entriesOfKind,
  entryColumns,
  type JournalFilter,
  postingColumns,
} from './page-query.ts';

/** A posting as it stands in the books: with its place among all postings of its account. */
export interface BookedPosting extends PostingRow {
  sequence: bigint;
}

export interface JournalEntry extends EntryRow {
  postings: BookedPosting[];
}

/** Reads of the journal. Both lists run along an index from their newest end, so a page costs the same at any size. */
export const createJournalStore = ({ pool, as }: Pick<Database, 'pool' | 'as'>) => {
  const entriesOf = async (sight: Sight, ids: readonly string[]): Promise<Map<string, EntryRow>> => {
    const text = `SELECT ${entryColumns} FROM journal_entries WHERE id = ANY($1::uuid[])`;
    const { rows } = await as(sight).query<EntryRow>({ name: 'journal_entries_by_id', text, values: [ids] });
    return new Map(rows.map((row) => [row.id, row]));
  };

  /** The lines of several entries, in the order of the lines: all, or an account's. */
  const linesOf = async (sight: Sight, ids: readonly string[], accountId?: string) => {
    const own = accountId === undefined ? '' : 'AND account_id = $2';
    const text = `SELECT ${postingColumns} FROM postings WHERE entry_id = ANY(${unseen('$1', 'uuid[]')}) ${own} ORDER BY entry_id, line`;
    const values = accountId === undefined ? [ids] : [ids, accountId];
    const { rows } = await as(sight).query<BookedPosting>(prepared(text, values));
    return Map.groupBy(rows, ({ entryId }) => entryId);
  };
  const postingsOf = (ids: readonly string[]) => linesOf('EVERYTHING', ids);

  /** The newest lines of an account by their entries, of one more than there are on the page. */
  const newest = async (sight: Sight, accountId: string, filter: JournalFilter, page: PageRequest) => {
    const { kind } = filter;
    if (kind == null) {
      const { rows } = await as(sight).query<BookedPosting>(anyPostings(accountId, filter, page));
      // The last entry read may lack lines; it is the one that only says that there is more.
      return [...Map.groupBy(rows, ({ entryId }) => entryId)].slice(0, page.limit + 1);
    }
    const { rows } = await pool.query<{ id: string }>(entriesOfKind(accountId, { ...filter, kind }, page));
    const ids = [...new Set(rows.map(({ id }) => id))].slice(0, page.limit + 1);
    if (ids.length === 0) return [];
    const lines = await linesOf(sight, ids, accountId);
    // Whoever reads may be shown less than was found.
    return ids.map((id) => [id, lines.get(id) ?? []] as const).filter(([, own]) => own.length > 0);
  };

  return {
    postingsOf,

    /** Whole entries, in the order of their ids, which is that of their booking. */
    entriesById: async (ids: readonly string[]): Promise<JournalEntry[]> => {
      const [entries, postings] = await Promise.all([entriesOf('EVERYTHING', ids), postingsOf(ids)]);
      return [...entries.values()]
        .sort((one, other) => (one.id < other.id ? -1 : 1))
        .map((entry) => ({ ...entry, postings: postings.get(entry.id) ?? [] }));
    },

    /** The entry that booked a deposit or a withdrawal. */
    entryOfTransfer: async (transferId: string): Promise<EntryRow | undefined> => {
      const text = `SELECT ${entryColumns} FROM journal_entries
                    WHERE kind IN ('DEPOSIT', 'WITHDRAWAL') AND reference = $1`;
      return (await pool.query<EntryRow>({ name: 'entry_of_transfer', text, values: [transferId] })).rows[0];
    },

    /** The entries that touch an account, newest first in the order in which they were booked, with its own lines. */
    ofAccount: async (
      sight: Sight,
      accountId: string,
      filter: JournalFilter,
      page: PageRequest,
    ): Promise<Page<JournalEntry>> => {
      const groups = await newest(sight, accountId, filter, page);
      if (groups.length === 0) return { rows: [], hasMore: false };
      const entries = await entriesOf(
        sight,
        groups.map(([id]) => id),
      );
      const shown = groups.map(([id, postings]) => ({
        ...(entries.get(id) as EntryRow),
        postings: postings.sort((one, other) => one.line - other.line),
      }));
      return pageOf(shown, page);
    },

    /** Everybody's entries, newest first. */
    ofAll: async (filter: JournalFilter, page: PageRequest): Promise<Page<JournalEntry>> => {
      const { rows } = await pool.query<EntryRow>(allEntries(filter, page));
      const postings = await postingsOf(rows.map(({ id }) => id));
      return pageOf(
        rows.map((entry) => ({ ...entry, postings: postings.get(entry.id) ?? [] })),
        page,
      );
    },
  };
};

export type JournalStore = ReturnType<typeof createJournalStore>;

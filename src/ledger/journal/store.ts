import type { Database } from '../../database/database.ts';
import type { EntryKind } from '../../database/generated/enums.ts';
import type { Sight } from '../../database/viewers.ts';
import { MAX_UNITS } from '../../kernel/decimal.ts';
import { type Page, type PageRequest, pageOf } from '../../kernel/page.ts';
import type { EntryRow, PostingRow } from '../../lane/rows.ts';
import { limits } from '../../limits.ts';

export interface JournalFilter {
  kind?: EntryKind | null | undefined;
  /** Inclusive. */
  from?: Date | null | undefined;
  /** Exclusive. */
  to?: Date | null | undefined;
}

/** A posting as it stands in the books: with its place among all postings of its account. */
export interface BookedPosting extends PostingRow {
  sequence: bigint;
}

export interface JournalEntry extends EntryRow {
  postings: BookedPosting[];
}

interface Query {
  text: string;
  values: unknown[];
}

const postingColumns = `p.entry_id AS "entryId", p.line, p.account_id AS "accountId", p.asset, p.amount,
  p.balance_after AS "balanceAfter", p.created_at AS "createdAt", p.kind, p.sequence`;
const entryColumns = 'id, kind, reference, created_at AS "createdAt"';

/** Conditions and their values as they are found out one by one. */
const conditions = (...first: unknown[]) => {
  const values = [...first];
  const where: string[] = [];
  const and = (condition: (...at: string[]) => string, ...more: unknown[]): void => {
    where.push(condition(...more.map((value) => `$${values.push(value)}`)));
  };
  const filter = ({ kind, from, to }: JournalFilter): void => {
    if (kind != null) and((at) => `kind = ${at}::"EntryKind"`, kind);
    // Said once more in words that the index of the rare kinds knows.
    if (kind != null && kind !== 'TRADE') where.push("kind <> 'TRADE'");
    if (from != null) and((at) => `created_at >= ${at}`, from);
    if (to != null) and((at) => `created_at < ${at}`, to);
  };
  return { values, where, and, filter };
};

/**
 * Newest first, or the other way round for a page that is read backward. The rare kinds have an index in which the kind comes
 * first: it is said although it is the same, since where row security is on Postgres does not conclude that from `kind = …`.
 */
const orderBy = ({ kind }: JournalFilter, backward: boolean, last: 'id' | 'sequence'): string => {
  const rare = kind != null && kind !== 'TRADE';
  return backward
    ? `ORDER BY ${rare ? 'kind DESC, ' : ''}created_at, ${last}`
    : `ORDER BY ${rare ? 'kind, ' : ''}created_at DESC, ${last} DESC`;
};

/** Reads of the journal. Both lists run along an index from their newest end, so a page costs the same at any size. */
export const createJournalStore = ({ pool, as }: Pick<Database, 'pool' | 'as'>) => {
  const entriesOf = async (sight: Sight, ids: readonly string[]): Promise<Map<string, EntryRow>> => {
    const text = `SELECT ${entryColumns} FROM journal_entries WHERE id = ANY($1::uuid[])`;
    const { rows } = await as(sight).query<EntryRow>({ name: 'journal_entries_by_id', text, values: [ids] });
    return new Map(rows.map((row) => [row.id, row]));
  };

  /** All lines of several entries, in the order of the lines. */
  const postingsOf = async (ids: readonly string[]): Promise<Map<string, BookedPosting[]>> => {
    const text = `SELECT ${postingColumns} FROM postings p WHERE entry_id = ANY($1::uuid[]) ORDER BY entry_id, line`;
    const { rows } = await pool.query<BookedPosting>({ name: 'postings_of_entries', text, values: [ids] });
    return Map.groupBy(rows, ({ entryId }) => entryId);
  };

  /**
   * Postings of one kind, found by whom row security does not concern: behind it Postgres uses no index for what it cannot
   * prove to keep secrets, such as the comparison of two kinds. The rows themselves can then be read by anybody.
   */
  const named = async (accountId: string, keys: Query, inOrder: string): Promise<Query> => {
    const { rows } = await pool.query<{ entry_id: string; line: number }>(keys);
    return {
      text: `SELECT ${postingColumns} FROM unnest($1::uuid[], $2::smallint[]) AS k(e, l)
               JOIN postings p ON p.entry_id = k.e AND p.line = k.l WHERE p.account_id = $3 ${inOrder}`,
      values: [rows.map((row) => row.entry_id), rows.map(({ line }) => line), accountId],
    };
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
      const { limit, backward, from } = page;
      const { values, where, and, ...add } = conditions(accountId, (limit + 1) * limits.ledger.linesOfAccount);
      add.filter(filter);
      if (from !== undefined) {
        const [beyond, edge, none] = backward ? ['>', 'max', MAX_UNITS] : ['<', 'min', 0n];
        const place = (id: string): string =>
          `coalesce((SELECT ${edge}(sequence) FROM postings WHERE entry_id = ${id} AND account_id = $1), ${none})`;
        and(
          (at, id = '') => `(created_at, sequence) ${beyond} (${at}::timestamptz, ${place(id)})`,
          from.createdAt,
          from.id,
        );
      }
      const inOrder = orderBy(filter, backward, 'sequence');
      const found = (columns: string): Query => ({
        text: `SELECT ${columns} FROM postings p WHERE ${['account_id = $1', ...where].join(' AND ')} ${inOrder} LIMIT $2`,
        values,
      });
      const { rows } = await as(sight).query<BookedPosting>(
        filter.kind == null ? found(postingColumns) : await named(accountId, found('entry_id, line'), inOrder),
      );
      // The last entry read may lack lines; it is the one that only says that there is more.
      const groups = [...Map.groupBy(rows, ({ entryId }) => entryId)].slice(0, limit + 1);
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
      const { limit, backward, from } = page;
      const { values, where, and, ...add } = conditions(limit + 1);
      add.filter(filter);
      if (from !== undefined) {
        const beyond = backward ? '>' : '<';
        and((at, id) => `(created_at, id) ${beyond} (${at}::timestamptz, ${id}::uuid)`, from.createdAt, from.id);
      }
      const text = `SELECT ${entryColumns} FROM journal_entries ${where.length > 0 ? `WHERE ${where.join(' AND ')}` : ''}
                    ${orderBy(filter, backward, 'id')} LIMIT $1`;
      const { rows } = await pool.query<EntryRow>({ text, values });
      const postings = await postingsOf(rows.map(({ id }) => id));
      return pageOf(
        rows.map((entry) => ({ ...entry, postings: postings.get(entry.id) ?? [] })),
        page,
      );
    },
  };
};

export type JournalStore = ReturnType<typeof createJournalStore>;

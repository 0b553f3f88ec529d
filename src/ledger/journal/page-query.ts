import type { EntryKind } from '../../database/generated/enums.ts';
import { alongStretch, stretchOf } from '../../database/keyset.ts';
import { firstOf, type Prepared, prepared, unseen } from '../../database/prepared.ts';
import type { PageRequest } from '../../kernel/page.ts';
import { limits } from '../../limits.ts';
import { house } from '../house.ts';

export interface JournalFilter {
  kind?: EntryKind | null | undefined;
  /** Inclusive. */
  from?: Date | null | undefined;
  /** Exclusive. */
  to?: Date | null | undefined;
}

export const postingColumns = `entry_id AS "entryId", line, account_id AS "accountId", asset, amount,
  balance_after AS "balanceAfter", created_at AS "createdAt", kind, sequence`;
export const entryColumns = 'id, kind, reference, created_at AS "createdAt"';

const lines = limits.ledger.linesOfAccount;
const ofLines = { count: '$2', atMost: (limits.page.max + 1) * lines };
const ofEntries = { count: '$2', atMost: limits.page.max + 1 };

/**
 * Newest first, or the other way round for a page that is read backward. The rare kinds have an index in which the kind comes
 * first: it is said although it is the same, since where row security is on Postgres does not conclude that from `kind = …`.
 */
const orderBy = ({ backward }: PageRequest, last: 'id' | 'sequence', isRare = false): string =>
  backward
    ? `ORDER BY ${isRare ? 'kind DESC, ' : ''}created_at, ${last}`
    : `ORDER BY ${isRare ? 'kind, ' : ''}created_at DESC, ${last} DESC`;

/** In words that the index of the rare kinds knows. */
const rarely = (at: string): string => `kind = ${unseen(at, '"EntryKind"')} AND kind <> 'TRADE'`;

/** Every statement's first values: whose postings, or the kind; how many; how far the page may go, and where it begins. */
const leading = (of: string | null, count: number, filter: JournalFilter, page: PageRequest): unknown[] => {
  const { begin, end } = stretchOf(page, filter);
  return [of, count, end, begin.createdAt, begin.id];
};

/** The postings of an account behind the entry that the page begins behind. */
const ofAccount = (page: PageRequest): string => {
  // One row always, and nothing that Postgres would take for a leak behind row security.
  const edge = `coalesce(${page.backward ? 'max' : 'min'}(sequence), 0)`;
  const place = `(SELECT ${edge} FROM postings WHERE entry_id = $5::uuid AND account_id = $1::uuid)`;
  return `account_id = ${unseen('$1', 'uuid')} AND ${alongStretch(page, 'sequence', place)}`;
};

/** The newest postings of an account, of whatever kind. */
export const anyPostings = (accountId: string, filter: JournalFilter, page: PageRequest): Prepared => {
  const rows = `SELECT ${postingColumns} FROM postings WHERE ${ofAccount(page)} ${orderBy(page, 'sequence')}`;
  return prepared(firstOf(rows, ofLines), leading(accountId, (page.limit + 1) * lines, filter, page));
};

/**
 * The entries of one kind, by the account's postings of them, an entry as often as it has such. For whom row security does not
 * concern: behind it Postgres uses no index for what it cannot prove to keep secrets, such as the comparison of two kinds.
 *
 * Trades have no index of their own, because every order would pay for it. Cash comes and goes in many ways, but other
 * assets hardly but by trades, so they are looked for once in each of those. The house's cash comes from trades alone, or never.
 */
export const entriesOfKind = (
  accountId: string,
  filter: JournalFilter & { kind: EntryKind },
  page: PageRequest,
): Prepared => {
  const values = leading(accountId, (page.limit + 1) * lines, filter, page);
  if (filter.kind !== 'TRADE') {
    const rows = `SELECT entry_id AS id FROM postings WHERE ${ofAccount(page)} AND ${rarely('$6')} ${orderBy(page, 'sequence', true)}`;
    return prepared(firstOf(rows, ofLines), [...values, filter.kind]);
  }
  const one = `SELECT entry_id, created_at, sequence FROM postings
    WHERE ${ofAccount(page)} AND asset = each_asset AND kind = 'TRADE' ${orderBy(page, 'sequence')}`;
  const text = `SELECT entry_id AS id
    FROM (SELECT asset FROM balances WHERE account_id = ${unseen('$1', 'uuid')} AND (asset <> 'USD' OR ${unseen('$6', 'boolean')}) OFFSET 0)
        AS b(each_asset)
      CROSS JOIN LATERAL (${firstOf(one, ofLines)}) p ${orderBy(page, 'sequence')} LIMIT ${unseen('$2', 'bigint')}`;
  return prepared(text, [...values, accountId === house.venue || accountId === house.fees]);
};

/** Everybody's entries. */
export const allEntries = (filter: JournalFilter, page: PageRequest): Prepared => {
  const { kind } = filter;
  const values = leading(kind ?? null, page.limit + 1, filter, page);
  const isRare = kind != null && kind !== 'TRADE';
  const meant = isRare ? rarely('$1') : `(${unseen('$1', '"EntryKind"')} IS NULL OR kind = 'TRADE')`;
  const place = `(SELECT coalesce($5::uuid, '00000000-0000-0000-0000-000000000000'))`;
  const rows = `SELECT ${entryColumns} FROM journal_entries
    WHERE ${meant} AND ${alongStretch(page, 'id', place)} ${orderBy(page, 'id', isRare)}`;
  return prepared(firstOf(rows, ofEntries), values);
};

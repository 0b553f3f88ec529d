import { failure } from '../errors.ts';
import type { Answer } from '../idempotency/once.ts';
import type { Books, Line } from '../lane/books.ts';
import type { EntryRow } from '../lane/rows.ts';
import { reversed } from './entries.ts';

export interface ReversalFacts {
  entry: EntryRow;
  /** The entry's lines as they were booked. */
  lines: readonly Line[];
  /** The id that the reversal gets. */
  id: string;
  reason: string;
}

/** The first customer who would have less than nothing available if the lines were booked. */
export const shortOf = (books: Books, lines: readonly Line[]): Line | undefined => {
  const totals = Map.groupBy(lines, ({ accountId, asset }) => `${accountId} ${asset}`);
  for (const group of totals.values()) {
    const { accountId, asset } = group[0] as Line;
    const amount = group.reduce((sum, line) => sum + line.amount, 0n);
    const { posted, held, mayOwe } = books.balance(accountId, asset);
    if (!mayOwe && posted - held + amount < 0n) return { accountId, asset, amount };
  }
  return undefined;
};

/** Posts the exact opposite of an entry, once. What a customer no longer has available is not taken. */
export const decideReversal = (books: Books, at: Date, facts: ReversalFacts): Answer<EntryRow> => {
  const { entry, id, reason } = facts;
  if (books.isReversed(entry.id)) {
    return { ok: false, failures: [failure('ALREADY_REVERSED', 'The entry has been reversed.', 'transferId')] };
  }
  const lines = reversed(facts.lines);
  const short = shortOf(books, lines);
  if (short !== undefined) {
    const message = `Account ${short.accountId} no longer has enough ${short.asset} available.`;
    return { ok: false, failures: [failure('INSUFFICIENT_FUNDS', message, 'transferId')] };
  }
  const reversal: EntryRow = { id, kind: 'REVERSAL', reference: entry.id, createdAt: at };
  books.book(reversal, lines);
  for (const { accountId, asset, amount } of lines) {
    if (books.account(accountId)?.kind !== 'CUSTOMER') continue;
    books.emit(accountId, 'TRANSFER_REVERSED', { entryId: id, reverses: entry.id, asset, amount, reason }, at);
  }
  return { ok: true, value: reversal };
};

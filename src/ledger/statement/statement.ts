import { refusedArgument } from '../../errors.ts';
import type { Clock } from '../../kernel/clock.ts';
import { boundOf } from '../../kernel/date-time.ts';
import type { Page, PageRequest } from '../../kernel/page.ts';
import { justBefore, type PastBalance } from '../history/past-balances.ts';
import type { HistoryStore } from '../history/store.ts';
import type { JournalEntry, JournalStore } from '../journal/store.ts';
import { checkPast, type ReadableAccount, type Reader, sightOf } from '../reader.ts';

/** What an account had when a period began, what moved in it, and what it had when it ended. */
export interface Statement {
  accountId: string;
  /** Inclusive. */
  from: Date;
  /** Exclusive. */
  to: Date;
  opening: PastBalance[];
  closing: PastBalance[];
  movements(page: PageRequest): Promise<Page<JournalEntry>>;
}

export interface StatementDeps {
  readableAccount: ReadableAccount;
  history: HistoryStore;
  journal: JournalStore;
  clock: Clock;
}

/** `statement`: opening and movements together are the closing, in every asset, for any period that is over. */
export const createStatement =
  ({ readableAccount, history, journal, clock }: StatementDeps) =>
  async (
    reader: Reader,
    accountId: string | null | undefined,
    period: { from: Date; to: Date },
  ): Promise<Statement | undefined> => {
    const [from, to] = [boundOf(period.from), boundOf(period.to)];
    if (from >= to) throw refusedArgument('from', 'must be before "to", by a millisecond at least.');
    checkPast(to, clock.now(), 'to');
    const id = await readableAccount(reader, accountId, 'statement');
    if (id === undefined) return undefined;
    // From here on the three reads below are of one thing that no longer changes.
    await history.closeUntil([id], justBefore(to));
    const sight = sightOf(reader);
    const [opening, closing] = await Promise.all([
      history.balancesAt(sight, id, justBefore(from)),
      history.balancesAt(sight, id, justBefore(to)),
    ]);
    return {
      accountId: id,
      from,
      to,
      opening,
      closing,
      movements: (page) => journal.ofAccount(sight, id, { from, to }, page),
    };
  };

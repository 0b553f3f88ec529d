import type { JournalEntry, JournalStore } from '../ledger/journal/store.ts';
import type { TradeDeps } from './amend.ts';
import { createBustTrade } from './bust-trade.ts';
import { createCorrectTrade } from './correct-trade.ts';

/** What operators do to trades that should not have been, or not so. */
export const createTrades = (deps: TradeDeps & { journal: Pick<JournalStore, 'entriesById'> }) => ({
  bust: createBustTrade(deps),
  correct: createCorrectTrade(deps),
  /** Whole entries, for whoever may operate the ledger. */
  entries: (ids: readonly string[]): Promise<JournalEntry[]> => deps.journal.entriesById(ids),
});

export type Trades = ReturnType<typeof createTrades>;

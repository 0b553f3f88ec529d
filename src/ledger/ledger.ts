import type { Command } from '../audit/command.ts';
import { createRecordRead } from '../audit/record-read.ts';
import type { Sight } from '../database/viewers.ts';
import type { InFlight } from '../idempotency/in-flight.ts';
import type { Clock } from '../kernel/clock.ts';
import { type Ids, isUuid } from '../kernel/ids.ts';
import type { Lane } from '../lane/lane.ts';
import type { BalanceRow } from '../lane/rows.ts';
import type { Instrument } from '../market/instrument.ts';
import type { Quote } from '../venues/venue.ts';
import type { AccountFinder } from './accounts.ts';
import { createCheckBooks } from './books/check-books.ts';
import type { BooksStore } from './books/store.ts';
import type { ChartLine } from './chart/chart.ts';
import { createExportStatement } from './export/export-statement.ts';
import type { ExportStore } from './export/store.ts';
import { createLotsOf } from './history/lots.ts';
import { createPast } from './history/past.ts';
import { createPortfolioHistory } from './history/portfolio.ts';
import type { HistoryStore } from './history/store.ts';
import { createJournal } from './journal/journal.ts';
import type { JournalStore } from './journal/store.ts';
import { createReadableAccount, type Reader, readableAccount, sightOf } from './reader.ts';
import { createReverseTransfer } from './reverse-transfer.ts';
import { createStatement } from './statement/statement.ts';
import type { Account, LedgerStore } from './store.ts';
import { createTransfer } from './transfer.ts';
import { type ValuedPosition, valuePosition } from './valuation.ts';

export interface LedgerDeps {
  lane: Lane;
  store: LedgerStore;
  journal: JournalStore;
  history: HistoryStore;
  books: BooksStore;
  openStatement: ExportStore;
  command: Command;
  accounts: AccountFinder;
  market: { find(symbol: string): Instrument | undefined; quote(symbol: string): Quote | undefined };
  inFlight: InFlight;
  clock: Clock;
  ids: Ids;
  /** The scale at which an asset is kept. */
  scaleOf(asset: string): number;
  /** Whether customers may put paper money in by themselves. */
  paperDeposits: boolean;
}

const grouped = <Row extends { accountId: string }>(rows: readonly Row[]): ((accountId: string) => Row[]) => {
  const groups = Map.groupBy(rows, ({ accountId }) => accountId);
  return (accountId) => groups.get(accountId) ?? [];
};

/** The use cases of money. */
export const createLedger = (parts: LedgerDeps) => {
  const recordRead = createRecordRead(parts.command);
  const deps = { ...parts, recordRead, readableAccount: createReadableAccount({ ...parts, recordRead }) };
  const valued = (rows: Awaited<ReturnType<LedgerStore['positions']>>): ValuedPosition[] =>
    rows.flatMap((row) => {
      const instrument = deps.market.find(row.symbol);
      return instrument === undefined ? [] : [valuePosition(row, instrument, deps.market.quote(row.symbol))];
    });
  const past = createPast(deps);
  return {
    journal: createJournal({ ...deps, store: deps.journal }),
    reverseTransfer: createReverseTransfer(deps),
    chartOfAccounts: (): Promise<ChartLine[]> => deps.store.chart(),
    balancesAt: past.balancesAt,
    statement: createStatement(deps),
    exportStatement: createExportStatement(deps),
    portfolioHistory: createPortfolioHistory(deps),
    checkBooks: createCheckBooks(deps.books),
    covered: (): Promise<{ asset: string; amount: bigint }[]> => deps.store.covered(),
    deposit: createTransfer({ ...deps, scale: deps.scaleOf('USD') }, 'DEPOSIT'),
    withdraw: createTransfer({ ...deps, scale: deps.scaleOf('USD') }, 'WITHDRAWAL'),
    scaleOf: deps.scaleOf,
    paperDeposits: deps.paperDeposits,

    /** Whether a reader who names the account may see it; another is as if it were not there. */
    mayRead: async (reader: Reader, accountId: string): Promise<boolean> =>
      (await readableAccount(deps.accounts, reader, accountId)) !== undefined,
    accountsOf: (userId: string): Promise<Account[]> => deps.store.accountsOfUser(userId),
    accountOf: async (userId: string, id: string): Promise<Account | undefined> =>
      isUuid(id)
        ? (await deps.store.accountsOfUser(userId)).find((account) => account.id === id.toLowerCase())
        : undefined,

    // The look-ups below take account ids that came out of rows which their reader owns.
    accountsById: async (sight: Sight, ids: readonly string[]): Promise<(id: string) => Account | undefined> => {
      const found = new Map((await deps.store.accountsById(sight, ids)).map((account) => [account.id, account]));
      return (id) => found.get(id);
    },
    balancesOf: async (sight: Sight, accountIds: readonly string[]): Promise<(accountId: string) => BalanceRow[]> =>
      grouped(await deps.store.balances(sight, accountIds)),
    positionsOf: async (
      sight: Sight,
      accountIds: readonly string[],
    ): Promise<(accountId: string) => ValuedPosition[]> =>
      grouped(valued(await deps.store.positions(sight, accountIds))),
    lotsOf: createLotsOf(deps),
    /** Of all own accounts, or of one that the reader may see. */
    positions: async (
      reader: Reader,
      accountId?: string | null,
      asOf?: Date | null,
      closed = false,
    ): Promise<ValuedPosition[]> => {
      const sight = sightOf(reader);
      const named = accountId == null ? undefined : await deps.readableAccount(reader, accountId, 'positions');
      const wanted = accountId == null ? await deps.accounts.idsOf(reader.id) : named === undefined ? [] : [named];
      if (asOf != null) return past.positionsAt(sight, wanted, { at: asOf, closed });
      return wanted.length === 0 ? [] : valued(await deps.store.positions(sight, wanted, closed));
    },
  };
};

export type Ledger = ReturnType<typeof createLedger>;

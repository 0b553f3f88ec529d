import type { Sight } from '../../database/viewers.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Instrument } from '../../market/instrument.ts';
import { checkPast, type ReadableAccount, type Reader, sightOf } from '../reader.ts';
import { type ValuedPosition, valueAt } from '../valuation.ts';
import type { PastBalance } from './past-balances.ts';
import type { HistoryStore } from './store.ts';

export interface PastDeps {
  readableAccount: ReadableAccount;
  history: HistoryStore;
  market: { find(symbol: string): Instrument | undefined };
  clock: Clock;
}

/** What accounts had at an instant that is over. */
export const createPast = ({ readableAccount, history, market, clock }: PastDeps) => ({
  balancesAt: async (
    reader: Reader,
    accountId: string | null | undefined,
    asOf: Date | null | undefined,
  ): Promise<PastBalance[]> => {
    const at = asOf ?? clock.now();
    checkPast(at, clock.now(), 'asOf');
    const id = await readableAccount(reader, accountId, 'balances');
    if (id === undefined) return [];
    if (asOf != null) await history.closeUntil([id], at);
    return history.balancesAt(sightOf(reader), id, at);
  },

  /** Valued at what was known of the market then. */
  positionsAt: async (
    sight: Sight,
    accountIds: readonly string[],
    { at, closed }: { at: Date; closed: boolean },
  ): Promise<ValuedPosition[]> => {
    checkPast(at, clock.now(), 'asOf');
    await history.closeUntil(accountIds, at);
    const rows = await history.positionsAt(sight, accountIds, { at, closed });
    const marks = await history.marksAt([...new Set(rows.map(({ symbol }) => symbol))], at);
    return rows.flatMap((row) => {
      const instrument = market.find(row.symbol);
      return instrument === undefined
        ? []
        : [{ ...valueAt(row, instrument, marks.get(row.symbol) ?? instrument.referencePrice), asOf: at }];
    });
  },
});

import { refusedArgument } from '../../errors.ts';
import { boundOf } from '../../kernel/date-time.ts';
import { limits } from '../../limits.ts';
import { tradeValue } from '../../market/instrument.ts';
import { checkPast, type Reader, sightOf } from '../reader.ts';
import type { PastDeps } from './past.ts';

/** How far apart the points of a series are, in milliseconds. */
export const intervals = { MINUTE: 60_000, FIVE_MINUTES: 300_000, HOUR: 3_600_000, DAY: 86_400_000 } as const;
export type Interval = keyof typeof intervals;

/** Amounts are units of the account's currency. */
export interface PortfolioPoint {
  at: Date;
  cash: bigint;
  owed: bigint;
  positions: bigint;
}

export interface Period {
  from: Date;
  to: Date;
  interval: Interval;
}

/** The instants of the series: from the first one on, and the end itself. */
const instants = ({ from, to, interval }: Period): Date[] => {
  const step = intervals[interval];
  const count = Math.ceil((to.getTime() - from.getTime()) / step) + 1;
  if (count < 2) throw refusedArgument('from', 'must be before "to", by a millisecond at least.');
  if (count > limits.ledger.chartPoints)
    throw refusedArgument(
      'interval',
      `gives the period ${count} points; ${limits.ledger.chartPoints} are allowed. Ask for a longer one.`,
    );
  return Array.from({ length: count }, (_, at) => new Date(Math.min(from.getTime() + at * step, to.getTime())));
};

/** `portfolioHistory`: what an account was worth over time, each point valued at what was known of the market then. */
export const createPortfolioHistory =
  ({ readableAccount, history, market, clock }: PastDeps) =>
  async (reader: Reader, accountId: string | null | undefined, given: Period): Promise<PortfolioPoint[]> => {
    // As of any period: it must be over, and its first point is not before it. The last one is an instant that is looked at.
    checkPast(boundOf(given.to), clock.now(), 'to');
    const period = { ...given, from: boundOf(given.from) };
    const times = instants(period);
    const id = await readableAccount(reader, accountId, 'portfolioHistory');
    if (id === undefined) return [];
    await history.closeUntil([id], period.to);
    const sight = sightOf(reader);
    const [cash, held] = await Promise.all([
      history.cashAlong(sight, id, times),
      history.holdingsAlong(sight, id, times),
    ]);
    const worth = new Map<number, bigint>();
    for (const { at, symbol, qty, price } of held) {
      const instrument = market.find(symbol);
      if (instrument === undefined) continue;
      const value = tradeValue(instrument, price ?? instrument.referencePrice, qty);
      worth.set(at.getTime(), (worth.get(at.getTime()) ?? 0n) + value);
    }
    return cash.map(({ at, posted, owed }) => ({ at, cash: posted, owed, positions: worth.get(at.getTime()) ?? 0n }));
  };

import type { Clock } from '../../kernel/clock.ts';
import { systemTimers, type Timers } from '../../kernel/timers.ts';
import { limits } from '../../limits.ts';
import type { Instrument } from '../../market/instrument.ts';
import type { Log } from '../../telemetry/log.ts';
import type { Quote } from '../../venues/venue.ts';
import { markPrice } from '../valuation.ts';
import type { HistoryStore } from './store.ts';

export interface MarkDeps {
  history: Pick<HistoryStore, 'addMarks'>;
  instruments(): readonly Instrument[];
  quote(symbol: string): Quote | undefined;
  clock: Clock;
  log: Pick<Log, 'warn'>;
  timers?: Timers;
}

/**
 * Keeps what each instrument was worth, so that the past can be valued: a row an instrument that moved, at most one a
 * minute. The process that runs the venue does so, because it alone knows the market.
 */
export const createMarks = ({ history, instruments, quote, clock, log, timers = systemTimers }: MarkDeps) => {
  const known = new Map<string, bigint>();
  let stop: (() => void) | undefined;

  const record = async (): Promise<void> => {
    const moved = instruments()
      .map((instrument) => ({ symbol: instrument.symbol, price: markPrice(instrument, quote(instrument.symbol)) }))
      .filter(({ symbol, price }) => price > 0n && known.get(symbol) !== price);
    if (moved.length === 0) return;
    await history.addMarks(moved, clock.now());
    for (const { symbol, price } of moved) known.set(symbol, price);
  };
  /** A database that does not answer loses a minute of the chart, no more. */
  const recordQuietly = (): Promise<void> =>
    record().catch((error: unknown) => log.warn({ err: error }, 'the marks of this minute were not kept'));

  return {
    record,
    start: async (): Promise<void> => {
      stop ??= timers.every(limits.ledger.marks_ms, recordQuietly);
      await recordQuietly();
    },
    stop: (): void => {
      stop?.();
      stop = undefined;
    },
  };
};

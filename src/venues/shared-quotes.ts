import { systemTimers, type Timers } from '../kernel/timers.ts';
import { limits } from '../limits.ts';
import type { Log } from '../telemetry/log.ts';
import type { VenueStore } from './store.ts';
import type { Quote, Venue } from './venue.ts';

/** The top of every book for the processes in which the venue does not run, at a bounded rate. */
export interface SharedQuotes {
  quote(symbol: string): Quote | undefined;
  /** Reads once, then again and again, or writes while `publishing` says that the venue runs here. */
  start(): Promise<void>;
  /** What was written is not relied on any more. */
  forget(): void;
  stop(): void;
}

const isSame = (one: Quote | undefined, other: Quote): boolean =>
  one !== undefined &&
  one.bid === other.bid &&
  one.ask === other.ask &&
  one.bidSize === other.bidSize &&
  one.askSize === other.askSize &&
  one.last === other.last &&
  (one.stale ?? false) === (other.stale ?? false);

export const createSharedQuotes = (deps: {
  store: Pick<VenueStore, 'publish' | 'published'>;
  symbols: () => readonly string[];
  venue: Pick<Venue, 'quote'>;
  publishing: () => boolean;
  log: Pick<Log, 'warn'>;
  timers?: Timers;
}): SharedQuotes => {
  const { store, symbols, venue, publishing, log, timers = systemTimers } = deps;
  /** As the table has them: what was read last, or written. */
  let known: ReadonlyMap<string, Quote> = new Map();
  let wasPublishing = false;
  let working = false;
  let failing = false;
  let stop = (): void => {};

  const publish = async (): Promise<void> => {
    // The table is not logged, so a crash of the database empties it: a new holder writes all of it.
    const before: ReadonlyMap<string, Quote> = wasPublishing ? known : new Map();
    const quotes = symbols()
      .map((symbol) => venue.quote(symbol))
      .filter((quote) => quote !== undefined);
    const changed = quotes.filter((quote) => !isSame(before.get(quote.symbol), quote));
    if (changed.length > 0) await store.publish(changed);
    known = new Map(quotes.map((quote) => [quote.symbol, quote]));
    wasPublishing = true;
  };
  const follow = async (): Promise<void> => {
    wasPublishing = false;
    const published = await store.published();
    // A crash of the database has emptied the table, and the holder writes all of it at once in a moment: until then nothing is newer
    // than what was read last, and a market with no price at all is not what the venue has said.
    if (published.length > 0) known = new Map(published.map((quote) => [quote.symbol, quote]));
  };

  const work = async (): Promise<void> => {
    if (working) return;
    working = true;
    try {
      await (publishing() ? publish() : follow());
      failing = false;
    } catch (error) {
      wasPublishing = false;
      if (!failing) log.warn({ err: error }, 'quotes cannot be shared with other processes now');
      failing = true;
    } finally {
      working = false;
    }
  };

  return {
    quote: (symbol) => known.get(symbol),
    start: async () => {
      await work();
      stop = timers.every(limits.venue.shareQuotes_ms, work);
    },
    forget: () => {
      wasPublishing = false;
    },
    stop: () => stop(),
  };
};

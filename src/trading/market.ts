import type { Config } from '../config.ts';
import type { Database } from '../database/database.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Ids } from '../kernel/ids.ts';
import type { Timers } from '../kernel/timers.ts';
import { createInstruments } from '../market/instruments.ts';
import { createMarket } from '../market/market.ts';
import { createMarketStore } from '../market/store.ts';
import { createDispatch } from '../orders/venue/dispatch.ts';
import type { Log } from '../telemetry/log.ts';
import { createAnswerFor } from '../venues/foresight/answer.ts';
import { createAskVenue } from '../venues/foresight/ask.ts';
import { PAPER } from '../venues/open.ts';
import { createPaperVenue, type MarketVenue, type PaperOptions } from '../venues/paper/paper.ts';
import { createSharedQuotes } from '../venues/shared-quotes.ts';
import { createVenueStore } from '../venues/store.ts';
import { createWake } from '../venues/wake.ts';

export interface MarketNeeds {
  config: Pick<Config, 'paper'>;
  database: Database;
  clock: Clock;
  ids: Ids;
  log: Log;
  timers: Timers;
  /** Of the venue's circuit; the paper market's when absent. */
  venueName?: string;
  /** Makes the venue; the paper market when absent. */
  makeVenue?: ((options: PaperOptions & { log: Log }) => MarketVenue) | undefined;
  /** Whether some process runs the venue. */
  isRun(): boolean;
}

/** What is traded, the venue where it is, and the way to that venue from this process, whichever process runs it. */
export const openMarket = async (needs: MarketNeeds) => {
  const { config, database, clock, ids, log, timers, makeVenue = createPaperVenue, venueName: name = PAPER } = needs;
  const { isRun } = needs;
  const instruments = await createInstruments({ store: createMarketStore(database), log, timers });
  const venue: MarketVenue = makeVenue({ instruments: instruments.all(), clock, ids, log, ...config.paper });
  const store = createVenueStore(database);
  const sharedQuotes = createSharedQuotes({
    store,
    symbols: () => instruments.all().map(({ symbol }) => symbol),
    venue,
    publishing: () => dispatch.isHere(),
    log,
    timers,
  });
  const elsewhere = createAskVenue({ name, store, ids, isRun, timers });
  const dispatch = createDispatch({ venue, wake: createWake(store), published: sharedQuotes, elsewhere });
  return {
    instruments,
    venue,
    sharedQuotes,
    dispatch,
    elsewhere,
    /** For the other processes that ask this one. */
    answer: createAnswerFor({ venue, isHere: dispatch.isHere, store, log }),
    market: createMarket({ instruments, venue: dispatch }),
    /** Whether prices shown now are old ones. */
    quotesAreStale: (): boolean => instruments.all().some(({ symbol }) => dispatch.quote(symbol)?.stale),
  };
};

export type OpenMarket = Awaited<ReturnType<typeof openMarket>>;

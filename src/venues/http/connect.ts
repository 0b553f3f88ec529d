import type { Config } from '../../config.ts';
import type { Database } from '../../database/database.ts';
import type { Guard } from '../../guard/guard.ts';
import type { Log } from '../../telemetry/log.ts';
import type { MarketVenue, PaperOptions } from '../paper/paper.ts';
import { createJsonClient } from './client.ts';
import { createHttpVenue } from './http.ts';
import { createHttpVenueStore } from './store.ts';

export interface VenueOptions {
  config: NonNullable<Config['venue']>;
  database: Database;
  venueGuard: Guard;
  quotesGuard: Guard;
}

/** The venue that the configuration names, in the place of the paper market. */
export const connectVenue = (options: VenueOptions) => {
  const { url, name, token, quotes } = options.config;
  const client = createJsonClient({ url, token });
  const prices = quotes === undefined ? client : createJsonClient(quotes);
  return {
    makeVenue: ({ clock, log }: PaperOptions & { log: Log }): MarketVenue =>
      createHttpVenue({
        name,
        guard: options.venueGuard,
        client,
        quotes: { guard: options.quotesGuard, client: prices, path: quotes === undefined ? '/v1/quotes' : '' },
        store: createHttpVenueStore(options.database),
        clock,
        log,
      }),
    close: async (): Promise<void> => {
      await client.close();
      if (prices !== client) await prices.close();
    },
  };
};

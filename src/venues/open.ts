import type { Config } from '../config.ts';
import type { Database } from '../database/database.ts';
import type { Guards } from '../guard/guards.ts';

/** The circuit of the paper market. */
export const PAPER = 'venue:paper';

/** The guards of the venue and of its prices, and what makes the venue that is configured; the paper market needs nobody. */
export const openVenue = async ({
  config,
  database,
  guards,
}: {
  config: Pick<Config, 'venue'>;
  database: Database;
  guards: Pick<Guards, 'define'>;
}) => {
  const { venue } = config;
  const name = venue === undefined ? PAPER : `venue:${venue.name}`;
  const venueGuard = guards.define(name);
  const quotesGuard = guards.define('quotes');
  if (venue === undefined) return { name, venueGuard, quotesGuard, makeVenue: undefined, close: async () => {} };
  // Its client of HTTP is loaded where there is such a venue only: it is a twentieth of the memory of a server at rest.
  const { connectVenue } = await import('./http/connect.ts');
  return { name, venueGuard, quotesGuard, ...connectVenue({ config: venue, database, venueGuard, quotesGuard }) };
};

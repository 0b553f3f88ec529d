import type { Database } from '../database/database.ts';
import type { Quote } from './venue.ts';

const columns = ['symbol', 'bid', 'ask', 'bid_size', 'ask_size', 'last', 'at', 'stale'] as const;

/** What the process that runs the venue shows the others. */
export const createVenueStore = ({ pool }: Pick<Database, 'pool'>) => ({
  publish: async (quotes: readonly Quote[]): Promise<void> => {
    const text = `INSERT INTO quotes (${columns.join(', ')})
      SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::timestamptz[], $8::boolean[])
      ON CONFLICT (symbol) DO UPDATE SET bid = EXCLUDED.bid, ask = EXCLUDED.ask, bid_size = EXCLUDED.bid_size,
        ask_size = EXCLUDED.ask_size, last = EXCLUDED.last, at = EXCLUDED.at, stale = EXCLUDED.stale`;
    const values = (['symbol', 'bid', 'ask', 'bidSize', 'askSize', 'last', 'at', 'stale'] as const).map((name) =>
      quotes.map((quote) => quote[name] ?? (name === 'stale' ? false : null)),
    );
    await pool.query({ name: 'publish_quotes', text, values });
  },
  published: async (): Promise<Quote[]> => {
    const text = `SELECT symbol, bid, ask, bid_size AS "bidSize", ask_size AS "askSize", last, at, stale FROM quotes`;
    const { rows } = await pool.query<Quote>({ name: 'published_quotes', text });
    return rows.map(({ stale, ...quote }) => (stale ? { ...quote, stale } : quote));
  },
  /** Says this to whoever listens, in this order. */
  notify: async (channel: string, payloads: readonly string[]): Promise<void> => {
    const text = 'SELECT pg_notify($1, payload) FROM unnest($2::text[]) AS payload';
    await pool.query({ name: 'notify_venue', text, values: [channel, payloads] });
  },
});

export type VenueStore = ReturnType<typeof createVenueStore>;

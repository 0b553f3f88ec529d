import type { Database } from '../../database/database.ts';

/** What this server has sent to an external venue, and how far it has read what the venue reports. */
export const createHttpVenueStore = ({ pool }: Pick<Database, 'pool'>) => ({
  /**
   * Takes the right to send these orders, or replacements by their new ids; answers those that nobody has taken before. It
   * is written before anything is sent, so what was taken may be at the venue, and what was not taken is not.
   */
  claim: async (venue: string, ids: readonly string[], at: Date): Promise<Set<string>> => {
    const text = `INSERT INTO venue_sends (id, venue, sent_at) SELECT id, $2, $3 FROM unnest($1::uuid[]) AS id
                  ON CONFLICT (id) DO NOTHING RETURNING id`;
    const { rows } = await pool.query<{ id: string }>({ name: 'claim_sends', text, values: [ids, venue, at] });
    return new Set(rows.map(({ id }) => id));
  },
  /** Gives it back, when it is certain that nothing was sent. */
  release: async (ids: readonly string[]): Promise<void> => {
    const text = 'DELETE FROM venue_sends WHERE id = ANY($1::uuid[])';
    await pool.query({ name: 'release_sends', text, values: [ids] });
  },
  isClaimed: async (id: string): Promise<boolean> => {
    const text = 'SELECT 1 FROM venue_sends WHERE id = $1';
    return (await pool.query({ name: 'is_sent', text, values: [id] })).rows.length > 0;
  },

  /** The number of the last group of reports that is booked. */
  cursor: async (venue: string): Promise<number> => {
    const text = 'SELECT seq FROM venue_cursors WHERE venue = $1';
    return Number(
      (await pool.query<{ seq: bigint }>({ name: 'venue_cursor', text, values: [venue] })).rows[0]?.seq ?? 0,
    );
  },
  saveCursor: async (venue: string, seq: number, at: Date): Promise<void> => {
    const text = `INSERT INTO venue_cursors (venue, seq, updated_at) VALUES ($1, $2, $3)
                  ON CONFLICT (venue) DO UPDATE SET seq = EXCLUDED.seq, updated_at = EXCLUDED.updated_at`;
    await pool.query({ name: 'save_venue_cursor', text, values: [venue, seq, at] });
  },
});

export type HttpVenueStore = ReturnType<typeof createHttpVenueStore>;

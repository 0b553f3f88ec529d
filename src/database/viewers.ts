import pg from 'pg';
import { createPool } from './pool.ts';

/**
 * Who asks: the server for its own work and for staff, or a viewer, to whom Postgres shows the viewer's own rows and no
 * others, whatever the statement says.
 */
export type Sight = 'EVERYTHING' | { viewerId: string };

/** A way of asking; what comes back has been seen with one pair of eyes. */
export interface Eyes {
  query<Row extends pg.QueryResultRow>(statement: pg.QueryConfig): Promise<{ rows: Row[] }>;
  /** Until it is released. */
  connect(): Promise<pg.PoolClient>;
}

/**
 * Connections that see nothing until they are told for whom. There is no way to one but through `of`, which tells it first,
 * unless it was told the same before: in the same flight ahead of the statement, so that it costs no round trip. Where that
 * fails the answer behind it is thrown away, and the connection with it.
 */
export const createViewers = (connection: pg.ClientConfig, max: number, onIdleError: (error: Error) => void) => {
  const pool = createPool({ ...connection, pipeline: true, max }, onIdleError);
  // A second statement of one request often finds the connection of the first.
  const toldLast = new WeakMap<pg.PoolClient, string>();
  /** Where the policies of the migration look. */
  const tell = async (client: pg.PoolClient, viewerId: string): Promise<void> => {
    if (toldLast.get(client) === viewerId) return;
    toldLast.set(client, viewerId);
    await client.query(`SET bourse.viewer = ${pg.escapeLiteral(viewerId)}`);
  };
  const told = async <Value>(viewerId: string, work: (client: pg.PoolClient) => Promise<Value>) => {
    const client = await pool.connect();
    try {
      const [, value] = await Promise.all([tell(client, viewerId), work(client)]);
      return { client, value };
    } catch (error) {
      client.release(error as Error);
      throw error;
    }
  };
  const of = (viewerId: string): Eyes => ({
    query: async <Row extends pg.QueryResultRow>(statement: pg.QueryConfig) => {
      const { client, value } = await told(viewerId, (asked) => asked.query<Row>(statement));
      client.release();
      return value;
    },
    connect: async () => (await told(viewerId, async () => {})).client,
  });
  return { of, close: () => pool.end() };
};

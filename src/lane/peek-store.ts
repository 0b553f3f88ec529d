import type pg from 'pg';
import { read } from './read.ts';
import type { Loaded, Needs } from './rows.ts';
import { readAccounts } from './statements.ts';

/** Statements one after the other, for a connection that takes no second one while it works on the first. */
const inTurn = (client: pg.ClientBase): Pick<pg.Client, 'query'> => {
  let last: Promise<unknown> = Promise.resolve();
  const query = (statement: pg.QueryConfig): Promise<unknown> => {
    last = last.then(() => client.query(statement));
    return last;
  };
  return { query: query as pg.Client['query'] };
};

/** What a batch would have in hand now, all of one instant; locks nothing and is only for looking. */
export const createPeek =
  (pool: pg.Pool) =>
  async (needs: Needs): Promise<Loaded> => {
    const client = await pool.connect();
    try {
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      return await read(inTurn(client), needs, readAccounts, { fresh: [], others: needs.orders });
    } finally {
      await client.query('COMMIT').catch(() => {});
      client.release();
    }
  };

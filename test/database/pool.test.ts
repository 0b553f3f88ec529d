import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPool } from '../../src/database/pool.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.close());

test.each([false, true])(
  'a connection that is killed while it is in use is an error of its statement alone (pipelined: %s)',
  async (pipeline) => {
    const unheard: unknown[] = [];
    const hear = (error: unknown) => unheard.push(error);
    process.on('uncaughtException', hear);
    const pool = createPool({ connectionString: database.url, max: 1, pipeline } as pg.PoolConfig, () => {});
    const killer = new pg.Client(database.url);
    await killer.connect();
    try {
      const client = await pool.connect();
      const { rows } = await client.query('SELECT pg_backend_pid() AS pid');
      const waiting = client.query('SELECT pg_sleep(30)');
      const outcome = expect(waiting).rejects.toThrow();
      await killer.query('SELECT pg_terminate_backend($1)', [rows[0].pid]);
      await outcome;
      await expect(client.query('SELECT 1')).rejects.toThrow();
      client.release(true);
      expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
      expect(unheard).toEqual([]);
    } finally {
      process.off('uncaughtException', hear);
      await killer.end();
      await pool.end();
    }
  },
);

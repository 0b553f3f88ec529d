import pg from 'pg';
import { openDatabase } from '../../src/database/database.ts';
import { type Run, simulate } from './simulate.ts';

/** A migrated database on which one seed after the other is played, each from an empty beginning. */
export const openGround = async (url: string) => {
  const owner = new pg.Client(url);
  await owner.connect();
  // What is append-only for everybody is not for an empty beginning.
  await owner.query('SET session_replication_role = replica');
  const { rows } = await owner.query<{ name: string }>(
    `SELECT quote_ident(relname) AS name FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> '_prisma_migrations'`,
  );
  const tables = rows.map(({ name }) => name);
  // Migrations leave rows in some tables: these belong to every beginning.
  await owner.query('CREATE SCHEMA beginning');
  for (const table of tables) await owner.query(`CREATE TABLE beginning.${table} AS TABLE public.${table}`);
  const filled: string[] = [];
  for (const table of tables) {
    if ((await owner.query(`SELECT FROM beginning.${table} LIMIT 1`)).rowCount === 1) filled.push(table);
  }
  const clear = async (): Promise<void> => {
    await owner.query(`TRUNCATE ${tables.join(', ')}`);
    for (const table of filled) await owner.query(`INSERT INTO ${table} SELECT * FROM beginning.${table}`);
  };
  const database = await openDatabase(url);
  return {
    play: async (seed: number, heard?: (line: string) => void): Promise<Run> => {
      await clear();
      return simulate(seed, database, owner, heard);
    },
    close: async (): Promise<void> => {
      await database.close();
      await owner.end();
    },
  };
};

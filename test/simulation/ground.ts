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
    `SELECT quote_ident(relname) AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
       AND relname NOT IN ('_prisma_migrations', 'assets', 'instruments', 'chart_lines')`,
  );
  const clear = async (): Promise<void> => {
    await owner.query(`TRUNCATE ${rows.map(({ name }) => name).join(', ')}`);
    await owner.query("UPDATE instruments SET status = 'TRADING'");
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

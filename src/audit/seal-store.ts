import type { Database } from '../database/database.ts';
import { limits } from '../limits.ts';
import type { Strand } from './chain.ts';

/** One sealer at a time on a database, whatever process it is in. */
const LOCK = 72_707_370;

/**
 * Hands over how the strands end and where the database comes from, while no other process seals. What is seen here is
 * committed and on disk, so a seal never names a line that a crash could take back.
 */
export const sealing = async (
  { pool }: Pick<Database, 'pool'>,
  newOrigin: { id: string; createdAt: Date },
  write: (origin: string, strands: Strand[]) => Promise<void>,
): Promise<void> => {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    // The seal is written to a disk meanwhile, and only another sealer waits.
    await client.query(`SET LOCAL idle_in_transaction_session_timeout = ${limits.database.statement_ms}`);
    await client.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
    const { id, createdAt } = newOrigin;
    await client.query('INSERT INTO audit_origin (id, created_at) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
      id,
      createdAt,
    ]);
    const origin = await client.query<{ id: string }>('SELECT id FROM audit_origin');
    const strands = await client.query<Strand>(
      `SELECT id, count, encode(head, 'hex') AS head FROM audit_strands WHERE count > 0 ORDER BY id`,
    );
    await write(origin.rows[0]!.id, strands.rows);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch((failed: Error) => {
      broken = failed;
    });
    throw error;
  } finally {
    client.release(broken);
  }
};

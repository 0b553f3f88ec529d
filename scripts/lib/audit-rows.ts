import type pg from 'pg';
import type { ChainedRow, Strand } from '../../src/audit/chain.ts';

/** What a verification reads, all of one instant. */
export interface AuditSnapshot {
  origin: string | undefined;
  strands: Strand[];
  /** Every line, strand by strand and along each. */
  rows(batch: number): AsyncGenerator<ChainedRow[]>;
  /** The hashes of some lines; what is not there is left out. */
  hashes(places: readonly { strand: number; sequence: bigint }[]): Promise<Map<string, string>>;
}

export const placeOf = ({ strand, sequence }: { strand: number; sequence: bigint }): string => `${strand}/${sequence}`;

const columns = `id, created_at AS "createdAt", actor_id AS "actorId", action, target, request_id AS "requestId", outcome,
  details, strand, sequence, encode(hash, 'hex') AS hash`;

/** Looks at a running system without holding anybody up; the snapshot ends with `work`. */
export const inSnapshot = async <Value>(
  pool: pg.Pool,
  statement_ms: number,
  work: (snapshot: AuditSnapshot) => Promise<Value>,
): Promise<Value> => {
  const client = await pool.connect();
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    await client.query(`SET LOCAL statement_timeout = ${statement_ms}`);
    // What it has read is gone through meanwhile, and nobody waits for it.
    await client.query(`SET LOCAL idle_in_transaction_session_timeout = ${statement_ms}`);
    const origin = await client.query<{ id: string }>('SELECT id FROM audit_origin');
    const strands = await client.query<Strand>(
      `SELECT id, count, encode(head, 'hex') AS head FROM audit_strands ORDER BY id`,
    );
    return await work({
      origin: origin.rows[0]?.id,
      strands: strands.rows,
      rows: async function* (batch) {
        await client.query(
          `DECLARE lines NO SCROLL CURSOR FOR SELECT ${columns} FROM audit_entries ORDER BY strand, sequence, id`,
        );
        for (;;) {
          const { rows } = await client.query<ChainedRow>(`FETCH ${batch} FROM lines`);
          if (rows.length === 0) return;
          yield rows;
        }
      },
      hashes: async (places) => {
        const { rows } = await client.query<{ strand: number; sequence: bigint; hash: string }>(
          `SELECT e.strand, e.sequence, encode(e.hash, 'hex') AS hash
           FROM unnest($1::smallint[], $2::bigint[]) AS k(strand, sequence) JOIN audit_entries e USING (strand, sequence)`,
          [places.map(({ strand }) => strand), places.map(({ sequence }) => sequence)],
        );
        return new Map(rows.map((row) => [placeOf(row), row.hash]));
      },
    });
  } finally {
    await client.query('ROLLBACK').then(
      () => client.release(),
      (error: Error) => client.release(error),
    );
  }
};

import type pg from 'pg';

/** Who asked for what, how often, and what was answered, which a refused command may add to; and the market, which moves by itself. */
const records = [
  'audit_entries',
  'audit_strands',
  'audit_origin',
  'idempotency_keys',
  'rate_limits',
  'quotes',
  '_prisma_migrations',
];

/**
 * One line a table for everything else that the database holds, found by itself so that a new table counts at once:
 * two digests are equal when no row was added, changed or removed in between.
 */
export const moneyDigest = async (db: Pick<pg.Pool, 'query'>): Promise<Record<string, string>> => {
  const { rows: tables } = await db.query<{ name: string }>(
    `SELECT relname::text AS name FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> ALL($1) ORDER BY 1`,
    [records],
  );
  const digest: Record<string, string> = {};
  for (const { name } of tables) {
    const { rows } = await db.query<{ digest: string }>(
      `SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, E'\\n' ORDER BY t::text)), '') AS digest FROM "${name}" t`,
    );
    digest[name] = rows[0]?.digest ?? '';
  }
  return digest;
};

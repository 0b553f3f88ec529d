import type { Client } from 'pg';

/** Every object of the public schema, by its name, in Postgres' own words. */
export type Catalog = Record<string, string>;

const questions = {
  column: `
    SELECT c.relname || '.' || a.attname AS "name", concat_ws(' ', format_type(a.atttypid, a.atttypmod),
      CASE WHEN a.attnotnull THEN 'not null' END, 'default ' || pg_get_expr(d.adbin, d.adrelid)) AS "is"
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm') AND a.attnum > 0 AND NOT a.attisdropped`,
  index: `SELECT indexname AS "name", indexdef AS "is" FROM pg_indexes WHERE schemaname = 'public'`,
  constraint: `
    SELECT conrelid::regclass || '.' || conname AS "name", pg_get_constraintdef(oid) AS "is"
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'`,
  enum: `
    SELECT t.typname AS "name", string_agg(e.enumlabel, ', ' ORDER BY e.enumsortorder) AS "is"
    FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid GROUP BY t.typname`,
  sequence: `
    SELECT c.relname AS "name", format_type(s.seqtypid, NULL) || ' from ' || s.seqstart AS "is"
    FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid`,
  trigger: `
    SELECT tgrelid::regclass || '.' || tgname AS "name", pg_get_triggerdef(oid) AS "is" FROM pg_trigger WHERE NOT tgisinternal`,
  function: `
    SELECT proname AS "name", pg_get_functiondef(oid) AS "is" FROM pg_proc p WHERE pronamespace = 'public'::regnamespace
    AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = p.oid AND deptype = 'e')`,
};

export const catalogOf = async (client: Client): Promise<Catalog> => {
  const catalog: Catalog = {};
  for (const [kind, sql] of Object.entries(questions)) {
    const { rows } = await client.query<{ name: string; is: string }>(sql);
    for (const { name, is } of rows) catalog[`${kind} ${name}`] = is;
  }
  return catalog;
};

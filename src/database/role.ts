import type { ClientBase } from 'pg';

/**
 * The role that requests run as. It cannot change or delete what is append-only, whatever the code asks for; the
 * triggers say the same to everybody else. It belongs to the cluster, so several databases of one cluster share it.
 */
export const APPLICATION_ROLE = 'bourse_app';

/** Postgres 16 tells membership from the right to SET ROLE; 15 knows only the first. */
const mayAct = `
  SELECT pg_has_role(oid, CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END) AS "may"
  FROM pg_roles WHERE rolname = '${APPLICATION_ROLE}'`;

export const mayActAsApplication = async (client: ClientBase): Promise<boolean> => {
  const { rows } = await client.query<{ may: boolean }>(mayAct);
  return rows[0]?.may ?? false;
};

/** A table is append-only when it carries the trigger: the migration that adds the trigger is the only list. */
const tables = `
  SELECT c.oid, c.relname AS "name", c.relkind = 'S' AS "sequence", EXISTS (
    SELECT 1 FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE t.tgrelid = c.oid AND p.proname = 'bourse_append_only'
  ) AS "appendOnly"
  FROM pg_class c
  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'S') AND c.relname <> '_prisma_migrations'`;

const lacking = `
  SELECT "name", "sequence", "appendOnly" FROM (${tables}) AS c
  WHERE NOT CASE
    WHEN "sequence" THEN has_sequence_privilege($1, oid, 'USAGE')
    ELSE has_table_privilege($1, oid, 'SELECT') AND has_table_privilege($1, oid, 'INSERT')
      AND has_table_privilege($1, oid, 'UPDATE') <> "appendOnly" AND has_table_privilege($1, oid, 'DELETE') <> "appendOnly"
      AND NOT has_table_privilege($1, oid, 'TRUNCATE')
  END`;

interface Lacking {
  name: string;
  sequence: boolean;
  appendOnly: boolean;
}

const grantsFor = ({ name, sequence, appendOnly }: Lacking): string => {
  const target = `${sequence ? 'SEQUENCE' : 'TABLE'} public."${name}"`;
  const rights = sequence ? 'USAGE' : appendOnly ? 'SELECT, INSERT' : 'SELECT, INSERT, UPDATE, DELETE';
  return `REVOKE ALL ON ${target} FROM ${APPLICATION_ROLE}; GRANT ${rights} ON ${target} TO ${APPLICATION_ROLE};`;
};

/** Two processes may create or grant the same role at the same instant: one of them gets these. */
const raced = new Set(['42710', '23505', 'XX000']);
const INSUFFICIENT_PRIVILEGE = '42501';
const codeOf = (error: unknown): string => (error as { code?: string }).code ?? '';

const ensureMembership = async (client: ClientBase): Promise<void> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { rowCount } = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [APPLICATION_ROLE]);
      if (rowCount === 0) await client.query(`CREATE ROLE ${APPLICATION_ROLE} NOLOGIN`);
      if (!(await mayActAsApplication(client))) await client.query(`GRANT ${APPLICATION_ROLE} TO CURRENT_USER`);
      return;
    } catch (error) {
      if (!raced.has(codeOf(error)) || attempt === 5) throw error;
    }
  }
};

/** Brings the role and its rights to what they must be. Answers a warning where the URL's user may not. */
export const ensureApplicationRole = async (client: ClientBase): Promise<string | undefined> => {
  try {
    await ensureMembership(client);
  } catch (error) {
    if (codeOf(error) !== INSUFFICIENT_PRIVILEGE) throw error;
    return `DATABASE_URL: its user may not create or take the role ${APPLICATION_ROLE}; append-only tables are kept by triggers alone`;
  }
  const { rows } = await client.query<Lacking>(lacking, [APPLICATION_ROLE]);
  const grants = rows.map(grantsFor);
  if (grants.length > 0) await client.query(`GRANT USAGE ON SCHEMA public TO ${APPLICATION_ROLE}; ${grants.join(' ')}`);
  return undefined;
};

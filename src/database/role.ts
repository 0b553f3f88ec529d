import type { ClientBase } from 'pg';

/**
 * The roles that requests run as. They belong to the cluster, so several databases of one cluster share them. The
 * application's role cannot change or delete what is append-only, whatever the code asks for; the triggers say the same to
 * everybody else. The viewers' role changes nothing at all, and sees only rows of the user that `bourse.viewer` names.
 */
export const APPLICATION_ROLE = 'bourse_app';
export const VIEWER_ROLE = 'bourse_viewer';

/** Postgres 16 tells membership from the right to SET ROLE; 15 knows only the first. */
const mayTake = `
  SELECT pg_has_role(oid, CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END) AS "may"
  FROM pg_roles WHERE rolname = $1`;

export const mayAct = async (client: ClientBase, role: string): Promise<boolean> => {
  const { rows } = await client.query<{ may: boolean }>(mayTake, [role]);
  return rows[0]?.may ?? false;
};

/**
 * A table is append-only when it carries the trigger, and has customers' rows when row security is on: the migrations that
 * say so are the only lists. Viewers read the tables whose own rows a policy shows, and what the market was.
 */
const tables = `
  SELECT c.oid, c.relname AS "name", c.relkind = 'S' AS "sequence", EXISTS (
    SELECT 1 FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE t.tgrelid = c.oid AND p.proname = 'bourse_append_only'
  ) AS "appendOnly",
  c.relrowsecurity AND NOT EXISTS (SELECT 1 FROM pg_policy WHERE polrelid = c.oid AND polname = 'everything') AS "unseen",
  c.relname = 'marks' OR EXISTS (SELECT 1 FROM pg_policy WHERE polrelid = c.oid AND polname = 'own_rows') AS "shown"
  FROM pg_class c
  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'S') AND c.relname <> '_prisma_migrations'`;

interface Table {
  name: string;
  sequence: boolean;
  appendOnly: boolean;
  unseen: boolean;
  shown: boolean;
}

interface Role {
  name: string;
  /** Tables and sequences whose rights are not what they must be. */
  lacking: string;
  rights(table: Table): string;
  without: string;
}

const roles: Role[] = [
  {
    name: APPLICATION_ROLE,
    lacking: `"unseen" OR NOT CASE
      WHEN "sequence" THEN has_sequence_privilege($1, oid, 'USAGE')
      ELSE has_table_privilege($1, oid, 'SELECT') AND has_table_privilege($1, oid, 'INSERT')
        AND has_table_privilege($1, oid, 'UPDATE') <> "appendOnly" AND has_table_privilege($1, oid, 'DELETE') <> "appendOnly"
        AND NOT has_table_privilege($1, oid, 'TRUNCATE')
    END`,
    rights: ({ sequence, appendOnly }) =>
      sequence ? 'USAGE' : appendOnly ? 'SELECT, INSERT' : 'SELECT, INSERT, UPDATE, DELETE',
    without: 'append-only tables are kept by triggers alone',
  },
  {
    name: VIEWER_ROLE,
    lacking: `NOT "sequence" AND (has_table_privilege($1, oid, 'SELECT') <> "shown"
      OR has_table_privilege($1, oid, 'INSERT, UPDATE, DELETE, TRUNCATE'))`,
    rights: ({ shown }) => (shown ? 'SELECT' : ''),
    without: 'customers’ rows are kept apart by the server’s statements alone',
  },
];

const grantsFor = ({ name: role, rights }: Role, table: Table): string => {
  const target = `${table.sequence ? 'SEQUENCE' : 'TABLE'} public."${table.name}"`;
  const given = rights(table);
  return [
    `REVOKE ALL ON ${target} FROM ${role};`,
    given === '' ? '' : `GRANT ${given} ON ${target} TO ${role};`,
    table.unseen && role === APPLICATION_ROLE
      ? `CREATE POLICY everything ON public."${table.name}" TO ${role} USING (true);`
      : '',
  ].join(' ');
};

/** Two processes may create or grant the same role at the same instant: one of them gets these. */
const raced = new Set(['42710', '23505', 'XX000']);
const INSUFFICIENT_PRIVILEGE = '42501';
const codeOf = (error: unknown): string => (error as { code?: string }).code ?? '';

const ensureMembership = async (client: ClientBase, role: string): Promise<void> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { rowCount } = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role]);
      if (rowCount === 0) await client.query(`CREATE ROLE ${role} NOLOGIN`);
      if (!(await mayAct(client, role))) await client.query(`GRANT ${role} TO CURRENT_USER`);
      return;
    } catch (error) {
      if (!raced.has(codeOf(error)) || attempt === 5) throw error;
    }
  }
};

const ensureRole = async (client: ClientBase, role: Role): Promise<string[]> => {
  try {
    await ensureMembership(client, role.name);
  } catch (error) {
    if (codeOf(error) !== INSUFFICIENT_PRIVILEGE) throw error;
    return [`DATABASE_URL: its user may not create or take the role ${role.name}; ${role.without}`];
  }
  const { rows } = await client.query<Table>(`SELECT * FROM (${tables}) AS c WHERE ${role.lacking}`, [role.name]);
  const grants = rows.map((table) => grantsFor(role, table));
  if (grants.length > 0) await client.query(`GRANT USAGE ON SCHEMA public TO ${role.name}; ${grants.join(' ')}`);
  return [];
};

/** Brings the roles and their rights to what they must be. Answers warnings where the URL's user may not. */
export const ensureRoles = async (client: ClientBase): Promise<string[]> => {
  const warnings: string[] = [];
  for (const role of roles) warnings.push(...(await ensureRole(client, role)));
  return warnings;
};

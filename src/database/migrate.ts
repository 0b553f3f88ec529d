import { createHash, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Client } from 'pg';
import { ConfigError } from '../config.ts';
import { connect } from './connect.ts';
import { ensureRoles } from './role.ts';

/**
 * Applies prisma/migrations without Prisma's schema engine, a binary that is downloaded apart. The records are
 * Prisma's own, so `prisma migrate deploy` and this runner can take turns.
 */
export interface Migration {
  name: string;
  sql: string;
  checksum: string;
}

interface AppliedRow {
  migration_name: string;
  checksum: string;
  finished_at: Date | null;
}

export interface MigrationReport {
  applied: string[];
  /** To be logged once. */
  warnings: string[];
}

const OLDEST_POSTGRES = 150_000;
/** The key that Prisma's own engine locks with. */
const LOCK = 72_707_369;
const defaultFolder = fileURLToPath(new URL('../../prisma/migrations', import.meta.url));

const createTable = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id VARCHAR(36) PRIMARY KEY NOT NULL,
  checksum VARCHAR(64) NOT NULL,
  finished_at TIMESTAMPTZ,
  migration_name VARCHAR(255) NOT NULL,
  logs TEXT,
  rolled_back_at TIMESTAMPTZ,
  started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  applied_steps_count INTEGER NOT NULL DEFAULT 0
)`;

const readMigrations = (folder: string): Migration[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
    .map((name) => {
      const sql = readFileSync(join(folder, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    });

const appliedRows = async (client: Client): Promise<AppliedRow[]> => {
  const table = await client.query(`SELECT to_regclass('public._prisma_migrations') AS "name"`);
  if (table.rows[0].name === null) return [];
  const { rows } = await client.query<AppliedRow>(
    'SELECT migration_name, checksum, finished_at FROM public._prisma_migrations WHERE rolled_back_at IS NULL',
  );
  return rows;
};

/** What is still to be applied; refuses a history that is not this version's own. */
const pending = (known: Migration[], rows: AppliedRow[]): Migration[] => {
  for (const row of rows) {
    const refuse = (problem: string): never => {
      throw new ConfigError('DATABASE_URL', `migration ${row.migration_name} ${problem}`);
    };
    const migration = known.find(({ name }) => name === row.migration_name);
    if (row.finished_at === null)
      refuse('failed half-way; repair the database, then mark it with `npx prisma migrate resolve`');
    if (migration === undefined) refuse('is unknown to this version; the database belongs to a newer one');
    else if (migration.checksum !== row.checksum) refuse('was changed after it had been applied');
  }
  const names = new Set(rows.map((row) => row.migration_name));
  return known.filter(({ name }) => !names.has(name));
};

/** The record is written in the migration's transaction: after a crash there is either both or nothing. */
const apply = async (client: Client, { name, sql, checksum }: Migration): Promise<void> => {
  await client.query('BEGIN');
  try {
    await client.query(sql);
    await client.query(
      `INSERT INTO public._prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, now(), clock_timestamp(), 1)`,
      [randomUUID(), checksum, name],
    );
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw new ConfigError('DATABASE_URL', `migration ${name} failed and was undone: ${(error as Error).message}`);
  }
};

const applyPending = async (client: Client, known: Migration[]): Promise<MigrationReport> => {
  // Several processes may start at once: the first applies, the others wait and find nothing to do.
  await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
  try {
    await client.query(createTable);
    const todo = pending(known, await appliedRows(client));
    for (const migration of todo) await apply(client, migration);
    return { applied: todo.map(({ name }) => name), warnings: await ensureRoles(client) };
  } finally {
    await client.query('SELECT pg_advisory_unlock($1)', [LOCK]);
  }
};

const checkVersion = async (client: Client): Promise<string> => {
  const { rows } = await client.query<{ number: string; text: string }>(
    `SELECT current_setting('server_version_num') AS "number", current_setting('server_version') AS "text"`,
  );
  const { number, text } = rows[0]!;
  if (Number(number) < OLDEST_POSTGRES)
    throw new ConfigError('DATABASE_URL', `Postgres ${text} is too old; 15 or newer is needed`);
  return text;
};

/** What a start would find there; changes nothing. Throws what a start would refuse. */
export const inspectDatabase = async (
  url: string,
  folder = defaultFolder,
): Promise<{ version: string; pending: string[] }> => {
  const client = await connect(url);
  try {
    const version = await checkVersion(client);
    return { version, pending: pending(readMigrations(folder), await appliedRows(client)).map(({ name }) => name) };
  } finally {
    await client.end();
  }
};

/** Brings the database to this version's schema and rights. With nothing to apply it is a few quick questions. */
export const migrate = async (url: string, folder = defaultFolder): Promise<MigrationReport> => {
  const client = await connect(url);
  try {
    await checkVersion(client);
    return await applyPending(client, readMigrations(folder));
  } finally {
    await client.end();
  }
};

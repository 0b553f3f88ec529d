import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { limits } from '../limits.ts';
import { connect } from './connect.ts';
import { PrismaClient } from './generated/client.ts';
import { APPLICATION_ROLE, mayActAsApplication } from './role.ts';

/** One pool for both ways of asking: Prisma for everything ordinary, prepared statements for the hot path. */
export interface Database {
  pool: pg.Pool;
  prisma: PrismaClient;
  /** What a connection of one's own needs to behave like the pool's: address, role, time limits, parsers. */
  connection: pg.ClientConfig;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  connections?: number;
  /** Told about connections that broke while idle; the pool replaces them by itself. */
  onIdleError?: (error: Error) => void;
}

const INT8 = 20;

/** Amounts and counts are BIGINT. Without this, `pg` would answer text, and Number() would be close at hand. */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format: 'text' | 'binary') =>
    oid === INT8 && format !== 'binary'
      ? BigInt
      : pg.types.getTypeParser(oid, format as 'text')) as pg.CustomTypesConfig['getTypeParser'],
};

/** Adds settings to those a URL may already carry in `options`, so that neither side's are lost. */
const withSettings = (url: string, settings: Record<string, string | number>): string => {
  const address = new URL(url);
  const given = address.searchParams.get('options');
  const ours = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`);
  address.searchParams.set('options', [...(given === null ? [] : [given]), ...ours].join(' '));
  return address.href;
};

const mayUseRole = async (url: string): Promise<boolean> => {
  const client = await connect(url);
  try {
    return await mayActAsApplication(client);
  } finally {
    await client.end();
  }
};

const connectionTo = async (url: string): Promise<pg.ClientConfig> => ({
  connectionString: withSettings(url, {
    ...((await mayUseRole(url)) ? { role: APPLICATION_ROLE } : {}),
    statement_timeout: limits.database.statement_ms,
    lock_timeout: limits.database.lock_ms,
    timezone: 'UTC',
  }),
  application_name: 'bourse',
  connectionTimeoutMillis: limits.database.connect_ms,
  types,
});

/** Opens a migrated database. Its connections run as the application's role where the URL's user may take it. */
export const openDatabase = async (url: string, options: DatabaseOptions = {}): Promise<Database> => {
  const { connections = limits.database.pool, onIdleError = () => {} } = options;
  const connection = await connectionTo(url);
  const pool = new pg.Pool({ ...connection, max: connections });
  let closing = false;
  // Without a listener the loss of an idle connection would end the process. One that is being closed is no loss.
  pool.on('error', (error) => closing || onIdleError(error));
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
  return {
    pool,
    prisma,
    connection,
    close: async () => {
      closing = true;
      await prisma.$disconnect();
      await pool.end();
    },
  };
};

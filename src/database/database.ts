import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { limits } from '../limits.ts';
import { connect } from './connect.ts';
import { PrismaClient } from './generated/client.ts';
import { createPool } from './pool.ts';
import { APPLICATION_ROLE, mayAct, VIEWER_ROLE } from './role.ts';
import { createViewers, type Eyes, type Sight } from './viewers.ts';

/**
 * One pool for both ways of asking: Prisma for everything ordinary, prepared statements for the hot path. What customers ask
 * about their own is read on behalf of them, from a second pool (viewers.ts).
 */
export interface Database {
  pool: pg.Pool;
  prisma: PrismaClient;
  as(sight: Sight): Eyes;
  /** What a connection of one's own needs to behave like the pool's: address, role, time limits, parsers. */
  connection: pg.ClientConfig;
  /** The same for statements that find every row by a key, whatever the tables hold. */
  byKeys: pg.ClientConfig;
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

/**
 * One plan for good, and only such as go from key to key. Left to itself, Postgres plans on the first day, when the tables are all but
 * empty, to read them whole, and each connection keeps that plan while they grow.
 */
const keysOnly = {
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
};

/** How Postgres learns of a machine that is gone without a word, in minutes less than the two hours that systems wait by themselves. */
const silentMachines = {
  tcp_keepalives_idle: limits.database.keepalive.idle_s,
  tcp_keepalives_interval: limits.database.keepalive.interval_s,
  tcp_keepalives_count: limits.database.keepalive.count,
  tcp_user_timeout: limits.database.unacknowledged_ms,
};

/** The first of these roles that the URL's user may take; none means that user itself. */
const roleOf = async (client: pg.Client, ...wanted: string[]): Promise<Record<string, string>> => {
  for (const role of wanted) if (await mayAct(client, role)) return { role };
  return {};
};

const connectionsTo = async (url: string) => {
  const client = await connect(url);
  const connectionAs = (settings: Record<string, string>): pg.ClientConfig => ({
    connectionString: withSettings(url, {
      ...settings,
      statement_timeout: limits.database.statement_ms,
      lock_timeout: limits.database.lock_ms,
      idle_in_transaction_session_timeout: limits.database.transactionIdle_ms,
      ...silentMachines,
      timezone: 'UTC',
    }),
    application_name: 'bourse',
    connectionTimeoutMillis: limits.database.connect_ms,
    types,
  });
  try {
    const application = await roleOf(client, APPLICATION_ROLE);
    return {
      application: connectionAs(application),
      byKeys: connectionAs({ ...application, ...keysOnly }),
      viewers: connectionAs(await roleOf(client, VIEWER_ROLE, APPLICATION_ROLE)),
    };
  } finally {
    await client.end();
  }
};

/** Opens a migrated database. Its connections run as the application's and the viewers' roles where the URL's user may take them. */
export const openDatabase = async (url: string, options: DatabaseOptions = {}): Promise<Database> => {
  const { connections = limits.database.pool, onIdleError = () => {} } = options;
  const { application: connection, byKeys, viewers } = await connectionsTo(url);
  let closing = false;
  // A connection that is being closed is no loss.
  const lost = (error: Error): void => {
    if (!closing) onIdleError(error);
  };
  const pool = createPool({ ...connection, max: connections }, lost);
  const own = createViewers(viewers, connections, lost);
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
  return {
    pool,
    prisma,
    as: (sight) => (sight === 'EVERYTHING' ? pool : own.of(sight.viewerId)),
    connection,
    byKeys,
    close: async () => {
      closing = true;
      await prisma.$disconnect();
      await Promise.all([pool.end(), own.close()]);
    },
  };
};

import pg from 'pg';
import { ConfigError } from '../config.ts';
import { limits } from '../limits.ts';

const CANNOT_LOGIN = new Set(['28P01', '28000']);

const reasonOf = (error: { code?: string; message: string }): string => {
  if (error.code !== undefined && CANNOT_LOGIN.has(error.code)) return 'user or password refused';
  return error.message === '' ? (error.code ?? 'unknown reason') : error.message;
};

/** Where the URL leads, without its password. */
const placeOf = (url: string): string => {
  if (!URL.canParse(url)) return 'an address that is none';
  const { hostname, port, pathname, username } = new URL(url);
  return `${username === '' ? '' : `${username}@`}${hostname}:${port === '' ? '5432' : port}${pathname}`;
};

/** One connection as the URL's user, for what is done at start; requests use the pool of `openDatabase`. */
export const connect = async (url: string): Promise<pg.Client> => {
  try {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: limits.database.connect_ms });
    await client.connect();
    return client;
  } catch (error) {
    const failure = error as Error & { code?: string };
    throw new ConfigError('DATABASE_URL', `cannot connect to ${placeOf(url)}: ${reasonOf(failure)}`);
  }
};

/** A connection whose statements do not wait for each other. Its loss is told by the statement that meets it. */
export const connectPipeline = async (config: pg.ClientConfig): Promise<pg.Client> => {
  const client = new pg.Client({ ...config, pipeline: true });
  // Before it connects: a connection that is ended as soon as it is made would else end the process.
  client.on('error', () => {});
  await client.connect();
  return client;
};

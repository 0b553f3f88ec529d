import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, createApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import { createPasswords } from '../../src/identity/password/password.ts';
import { type Clock, systemClock } from '../../src/kernel/clock.ts';
import type { Timers } from '../../src/kernel/timers.ts';
import { limits } from '../../src/limits.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { testDatabase } from '../support/database.ts';
import { quickHashes } from '../support/quick-hashes.ts';
import { unlimited } from '../support/unlimited.ts';

export interface RealApp {
  url: string;
  port: number;
  /** As the owner of the database. */
  databaseUrl: string;
  /** The log as it was written. */
  text: () => string;
  close(): Promise<void>;
}

/** The whole server, joined as in production, on a port of its own, and a database of its own unless one is given. */
export const startRealApp = async (
  settings: Record<string, string> = {},
  { clock = systemClock, url, mailTimers }: { clock?: Clock; url?: string; mailTimers?: Timers } = {},
): Promise<RealApp> => {
  const database = url === undefined ? await testDatabase() : { url, close: async () => {} };
  const folder = mkdtempSync(join(tmpdir(), 'bourse-app-'));
  const config = loadConfig({
    DATA_DIR: folder,
    DATABASE_URL: database.url,
    HOST: '127.0.0.1',
    PORT: '0',
    JWT_SECRET_KEY: 'a secret of the tests, longer than 32 characters',
    ...unlimited,
    ...settings,
  });
  let text = '';
  const log = createLog(config, {
    write: (line) => {
      text += line;
    },
  });
  let app: App;
  try {
    app = await createApp({ config, clock, log, mailTimers, passwords: createPasswords(limits.password, quickHashes) });
  } catch (error) {
    await database.close();
    throw error;
  }
  const { port } = await app.listen().catch(async (error: unknown) => {
    await app.close();
    await database.close();
    throw error;
  });
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    databaseUrl: database.url,
    text: () => text,
    close: async () => {
      await app.close();
      await database.close();
      rmSync(folder, { recursive: true });
    },
  };
};

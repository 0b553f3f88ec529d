import { type App, createApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { testDatabase } from '../support/database.ts';

export interface RealApp {
  url: string;
  port: number;
  /** As the owner of the database. */
  databaseUrl: string;
  /** The log as it was written. */
  text: () => string;
  close(): Promise<void>;
}

/** The whole server, joined as in production, on a database and a port of its own. */
export const startRealApp = async (settings: Record<string, string> = {}): Promise<RealApp> => {
  const database = await testDatabase();
  const config = loadConfig({
    DATABASE_URL: database.url,
    HOST: '127.0.0.1',
    PORT: '0',
    JWT_SECRET_KEY: 'a secret of the tests, longer than 32 characters',
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
    app = await createApp({ config, clock: systemClock, log });
  } catch (error) {
    await database.close();
    throw error;
  }
  const { port } = await app.listen();
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    databaseUrl: database.url,
    text: () => text,
    close: async () => {
      await app.close();
      await database.close();
    },
  };
};

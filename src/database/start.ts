import type { Config } from '../config.ts';
import { connect } from './connect.ts';
import { runningUrl } from './embedded/cluster.ts';
import { startEmbedded } from './embedded/embedded.ts';
import { type MigrationReport, migrate } from './migrate.ts';

export interface StartedDatabase {
  url: string;
  /** To be logged once. */
  warnings: string[];
  stop(): Promise<void>;
}

const NAME = 'bourse';

/** The database of a server that may be running: what DATABASE_URL names, or the embedded one that runs now. */
export const runningDatabase = ({
  databaseUrl,
  dataDir,
}: Pick<Config, 'databaseUrl' | 'dataDir'>): string | undefined => databaseUrl ?? runningUrl(dataDir, NAME);

const migrated = async (url: string, progress: (line: string) => void): Promise<MigrationReport> => {
  const report = await migrate(url);
  for (const name of report.applied) progress(`applied migration ${name}`);
  return report;
};

const createIfMissing = async (maintenanceUrl: string): Promise<void> => {
  const owner = await connect(maintenanceUrl);
  try {
    const { rowCount } = await owner.query('SELECT 1 FROM pg_database WHERE datname = $1', [NAME]);
    if (rowCount === 0) await owner.query(`CREATE DATABASE ${NAME}`);
  } finally {
    await owner.end();
  }
};

const startOwn = async (folder: string, progress: (line: string) => void): Promise<StartedDatabase> => {
  const embedded = await startEmbedded({ folder, durable: true, progress });
  try {
    await createIfMissing(embedded.url('postgres'));
    const url = embedded.url(NAME);
    return { url, warnings: (await migrated(url, progress)).warnings, stop: embedded.stop };
  } catch (error) {
    await embedded.stop();
    throw error;
  }
};

/** The database that DATABASE_URL names, or the embedded one under DATA_DIR; migrated either way. */
export const startDatabase = async (
  { databaseUrl, dataDir }: Pick<Config, 'databaseUrl' | 'dataDir'>,
  progress: (line: string) => void,
): Promise<StartedDatabase> => {
  if (databaseUrl === undefined) return startOwn(dataDir, progress);
  const { warnings } = await migrated(databaseUrl, progress);
  return { url: databaseUrl, warnings, stop: async () => {} };
};

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
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigError } from '../../config.ts';
import { type RunAs, userForPostgres } from './binaries.ts';
import { portOf } from './postmaster.ts';
import { environment, folderAsSeen } from './server.ts';

/** A cluster's files: its data and the password of its owner. */
export interface Cluster {
  data: string;
  owner: string;
  password: string;
  runAs: RunAs | undefined;
}

const OWNER = 'bourse';
const DATA = 'postgres-18';

const passwordOf = (folder: string): string => {
  const file = join(folder, 'postgres-password');
  if (!existsSync(file)) {
    if (existsSync(join(folder, DATA)))
      throw new ConfigError('DATA_DIR', `${file} is missing, which the data beside it was made with`);
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, randomBytes(24).toString('hex'), { mode: 0o600 });
    renameSync(draft, file);
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

const runInitdb = (initdb: string, draft: string, input: number, runAs: RunAs | undefined): void => {
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
    throw new ConfigError('DATA_DIR', `cannot hold a database: ${said.split('\n').at(-1)}`);
  } finally {
    closeSync(input);
  }
};

const DRAFT_ENDS_ms = 10_000;

/** Drafts of first starts that were killed. An initdb that outlived its server may still be writing into one. */
const removeDrafts = async (folder: string): Promise<void> => {
  for (const name of readdirSync(folder).filter((name) => name.startsWith(`${DATA}.new-`))) {
    const draft = join(folder, name);
    for (let waited = 0; existsSync(draft) && waited < DRAFT_ENDS_ms; waited += 100) {
      try {
        rmSync(draft, { recursive: true, force: true });
      } catch {
        await sleep(100);
      }
    }
  }
};

/** Made beside its place and renamed when it is whole, so that a first start may be killed at any moment. */
const initialise = (folder: string, password: string, initdb: string, runAs: RunAs | undefined): void => {
  const draft = join(folder, `${DATA}.new-${process.pid}`);
  mkdirSync(draft, { mode: 0o700 });
  if (runAs !== undefined) chownSync(draft, runAs.uid, runAs.gid);
  runInitdb(initdb, draft, openPassword(folder, password, runAs), runAs);
  renameSync(draft, join(folder, DATA));
};

/** The URL of the Postgres that runs on the folder now, if one does. */
export const runningUrl = (folder: string, database: string): string | undefined => {
  const port = portOf(join(folder, DATA));
  return port && `postgresql://${OWNER}:${passwordOf(folder)}@127.0.0.1:${port}/${database}`;
};

/** The folder's cluster, made on the first call. */
export const ensureCluster = async (
  folder: string,
  initdb: string,
  progress: (line: string) => void,
): Promise<Cluster> => {
  await removeDrafts(folder);
  const password = passwordOf(folder);
  const data = join(folder, DATA);
  const runAs = userForPostgres(data);
  if (!existsSync(data)) {
    progress(`creating the embedded database in ${folder}`);
    initialise(folder, password, initdb, runAs);
  }
  return { data, owner: OWNER, password, runAs };
};

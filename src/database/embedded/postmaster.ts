import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { commandLineOf, stopWith } from './processes.ts';

/* Postgres' main process as its data folder shows it: by the pid file that it keeps there. */

/** Fast shutdown writes everything out; immediate shutdown and the last resort leave that to the next start. */
export const shutdown = [
  { signal: 'SIGINT', wait_ms: 15_000 },
  { signal: 'SIGQUIT', wait_ms: 5_000 },
  { signal: 'SIGKILL', wait_ms: 2_000 },
] as const;

/** In the command line of each Postgres of ours: tells it from any other process that has its pid by now. */
export const markOf = (data: string): string => {
  const { dev, ino } = statSync(data);
  return `bourse.folder=${dev}-${ino}`;
};

const pidFileLines = (data: string): string[] => {
  try {
    return readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return [];
  }
};

export const isReady = (data: string, pid: number | undefined): boolean => {
  const lines = pidFileLines(data);
  return Number(lines[0]) === pid && lines[7]?.trim() === 'ready';
};

/** Where the Postgres that runs on the data folder listens; undefined when none does. */
export const portOf = (data: string): string | undefined => {
  const lines = pidFileLines(data);
  return lines[7]?.trim() === 'ready' ? lines[3]?.trim() : undefined;
};

/** Ends what an earlier server left running on the folder, and takes away a pid file that nobody answers for. */
export const clearLeftovers = async (data: string): Promise<void> => {
  const pid = Number(pidFileLines(data)[0]);
  if (!Number.isInteger(pid) || pid <= 0) return;
  const mark = markOf(data);
  await stopWith(pid, shutdown, () => !commandLineOf(pid).includes(`${mark} `));
  // The pid may belong to somebody else by now. Postgres has a second lock, in shared memory, should this be wrong.
  rmSync(join(data, 'postmaster.pid'), { force: true });
};

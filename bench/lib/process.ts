import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A program under measurement, as an operator would run it, and what the kernel says of it. */
export interface Measurable {
  port: number;
  /** CPU time of the process so far, in microseconds. */
  cpu_us(): number;
  /** Resident memory in megabytes. */
  rss_mb(): number;
  /** SIGTERM unless told otherwise. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** Linux counts CPU time in hundredths of a second. */
const TICK_us = 10_000;

const cpuOf = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * TICK_us;
};

const rssOf = (pid: number): number => {
  const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
  return (pages * 4096) / 1_000_000;
};

/** Starts a program and waits for the line that names its port. */
export const start = async (
  program: readonly string[],
  env: Record<string, string>,
  ready: RegExp,
): Promise<Measurable> => {
  const child = spawn(process.execPath, program, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const pid = child.pid;
  if (pid === undefined) throw new Error(`${program} could not be started`);
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const port = await new Promise<number>((resolve, reject) => {
    let output = '';
    child.stdout.on('data', (chunk) => {
      output = (output + chunk).slice(-10_000);
      const found = ready.exec(output)?.[1];
      if (found !== undefined) resolve(Number(found));
    });
    void exited.then(() => reject(new Error(`${program} ended: ${output}`)));
  });
  return {
    port,
    cpu_us: () => cpuOf(pid),
    rss_mb: () => rssOf(pid),
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal);
      await exited;
    },
  };
};

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const linux = process.platform === 'linux';

const ps = (pid: number, column: string): string => {
  try {
    return execFileSync('ps', ['-o', `${column}=`, '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
};

const proc = (pid: number, file: string): string => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return '';
  }
};

/** Empty when there is no such process. A process of another user still counts. */
export const commandLineOf = (pid: number): string =>
  linux ? proc(pid, 'cmdline').replaceAll('\0', ' ') : ps(pid, 'command');

/** When a process began, in the system's own words: with the pid it names one process for ever. */
export const birthOf = (pid: number): string => {
  if (!linux) return ps(pid, 'lstart');
  // The second field is the program's name in parentheses and may itself contain blanks and parentheses.
  const stat = proc(pid, 'stat');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
};

const send = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended between the look and the signal.
  }
};

/** Sends each signal in turn until the process has gone; `gone` must not be fooled by a pid that was used again. */
export const stopWith = async (
  pid: number,
  signals: readonly { signal: NodeJS.Signals; wait_ms: number }[],
  gone: () => boolean,
): Promise<void> => {
  for (const { signal, wait_ms } of signals) {
    if (gone()) return;
    send(pid, signal);
    for (let waited = 0; waited < wait_ms && !gone(); waited += 10) await sleep(10);
  }
};

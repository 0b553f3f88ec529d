import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { birthOf } from './processes.ts';

interface Holder {
  pid: number;
  birth: string;
}

const readText = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
};

const holderOf = (text: string): Holder | undefined => {
  try {
    return JSON.parse(text) as Holder;
  } catch {
    return undefined;
  }
};

const isAlive = ({ pid, birth }: Holder): boolean => birth !== '' && birthOf(pid) === birth;

/** True when this call made the file; its text is complete from the first moment it can be seen. */
const create = (file: string, text: string): boolean => {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, text, { mode: 0o600 });
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  } finally {
    rmSync(draft, { force: true });
  }
};

/** Takes a dead holder's file away, unless another process was quicker and the file is already its own. */
const removeStale = (file: string, stale: string): void => {
  const taken = `${file}.stale.${process.pid}`;
  try {
    renameSync(file, taken);
  } catch {
    return;
  }
  if (readText(taken) !== stale) linkSync(taken, file);
  rmSync(taken, { force: true });
};

export type FolderLock = { taken: true; release: () => void } | { taken: false; pid: number };

/** One server per folder. The holder is named by pid and birth, so what a `kill -9` left behind does not count. */
export const lockFolder = (folder: string): FolderLock => {
  const file = join(folder, 'server.lock');
  const own = JSON.stringify({ pid: process.pid, birth: birthOf(process.pid) });
  for (;;) {
    if (create(file, own)) return { taken: true, release: () => rmSync(file, { force: true }) };
    const text = readText(file);
    if (text === undefined) continue;
    const holder = holderOf(text);
    if (holder !== undefined && isAlive(holder)) return { taken: false, pid: holder.pid };
    removeStale(file, text);
  }
};

import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ConfigError } from './problems.ts';

/**
 * Makes a folder and its missing parents, one at a time: where none can ever be made, as below /proc, the recursive call of
 * Node goes round for ever.
 */
export const ensureFolder = (folder: string): void => {
  try {
    mkdirSync(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && statSync(folder).isDirectory()) return;
    if (code !== 'ENOENT' || dirname(folder) === folder) throw error;
    ensureFolder(dirname(folder));
    mkdirSync(folder);
  }
};

/** Development needs no secret to be set: one is made once and kept beside the database, readable by its owner only. */
export const madeOnce = (dataDir: string, name: string, make: () => string): string => {
  const file = join(dataDir, name);
  try {
    ensureFolder(dataDir);
    writeFileSync(file, make(), { flag: 'wx', mode: 0o600 });
    chmodSync(file, 0o600);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // It is there, from an earlier start or from a process that was first. The same code tells that the folder's own name is taken by a file.
    if (code !== 'EEXIST' || !existsSync(file))
      throw new ConfigError('DATA_DIR', `${dataDir} cannot be written (${code})`);
  }
  return readFileSync(file, 'utf8');
};

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureInstalled } from './install.mjs';
import { ensureMade } from './made.mjs';
import { root } from './run.mjs';

const say = (line) => console.log(`· ${line}`);

const isAlive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
};

/** Two scripts on one checkout prepare it one after the other. A dead holder's lock does not count. */
const alone = async (work) => {
  const name = createHash('sha256').update(`${process.getuid?.()} ${root}`).digest('hex');
  const lock = join(tmpdir(), `bourse-prepare-${name.slice(0, 16)}`);
  const holder = join(lock, 'pid');
  for (let waited = 0; ; waited += 1) {
    try {
      mkdirSync(lock, { mode: 0o700 });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    let pid;
    try {
      pid = Number(readFileSync(holder, 'utf8'));
    } catch {
      pid = waited < 10 ? process.pid : 0;
    }
    if (pid === 0 || !isAlive(pid)) rmSync(lock, { recursive: true, force: true });
    else if (waited === 0) say('waiting for another process that prepares this checkout');
    await sleep(100);
  }
  writeFileSync(holder, String(process.pid));
  try {
    return await work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
};

/** Everything that a fresh clone lacks: packages, their patches, generated code. Quick when nothing is missing. */
export const prepare = ({ documents }) =>
  alone(async () => {
    const justInstalled = await ensureInstalled(say);
    await ensureMade(say, { documents, justInstalled });
  });

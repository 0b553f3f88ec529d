import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { inModules, root, run } from './run.mjs';

const readJson = (file) => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
};

/**
 * Npm writes its own record into node_modules as an install's last step. So no record means none or half of one, and
 * a record that differs from the lockfile means an older one. Packages for other platforms are never installed.
 */
export const isInstalled = (folder) => {
  const wanted = readJson(join(folder, 'package-lock.json'))?.packages;
  const found = readJson(join(folder, 'node_modules', '.package-lock.json'))?.packages;
  if (wanted === undefined) throw new Error('package-lock.json: missing or not readable');
  if (found === undefined) return false;
  const same = ([path, entry]) =>
    found[path] === undefined
      ? entry.optional === true
      : found[path].version === entry.version && found[path].integrity === entry.integrity;
  return Object.entries(wanted)
    .filter(([path]) => path !== '')
    .every(same);
};

/** The Node that npm itself runs on: the one in node_modules is about to be replaced. */
const npm = () => {
  const { npm_node_execpath: node, npm_execpath: cli } = process.env;
  if (node !== undefined && cli !== undefined && existsSync(cli)) return [node, [cli]];
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm', []];
};

const withoutOwnBin = () => {
  const path = (process.env.PATH ?? '').split(delimiter).filter((entry) => entry !== inModules('.bin'));
  return { ...process.env, PATH: path.join(delimiter) };
};

const HEARTBEAT_ms = 10_000;

/** Answers whether it had to install. */
export const ensureInstalled = async (say) => {
  if (isInstalled(root)) return false;
  say('installing packages from package-lock.json (about a minute)');
  const started = Date.now();
  const heartbeat = setInterval(() => {
    say(`still installing, ${Math.round((Date.now() - started) / 1_000)} s`);
  }, HEARTBEAT_ms);
  const [command, args] = npm();
  const { code } = await run(command, [...args, 'ci', '--loglevel=error'], { env: withoutOwnBin() }).finally(() =>
    clearInterval(heartbeat),
  );
  if (code !== 0) throw new Error(`npm ci: ended with exit code ${code}`);
  return true;
};

// Runs on whatever Node the machine has (20 or newer), before anything is installed: built-in modules only.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export const inModules = (...path) => join(root, 'node_modules', ...path);

/** The sources are TypeScript that Node 24 runs as it is; the machine's own Node may be older. */
export const nodeForSources = () =>
  Number(process.versions.node.split('.')[0]) >= 24
    ? process.execPath
    : inModules('node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

const passOn = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs a child to its end; answers its exit code, and what it said when `quiet`. Signals are passed on and this
 * process stays until the child has gone, so that nobody is left behind.
 */
export const run = (command, args, { quiet = false, ...options } = {}) =>
  new Promise((resolve, reject) => {
    const stdio = quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit';
    const child = spawn(command, args, { cwd: root, stdio, ...options });
    let output = '';
    const collect = (chunk) => {
      output += chunk;
    };
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    const forward = (signal) => child.kill(signal);
    for (const signal of passOn) process.on(signal, forward);
    const settle = (finish) => {
      for (const signal of passOn) process.off(signal, forward);
      finish();
    };
    child.once('error', (error) => settle(() => reject(error)));
    child.once('close', (code, signal) =>
      settle(() => resolve({ code: code ?? 128 + constants.signals[signal], output })),
    );
  });

/** Runs a script's own work; whatever it throws becomes one line and exit code 1. */
export const main = async (work) => {
  try {
    process.exitCode = await work();
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
};

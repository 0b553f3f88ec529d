// npm start: prepares the checkout, then runs the server until it is told to end.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { prepare } from './lib/prepare.mjs';
import { main, nodeForSources, root, run } from './lib/run.mjs';
import { serverEnvironment, serverProgram } from './lib/server.mjs';

const ORPHAN_CHECK_ms = 100;

/**
 * Npm passes signals on to the shell that it runs a script in, and that shell keeps them: `exec` in package.json takes
 * the shell away. What is left is an npm that is killed without a word; then nobody could end the server any more.
 */
const endWithNpm = () => {
  const npm = process.ppid;
  const check = () => {
    if (process.ppid === npm) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  };
  const timer = setInterval(check, ORPHAN_CHECK_ms);
  timer.unref();
};

await main(async () => {
  if (process.env.npm_lifecycle_event !== undefined) endWithNpm();
  await prepare({ documents: false });
  const settings = existsSync(join(root, '.env')) ? ['--env-file=.env'] : [];
  // A group of its own, so that Ctrl-C reaches the server once, through this process. The channel closes when this
  // process dies without a word, and then the server ends too.
  const { code } = await run(nodeForSources(), [...settings, ...serverProgram], {
    env: serverEnvironment(),
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    detached: true,
  });
  return code;
});

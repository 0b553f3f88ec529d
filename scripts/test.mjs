// npm test: prepares the checkout, then runs vitest with the given arguments.
import { prepare } from './lib/prepare.mjs';
import { inModules, main, nodeForSources, run } from './lib/run.mjs';

const REPORT = 'node_modules/.cache/bourse-tests.json';

await main(async () => {
  await prepare({ documents: true });
  const given = process.argv.slice(2);
  // A whole run leaves a report for the check of docs/security.md; a part of the tests shows nothing about the others.
  const report = given.length === 0 ? ['--reporter=default', '--reporter=json', `--outputFile.json=${REPORT}`] : [];
  // Compiled code is kept, as the server's: each file of tests loads the sources anew.
  const env = { NODE_COMPILE_CACHE: inModules('.cache', 'compiled'), ...process.env };
  const { code } = await run(nodeForSources(), [inModules('vitest', 'vitest.mjs'), 'run', ...report, ...given], {
    env,
  });
  return code;
});

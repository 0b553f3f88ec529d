// npm test: prepares the checkout, then runs vitest with the given arguments.
import { prepare } from './lib/prepare.mjs';
import { inModules, main, nodeForSources, run } from './lib/run.mjs';

await main(async () => {
  await prepare({ documents: true });
  const { code } = await run(nodeForSources(), [inModules('vitest', 'vitest.mjs'), 'run', ...process.argv.slice(2)]);
  return code;
});

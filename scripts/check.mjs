// npm run check: types, lint, generated files, the walls between the folders. Runs all of them, then fails if one did.
import { prepare } from './lib/prepare.mjs';
import { inModules, main, nodeForSources, run } from './lib/run.mjs';

const steps = [
  ['types', [inModules('typescript', 'bin', 'tsc'), '-p', '.']],
  ['lint', [inModules('@biomejs', 'biome', 'bin', 'biome'), 'check', '.']],
  ['generated files', ['scripts/generate.ts', '--check']],
  ['evidence', ['scripts/evidence.ts']],
  ['structure', [inModules('vitest', 'vitest.mjs'), 'run', 'test/structure.test.ts']],
];

await main(async () => {
  await prepare({ documents: true });
  let failed = 0;
  for (const [name, args] of steps) {
    const { code, output } = await run(nodeForSources(), args, { quiet: true });
    console.log(`${code === 0 ? '✓' : '✗'} ${name}`);
    if (code === 0) continue;
    console.log(output);
    failed += 1;
  }
  return failed === 0 ? 0 : 1;
});

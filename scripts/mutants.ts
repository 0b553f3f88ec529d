// npm run mutants [-- identity access …] [--mutate src/file.ts] [--concurrency 1]: changes the rules of each group in every small way that Stryker knows, and
// shows which of these changes no test of the group notices.
import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { Stryker } from '@stryker-mutator/core';
import { groups } from '../test/mutation/groups.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { mutate: { type: 'string', multiple: true }, concurrency: { type: 'string', default: '2' } },
});
const names = positionals.length > 0 ? positionals : Object.keys(groups);
const unknown = names.filter((name) => groups[name] === undefined);
if (unknown.length > 0) {
  console.error(`no such group: ${unknown.join(', ')}; there are ${Object.keys(groups).join(', ')}`);
  process.exit(2);
}

type Mutant = Awaited<ReturnType<Stryker['runMutationTest']>>[number];

/** One line for what nobody noticed. */
const show = ({ fileName, location, status, mutatorName, replacement = '' }: Mutant): string =>
  `${relative('.', fileName)}:${location.start.line}:${location.start.column} ${status} ${mutatorName} → ${replacement.replace(/\s+/g, ' ').slice(0, 100)}`;

const noticed = new Set(['Killed', 'Timeout']);
/** What cannot even be loaded says nothing about the tests. */
const isValid = ({ status }: Mutant): boolean => status !== 'RuntimeError' && status !== 'CompileError';
const scores: string[] = [];
for (const name of names) {
  process.env.MUTATION_GROUP = name;
  const mutants = await new Stryker({
    mutate: [...(values.mutate ?? groups[name]!.mutate)],
    testRunner: 'vitest',
    plugins: ['@stryker-mutator/vitest-runner'],
    vitest: { configFile: 'test/mutation/vitest.config.ts', related: false },
    coverageAnalysis: 'perTest',
    // Only what tests read is copied; its own folder lies where everything that is made lies.
    ignorePatterns: ['**', '!src/**', '!test/**', '!package.json', '!tsconfig.json'],
    tempDirName: 'coverage/mutants',
    reporters: ['progress-append-only'],
    allowConsoleColors: false,
    concurrency: Number(values.concurrency),
    timeoutMS: 10_000,
    warnings: { slow: false, unknownOptions: true, preprocessorErrors: true, unserializableOptions: true },
  }).runMutationTest();
  const results = mutants.filter(isValid);
  const killed = results.filter(({ status }) => noticed.has(status)).length;
  for (const mutant of results) if (!noticed.has(mutant.status)) console.log(show(mutant));
  scores.push(`${name.padEnd(10)} ${((100 * killed) / results.length).toFixed(1)} % (${killed} of ${results.length})`);
}
for (const score of scores) console.log(score);

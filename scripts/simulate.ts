import { parseArgs } from 'node:util';
import pg from 'pg';
import { openGround } from '../test/simulation/ground.ts';
import { report } from '../test/simulation/report.ts';
import { startPostgres, TEMPLATE } from '../test/support/postgres.ts';

/**
 * npm run simulate [-- --seeds N --first N --at-once N] [-- --seed N]: plays seeds, each a world of its own in which customers,
 * the market, the network, the database's connection and crashes do what the seed says (docs/testing.md). A seed that shows
 * something wrong is printed with its log; `--seed` plays one again, letter by letter, and prints its log in any case.
 */
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    first: { type: 'string', default: '1' },
    'at-once': { type: 'string', default: '4' },
    seed: { type: 'string' },
  },
});
const one = values.seed !== undefined;
const [count, first, atOnce] = one
  ? [1, Number(values.seed), 1]
  : [Number(values.seeds), Number(values.first), Number(values['at-once'])];
if (![count, atOnce].every((number) => Number.isInteger(number) && number > 0) || !Number.isSafeInteger(first)) {
  console.error('--seeds, --first, --at-once and --seed are whole numbers');
  process.exit(2);
}

const postgres = await startPostgres();
const began = performance.now();
let [next, done, failed, steps] = [first, 0, 0, 0];

/** Plays the seeds that nobody plays yet on a database of its own. */
const play = async (name: string): Promise<void> => {
  const owner = new pg.Client(postgres.url('postgres'));
  await owner.connect();
  await owner.query(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`);
  await owner.end();
  const ground = await openGround(postgres.url(name));
  while (next < first + count) {
    const seed = next;
    next += 1;
    const run = await ground.play(seed);
    done += 1;
    steps += run.steps;
    if (run.wrong.length > 0) {
      failed += 1;
      console.log(`✗ ${report(run)}\n`);
    } else if (one) console.log(run.lines.join('\n'), `\ndigest ${run.digest}`);
    if (done % 50 === 0) console.log(`${done} of ${count} seeds, ${failed} of them wrong`);
  }
  await ground.close();
};

try {
  // One after the other: each copies the template, which nobody else may use meanwhile.
  const names = Array.from({ length: Math.min(atOnce, count) }, (_, at) => `ground_${at}`);
  await Promise.all(names.map(play));
} finally {
  await postgres.stop();
}
const seconds = (performance.now() - began) / 1_000;
console.log(
  `${done - failed} of ${done} seeds without damage; ${steps} steps in ${seconds.toFixed(1)} s, ` +
    `${(done / seconds).toFixed(1)} seeds a second`,
);
process.exit(failed === 0 ? 0 : 1);

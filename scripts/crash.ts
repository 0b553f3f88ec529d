import { parseArgs } from 'node:util';
import { createRandom } from '../src/venues/paper/random.ts';
import { crashes, startSubject } from '../test/support/crash.ts';

/**
 * npm run crash [-- --rounds N --seed N]: kills the server, its database or both under load, again and again on the same
 * data, and looks after each restart whether anything that was acknowledged is lost, anything was done twice, the books
 * balance, and the server was ready in time. The seed decides what is killed and when; the load itself races the kill.
 */
const READY_ms = 5_000;
/** The longest time under load before a kill. */
const LOAD_ms = 1_000n;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '50' },
    seed: { type: 'string', default: `${Date.now() % 1_000_000}` },
  },
});
const [rounds, seed] = [Number(values.rounds), Number(values.seed)];
if (!(Number.isInteger(rounds) && rounds > 0 && Number.isInteger(seed))) {
  console.error('--rounds and --seed are whole numbers');
  process.exit(2);
}

console.log(`${rounds} rounds, seed ${seed}`);
const random = createRandom(seed, 'crash');
const subject = await startSubject(seed);
const total = { acknowledged: 0, unknown: 0, failed: 0, slowest_ms: 0 };
try {
  for (let round = 1; round <= rounds; round += 1) {
    const what = crashes[Number(random(BigInt(crashes.length)))] ?? 'server';
    const { sent, damage, ready_ms } = await subject.crash(what, Number(random(LOAD_ms)));
    if (ready_ms > READY_ms) damage.push(`ready after ${Math.round(ready_ms)} ms`);
    total.acknowledged += sent.acknowledged.size;
    total.unknown += sent.unknown.length;
    total.slowest_ms = Math.max(total.slowest_ms, ready_ms);
    total.failed += damage.length === 0 ? 0 : 1;
    const counts = `${sent.acknowledged.size} answered, ${sent.unknown.length} of them only after it`;
    console.log(
      `${damage.length === 0 ? '✓' : '✗'} ${round} kill of ${what}: ${counts}, ready in ${Math.round(ready_ms)} ms`,
    );
    for (const line of damage) console.log(`    ${line}`);
  }
} finally {
  await subject.remove();
}
console.log(
  `${rounds - total.failed} of ${rounds} rounds without damage; ${total.acknowledged} commands, ${total.unknown} of them ` +
    `without an answer before the crash; slowest start ${Math.round(total.slowest_ms)} ms`,
);
process.exit(total.failed === 0 ? 0 : 1);

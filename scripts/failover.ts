import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startEmbedded } from '../src/database/embedded/embedded.ts';
import { startPair } from '../test/support/failover.ts';

/**
 * npm run failover [-- --rounds N]: two servers on one database, under load; kills the one that runs the paper venue, and every
 * second time freezes it in a transaction. Says how long it took until the other had taken an order, and until that order was
 * filled. Fails when a takeover took longer than it may, or when anything that was acknowledged is lost or was done twice.
 */
const TAKEOVER_ms = 5_000;

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '10' } } });
const rounds = Number(values.rounds);
if (!(Number.isInteger(rounds) && rounds > 0)) {
  console.error('--rounds is a whole number');
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), 'bourse-failover-'));
const postgres = await startEmbedded({ folder, durable: true, progress: () => {} });
const pair = await startPair(postgres.url('postgres'));
const times: number[] = [];
let failed = 0;
try {
  for (let round = 1; round <= rounds; round += 1) {
    const kills = round % 2 === 1;
    const { damage, acknowledged_ms, filled_ms, sent } = await (kills ? pair.killHolder() : pair.freezeHolder());
    if (filled_ms > TAKEOVER_ms) damage.push(`the takeover took ${Math.round(filled_ms)} ms`);
    times.push(filled_ms);
    failed += damage.length === 0 ? 0 : 1;
    const took = `${kills ? 'killed' : 'frozen'}, taken in ${Math.round(acknowledged_ms)} ms, filled in ${Math.round(filled_ms)} ms`;
    console.log(`${damage.length === 0 ? '✓' : '✗'} ${round}: ${took}, ${sent.acknowledged.size} commands answered`);
    for (const line of damage) console.log(`    ${line}`);
    if (kills && round < rounds) await pair.replenish();
  }
} finally {
  await pair.remove();
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}
const sorted = times.toSorted((one, other) => one - other);
const [median = 0, slowest = 0] = [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
console.log(
  `${rounds - failed} of ${rounds} takeovers without damage within ${TAKEOVER_ms} ms; from the loss to a fill: ` +
    `median ${Math.round(median)} ms, slowest ${Math.round(slowest)} ms`,
);
process.exit(failed === 0 ? 0 : 1);

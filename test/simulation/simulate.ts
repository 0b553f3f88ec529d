import { createHash } from 'node:crypto';
import type pg from 'pg';
import type { Database } from '../../src/database/database.ts';
import { brokenPromises } from '../support/promises.ts';
import { checkEnd, outcome } from './checks.ts';
import { symbols } from './commands.ts';
import { takeStep } from './steps.ts';
import { createWorld, type World } from './world.ts';

export interface Run {
  seed: number;
  steps: number;
  lines: string[];
  /** Of the log and of what the database holds at the end. */
  digest: string;
  wrong: string[];
}

/** Steps of one seed: enough that lists, replacements and crashes meet. */
const STEPS = 60;
/** After so many steps all promises are asked for. */
const LOOK = 15;
/** Rounds of healing, of some seconds each: longer than the longest deadline. */
const ROUNDS = 22;

/** Nothing is broken, halted or blocked any more, and every command that got no answer is sent until it has one. */
const heal = async (world: World): Promise<void> => {
  world.heal();
  const { operator } = world;
  const reason = 'a test';
  for (const symbol of symbols) {
    await world.run(({ trading }) => trading.services.controls.resumeInstrument(operator, { symbol, reason }));
    const input = { scope: 'INSTRUMENT', symbol, engaged: false, reason } as const;
    await world.run(({ trading }) => trading.services.controls.setKillSwitch(operator, input));
  }
  for (const { accountId } of world.people) {
    const input = { scope: 'ACCOUNT', accountId, engaged: false, reason } as const;
    await world.run(({ trading }) => trading.services.controls.setKillSwitch(operator, input));
  }
  const venue = { scope: 'VENUE', engaged: false, reason } as const;
  await world.run(({ trading }) => trading.services.controls.setKillSwitch(operator, venue));
  const hours = { mode: 'ALWAYS_OPEN', reason } as const;
  await world.run(({ trading }) => trading.services.controls.setMarketHours(operator, hours));
  for (const sent of world.sent) if (sent.answer === undefined) await world.send(sent);
  for (let round = 0; round < ROUNDS; round += 1) await world.run(() => world.schedule.pass(7_000));
};

/** One seed from the beginning to the end, on an empty database. */
export const simulate = async (
  seed: number,
  database: Database,
  owner: pg.Client,
  /** Told of each line of the log when it is written. */
  heard: (line: string) => void = () => {},
): Promise<Run> => {
  const world = await createWorld(seed, database, owner, heard);
  let steps = 0;
  try {
    while (steps < STEPS && world.wrong.length === 0) {
      await takeStep(world);
      steps += 1;
      if (steps % LOOK === 0) world.wrong.push(...(await brokenPromises(database.pool)));
    }
    if (world.wrong.length === 0) {
      await heal(world);
      world.wrong.push(...(await checkEnd(world)));
    }
  } catch (error) {
    world.wrong.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  const end = await outcome(world);
  await world.stop();
  const digest = createHash('sha256')
    .update([...world.lines, end].join('\n'))
    .digest('hex');
  return { seed, steps, lines: world.lines, digest, wrong: world.wrong };
};

import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { openGround } from './ground.ts';
import { report } from './report.ts';

/** A few seeds of `npm run simulate`, one for each place of the venue and some more. */

let database: TestDatabase;
let ground: Awaited<ReturnType<typeof openGround>>;
beforeAll(async () => {
  database = await testDatabase();
  ground = await openGround(database.url);
});
afterAll(async () => {
  await ground.close();
  await database.close();
});

for (const seed of [1, 3, 5, 7]) {
  test(`nothing is lost, doubled or stuck in the world of seed ${seed}`, async () => {
    const run = await ground.play(seed);
    expect(run.wrong, report(run)).toEqual([]);
  }, 120_000);
}

test('the same seed is the same world, to the last letter of its log', async () => {
  const [first, second] = [await ground.play(2), await ground.play(2)];
  expect(second.lines).toEqual(first.lines);
  expect(second.digest).toBe(first.digest);
  expect((await ground.play(4)).digest).not.toBe(first.digest);
}, 180_000);

test('what goes wrong is said with the seed that shows it again', () => {
  const text = report({ seed: 7, steps: 3, digest: 'd', lines: ['one', 'two'], wrong: ['L1 is broken'] });
  expect(text).toContain('npm run simulate -- --seed 7');
  expect(text).toContain('L1 is broken');
  expect(text).toContain('one\ntwo');
});

import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCommand } from '../../../src/audit/command.ts';
import { createFactorCodes } from '../../../src/identity/second-factor/factor-codes.ts';
import { findActiveFactor } from '../../../src/identity/second-factor/second-factor-store.ts';
import { createSecretBox } from '../../../src/identity/second-factor/secret-box.ts';
import { lockUser } from '../../../src/identity/users/store.ts';
import { createIds } from '../../../src/kernel/ids.ts';
import { ok } from '../../../src/kernel/result.ts';
import { enrolled } from '../../support/authenticator.ts';
import { must, type People, people } from '../../support/people.ts';

let world: People;
beforeAll(async () => {
  world = await people();
});
afterAll(() => world.close());

test('a code is taken if its step is near and later than every one that was used, whatever came before', async () => {
  const { database, clock } = world;
  const command = createCommand({ database, clock, ids: createIds(clock) });
  const codes = createFactorCodes({
    secretBox: createSecretBox('a key of the tests'),
    // Counted before, by whoever asks.
    budgets: {} as Parameters<typeof createFactorCodes>[0]['budgets'],
  });
  const person = await world.person();
  const { code } = await enrolled(world, person);
  const accepted = (text: string) =>
    command({ by: person.by, action: 'test', target: person.id }, async (step) => {
      await lockUser(step.tx, person.id);
      const factor = await findActiveFactor(step.tx, person.id);
      return ok(await codes.accepts(step, factor!, text));
    });
  const stepNow = (): number => Math.floor(clock.now().getTime() / 30_000);

  let used = stepNow();
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ wait_s: fc.nat(45), away: fc.integer({ min: -2, max: 2 }) }), {
        minLength: 1,
        maxLength: 8,
      }),
      async (attempts) => {
        for (const { wait_s, away } of attempts) {
          clock.advance(wait_s * 1000);
          const step = stepNow() + away;
          const right = Math.abs(away) <= 1 && step > used;
          expect(must(await accepted(code(away)))).toBe(right);
          if (right) used = step;
        }
      },
    ),
    { numRuns: 30 },
  );
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { operatorOf } from '../controls/support.ts';
import { testClock } from '../support/people.ts';
import { brokenPromises } from '../support/promises.ts';
import { startTrading } from '../support/trading.ts';
import { type Run, type Step, step, take } from './random-steps.ts';

/**
 * Random customers, operators and moments: after every step all promises hold in the database, and at the end the books can
 * be built again from the journal. A failing run prints its seed and path; give them to `fc.assert` to see it again.
 * PROPERTY_RUNS=300 npm test -- test/orders/properties looks longer.
 */
const runs = (few: number): number => Number(process.env.PROPERTY_RUNS ?? few);

/** A database of its own for each run: what a failing run left behind must not fail the smaller ones after it. */
const inNewRun = async (body: (run: Run) => Promise<void>): Promise<void> => {
  // A Friday in New York, two hours before the close.
  const clock = testClock(new Date('2026-03-06T19:00:00Z'));
  const trading = await startTrading({ clock });
  try {
    const operator = await operatorOf(trading);
    const customers = [await trading.customer('50000'), await trading.customer('2000000'), await trading.customer()];
    await body({ trading, clock, operator, customers, orders: [] });
    await trading.settled();
    expect(await brokenPromises(trading.database.pool)).toEqual([]);
    expect((await trading.ledger.checkBooks()).differences).toEqual([]);
  } finally {
    await trading.close();
  }
};

/** One account's orders never wait for an answer for ever. */
const stuck = async ({ trading }: Run): Promise<unknown[]> => {
  const pending =
    "SELECT id, status, reason FROM orders WHERE status IN ('PENDING_NEW', 'PENDING_CANCEL', 'PENDING_REPLACE')";
  return (await trading.database.pool.query(pending)).rows;
};

test('every promise holds after every step of a random sequence', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60 }), (steps: Step[]) =>
      inNewRun(async (run) => {
        for (const next of steps) {
          await take(run, next);
          expect(await brokenPromises(run.trading.database.pool)).toEqual([]);
          await run.trading.settled();
          expect(await stuck(run)).toEqual([]);
        }
      }),
    ),
    { numRuns: runs(8) },
  );
}, 600_000);

test('every promise holds when a whole sequence of several customers runs at once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 50, maxLength: 200 }), (steps: Step[]) =>
      inNewRun(async (run) => {
        // What is told of fills that the venue has not made needs the order to itself.
        await Promise.all(steps.filter((next) => next.do !== 'lateExit').map((next) => take(run, next)));
        await run.trading.settled();
        expect(await stuck(run)).toEqual([]);
      }),
    ),
    { numRuns: runs(6) },
  );
}, 600_000);

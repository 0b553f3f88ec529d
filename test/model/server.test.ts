import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { brokenPromises } from '../support/promises.ts';
import { agree } from './agree.ts';
import { commands } from './commands.ts';
import { facts } from './facts.ts';
import { type Prepared, prepare, START, startReal } from './server.ts';
import { createState } from './state.ts';

/**
 * The whole server against a small model of it, command by command. A failing run prints its seed and path, give them to
 * `fc.assert`; with the printed `replayPath`, given to `fc.commands`, it is the shrunk run at once.
 * MODEL_RUNS=200 npm test -- test/model looks longer.
 */
const numRuns = Number(process.env.MODEL_RUNS ?? 6);

let prepared: Prepared;
beforeAll(async () => {
  prepared = await prepare();
});
afterAll(() => prepared?.database.close());

test('every answer of the server is the one that the reference model foretells', async () => {
  await fc.assert(
    fc.asyncProperty(fc.commands(commands, { maxCommands: 60, size: 'max' }), async (list) => {
      const real = await startReal(prepared);
      try {
        const model = { state: createState(START + 1_000, prepared.accounts, Object.keys(facts)), sent: [] };
        await agree(model, real);
        await fc.asyncModelRun(() => ({ model, real }), list);
        expect(await brokenPromises(real.pool)).toEqual([]);
      } finally {
        await real.close();
      }
    }),
    { numRuns },
  );
}, 600_000);

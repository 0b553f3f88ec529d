import { afterEach, expect, test, vi } from 'vitest';
import { type Database, openDatabase } from '../../src/database/database.ts';
import { createGuards, type Guards } from '../../src/guard/guards.ts';
import { createCircuitStore, saveIsolated, saveReset } from '../../src/guard/store.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { createIds } from '../../src/kernel/ids.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { breaker, refusedConnection } from './support.ts';

/* Several processes on one database: each has guards of its own here. */

const NAME = 'upstream:shared';
const ids = createIds(systemClock);
const log = { warn: () => {}, info: () => {} } as never;
let cleanUp: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const clean of cleanUp.reverse()) await clean();
  cleanUp = [];
});

const start = async () => {
  const own: TestDatabase = await testDatabase();
  const database: Database = await openDatabase(own.url);
  cleanUp.push(own.close, database.close);
  const process = async (): Promise<{ guards: Guards; guard: ReturnType<Guards['define']> }> => {
    const guards = await createGuards({
      store: createCircuitStore(database),
      breaker,
      clock: systemClock,
      now_ms: () => performance.now(),
      processId: ids.next(),
      metrics: createMetrics(),
      log,
    });
    cleanUp.push(guards.stop);
    return { guards, guard: guards.define(NAME) };
  };
  return { database, process };
};

const breakIt = async (guard: ReturnType<Guards['define']>): Promise<void> => {
  for (let time = 0; time < 5; time += 1) await guard.call(refusedConnection).catch(() => {});
};
const works = async (): Promise<string> => 'yes';

test('a process that has not called the dependency goes by what another found, until that one says otherwise', async () => {
  const { process } = await start();
  const [here, there] = [await process(), await process()];
  await breakIt(here.guard);
  await here.guards.share();
  await there.guards.share();
  await expect(there.guard.call(works)).rejects.toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE' });
  expect(there.guards.find(NAME)).toMatchObject({ state: 'OPEN', lastError: 'connect ECONNREFUSED' });
  const late = await process();
  expect(late.guards.find(NAME)).toMatchObject({ state: 'OPEN' });

  here.guard.circuit.reset();
  await here.guard.call(works);
  await here.guards.share();
  await there.guards.share();
  expect(await there.guard.call(works)).toBe('yes');
});

test('a process that calls it goes by its own breaker', async () => {
  const { process } = await start();
  const [here, there] = [await process(), await process()];
  await there.guard.call(works);
  await breakIt(here.guard);
  await here.guards.share();
  await there.guards.share();
  expect(await there.guard.call(works)).toBe('yes');
  expect(here.guards.find(NAME)?.state).toBe('OPEN');
});

test('what an operator decides holds everywhere, also in processes that start later', async () => {
  const { database, process } = await start();
  const [here, there] = [await process(), await process()];
  await there.guard.call(works);
  await breakIt(here.guard);
  await database.prisma.$transaction((tx) => saveIsolated(tx, NAME, 'drill', systemClock.now()));
  // Told by the common table within its time, without being asked.
  await vi.waitFor(() => expect(there.guards.find(NAME)).toMatchObject({ isolated: true, reason: 'drill' }), 5_000);
  await expect(there.guard.call(works)).rejects.toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE' });
  const late = await process();
  await expect(late.guard.call(works)).rejects.toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE' });

  await database.prisma.$transaction((tx) => saveReset(tx, NAME, systemClock.now()));
  for (const { guards, guard } of [here, there, late]) {
    await guards.share();
    expect(guards.find(NAME)).toMatchObject({ state: 'CLOSED', isolated: false });
    expect(await guard.call(works)).toBe('yes');
  }
});

test('what the process that found it open has left behind does not outlive the next success', async () => {
  const { database, process } = await start();
  const here = await process();
  await breakIt(here.guard);
  await here.guards.share();
  here.guards.stop();
  await database.pool.query(`UPDATE circuits SET open_until = now() - interval '1 second'`);
  const late = await process();
  expect(late.guards.find(NAME)?.state).toBe('HALF_OPEN');
  await late.guard.call(works);
  await late.guards.share();
  expect((await createCircuitStore(database).all())[0]).toMatchObject({ state: 'CLOSED', openUntil: null });
});

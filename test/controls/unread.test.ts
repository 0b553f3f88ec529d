import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCommand } from '../../src/audit/command.ts';
import { createControls } from '../../src/controls/controls.ts';
import type { ControlDeps } from '../../src/controls/deps.ts';
import { openControls } from '../../src/controls/open.ts';
import { createControlStore } from '../../src/controls/store.ts';
import { openDatabase } from '../../src/database/database.ts';
import { createCircuits } from '../../src/guard/circuits.ts';
import { createGuards } from '../../src/guard/guards.ts';
import { createCircuitStore } from '../../src/guard/store.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { systemTimers } from '../../src/kernel/timers.ts';
import { createInstruments } from '../../src/market/instruments.ts';
import { createMarketStore } from '../../src/market/store.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { closeSound } from '../support/close-sound.ts';
import { must } from '../support/people.ts';
import { type Customer, startTrading, type TestTrading } from '../support/trading.ts';
import { operatorOf } from './support.ts';

/* What operators have set is set, whether or not the process that took the command can read it again at once. */

const NAME = 'upstream:unread';
const reason = 'a test';
let trading: TestTrading;
let operator: Customer['by'];
let controls: ReturnType<typeof createControls>;
let circuits: ReturnType<typeof createCircuits>;
let warnings: string[] = [];
let stop: (() => void)[] = [];

/** Commands have their connections; those by which the process reads again are closed. */
beforeAll(async () => {
  trading = await startTrading();
  operator = await operatorOf(trading);
  const reading = await openDatabase(trading.url);
  const log = { warn: (_: object, text: string) => void warnings.push(text), info: () => {} } as never;
  const store = createControlStore(reading);
  const instruments = await createInstruments({ store: createMarketStore(reading), log });
  const known = await openControls({ config: {}, store, venue: {}, log, timers: systemTimers });
  const guards = await createGuards({
    store: createCircuitStore(reading),
    breaker: { failureThreshold: 5, openFor_s: 60 },
    clock: systemClock,
    now_ms: () => performance.now(),
    processId: trading.ids.next(),
    metrics: createMetrics(),
    log,
  });
  stop = [instruments.stop, known.stop, guards.stop];
  const guard = guards.define(NAME);
  const { database, ids } = trading;
  const command = createCommand({ database, clock: systemClock, ids });
  const { switches, hours } = known;
  const deps: ControlDeps = { command, instruments, switches, hours, store, clock: systemClock, scale: 4 };
  controls = createControls(deps);
  const dependency = { guard, isStale: () => false };
  circuits = createCircuits({ guards, command, dependencies: { venue: dependency, quotes: dependency } });
  // Only the readings behind a command are meant, not the turns.
  for (const end of stop) end();
  await reading.close();
});
afterAll(() => closeSound(trading));

const warned = (): string[] => {
  const told = warnings;
  warnings = [];
  return told;
};

test('a kill switch and the market’s hours are answered as they were written', async () => {
  const engaged = await controls.setKillSwitch(operator, { scope: 'INSTRUMENT', symbol: 'KO', engaged: true, reason });
  expect(must(engaged)).toMatchObject({ scope: 'INSTRUMENT', target: 'KO', engaged: true });
  expect(await trading.controls.killSwitches()).toHaveLength(1);
  expect(warned()).toEqual(['kill switches could not be read again']);
  must(await controls.setKillSwitch(operator, { scope: 'INSTRUMENT', symbol: 'KO', engaged: false, reason }));
  expect(must(await controls.setMarketHours(operator, { mode: 'ALWAYS_OPEN' }))).toEqual({ mode: 'ALWAYS_OPEN' });
  expect(warned()).toEqual(['kill switches could not be read again', 'market hours could not be read again']);
});

test('an instrument is answered with the status that was written', async () => {
  expect(must(await controls.haltInstrument(operator, { symbol: 'V', reason }))).toMatchObject({
    symbol: 'V',
    status: 'HALTED',
  });
  expect(must(await controls.resumeInstrument(operator, { symbol: 'V' })).status).toBe('TRADING');
  expect(warned()).toEqual(Array(2).fill('instruments could not be read again'));
});

test('a circuit is answered as it was written, and this process goes by it at once', async () => {
  const isolated = { state: 'OPEN', isolated: true, reason, retryAfter_s: 60 };
  expect(must(await circuits.isolate(operator, { name: NAME, reason }))).toMatchObject(isolated);
  expect(() => circuits.check('venue')).toThrow('an operator has taken it out of use');
  const reset = { state: 'CLOSED', isolated: false, reason: null, retryAfter_s: null };
  expect(must(await circuits.reset(operator, { name: NAME }))).toMatchObject(reset);
  circuits.check('venue');
  expect(new Set(warned())).toEqual(new Set(['the states of circuits could not be shared']));
});

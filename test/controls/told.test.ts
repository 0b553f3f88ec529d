import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemTimers, type Timers } from '../../src/kernel/timers.ts';
import { limits } from '../../src/limits.ts';
import { must } from '../support/people.ts';
import { type Customer, startTrading, type TestTrading } from '../support/trading.ts';
import { until } from '../support/until.ts';
import { operatorOf } from './support.ts';

/** What operators set through one process is told to the others: here none of them looks by itself. */

const unasked: Timers = {
  ...systemTimers,
  every: (period_ms, work) => (period_ms === limits.market.refresh_ms ? () => {} : systemTimers.every(period_ms, work)),
};
const reason = 'a test';
let holder: TestTrading;
let other: TestTrading;
let operator: Customer['by'];
beforeAll(async () => {
  holder = await startTrading({ timers: unasked });
  other = await startTrading({ url: holder.url, timers: unasked });
  operator = await operatorOf(holder);
});
afterAll(async () => {
  await other.close();
  await holder.close();
});

const ways = [
  { to: 'the one that runs the venue', said: () => other.controls, heard: () => holder },
  { to: 'another', said: () => holder.controls, heard: () => other },
];

test.each(ways)('a halt, its end, a switch and the hours reach $to', async ({ said, heard }) => {
  const { controls, market, orders, customer } = heard();
  const { by } = await customer('1000');
  const codeOf = async (): Promise<string | undefined> => {
    const answer = await orders.preview(by, { symbol: 'KO', side: 'BUY', type: 'LIMIT', limitPrice: '1.00', qty: '1' });
    return answer.ok ? undefined : answer.failures[0]?.code;
  };
  const setSwitch = async (engaged: boolean): Promise<void> =>
    void must(await said().setKillSwitch(operator, { scope: 'INSTRUMENT', symbol: 'KO', engaged, reason }));

  must(await said().haltInstrument(operator, { symbol: 'KO', reason }));
  await until(() => market.find('KO')?.status === 'HALTED');
  // Nothing is offered in a halt.
  await until(() => holder.venue.quote('KO')?.ask === null);
  expect(await codeOf()).toBe('INSTRUMENT_HALTED');
  must(await said().resumeInstrument(operator, { symbol: 'KO', reason }));
  await until(() => holder.venue.quote('KO')?.ask !== null);
  await until(async () => (await codeOf()) === undefined);

  await setSwitch(true);
  await until(async () => (await codeOf()) === 'TRADING_BLOCKED');
  await setSwitch(false);
  await until(async () => (await codeOf()) === undefined);

  for (const mode of ['SESSIONS', 'ALWAYS_OPEN'] as const) {
    must(await said().setMarketHours(operator, { mode, reason }));
    await until(() => controls.marketStatus().mode === mode);
  }
});

import { afterAll, beforeAll, expect, test } from 'vitest';
import { closeSound } from '../support/close-sound.ts';
import { codesOf, must } from '../support/people.ts';
import { type Customer, startTrading, type TestTrading } from '../support/trading.ts';
import { until } from '../support/until.ts';
import { linesOf, operatorOf, resting, statusOf } from './support.ts';

let trading: TestTrading;
let operator: Customer['by'];
beforeAll(async () => {
  trading = await startTrading();
  operator = await operatorOf(trading);
});
afterAll(() => closeSound(trading));

const set = async (input: Omit<Parameters<TestTrading['controls']['setKillSwitch']>[1], 'reason'>) =>
  trading.controls.setKillSwitch(operator, { ...input, reason: 'a test' });
const codes = async ({ by }: Customer, more: object = {}): Promise<string[]> => {
  const answer = await trading.orders.place(by, { ...resting, ...more });
  return answer.ok ? [] : answer.failures.map(({ code }) => code);
};

test('an account’s switch stops its new orders at once and nobody else’s; cancels are taken', async () => {
  const [one, other] = [await trading.customer('1000'), await trading.customer('1000')];
  const order = must(await trading.orders.place(one.by, resting));
  must(await set({ scope: 'ACCOUNT', accountId: one.accountId.toUpperCase(), engaged: true }));
  expect(await codes(one)).toEqual(['TRADING_BLOCKED']);
  expect(await codes(other)).toEqual([]);
  must(await trading.orders.cancel(one.by, { id: order.id }));
  await trading.settled();
  expect(await statusOf(trading, order.id)).toBe('CANCELED');
  must(await set({ scope: 'ACCOUNT', accountId: one.accountId, engaged: false }));
  expect(await codes(one)).toEqual([]);
});

test('an instrument’s switch stops new orders in it, the venue’s all; both outlive a restart', async () => {
  const person = await trading.customer('1000');
  must(await set({ scope: 'INSTRUMENT', symbol: 'KO', engaged: true }));
  expect([await codes(person, { symbol: 'KO' }), await codes(person)]).toEqual([['TRADING_BLOCKED'], []]);
  must(await set({ scope: 'VENUE', engaged: true }));
  expect(await codes(person)).toEqual(['TRADING_BLOCKED']);
  const restarted = await startTrading({ url: trading.database.connection.connectionString ?? '' });
  expect(codesOf(await restarted.orders.place(person.by, resting))).toEqual(['TRADING_BLOCKED']);
  expect((await restarted.controls.killSwitches()).map(({ scope, target }) => `${scope} ${target}`)).toEqual([
    'VENUE ',
    'INSTRUMENT KO',
  ]);
  must(await set({ scope: 'VENUE', engaged: false }));
  must(await set({ scope: 'INSTRUMENT', symbol: 'KO', engaged: false }));
  await until(async () => (await restarted.orders.place(person.by, resting)).ok);
  await restarted.close();
  expect(await codes(person, { symbol: 'KO' })).toEqual([]);
});

test('a switch takes exactly the field of its scope, and only operators set it', async () => {
  const { by, accountId } = await trading.customer();
  expect(codesOf(await set({ scope: 'VENUE', symbol: 'KO', engaged: true }))).toEqual(['INVALID_INPUT']);
  expect(codesOf(await set({ scope: 'ACCOUNT', engaged: true }))).toEqual(['INVALID_INPUT']);
  expect(codesOf(await set({ scope: 'ACCOUNT', accountId, symbol: 'KO', engaged: true }))).toEqual(['INVALID_INPUT']);
  expect(codesOf(await set({ scope: 'ACCOUNT', accountId: trading.ids.next(), engaged: true }))).toEqual(['NOT_FOUND']);
  expect(codesOf(await set({ scope: 'ACCOUNT', accountId: 'x', engaged: true }))).toEqual(['NOT_FOUND']);
  expect(codesOf(await set({ scope: 'INSTRUMENT', symbol: 'NONE', engaged: true }))).toEqual(['UNKNOWN_SYMBOL']);
  const input = { scope: 'VENUE', engaged: true, reason: 'a test' } as const;
  await expect(trading.controls.setKillSwitch(by, input)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  expect(await trading.controls.killSwitches()).toEqual([]);
  const outcomes = (await linesOf(trading, 'setKillSwitch')).map(({ outcome }) => outcome);
  expect(outcomes.slice(-1)).toEqual(['NOT_FOUND']);
});

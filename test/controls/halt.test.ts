import { afterAll, beforeAll, expect, test } from 'vitest';
import { formatDecimal } from '../../src/kernel/decimal.ts';
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

const why = 'news pending';

test('in a halted instrument orders rest, cancels work and new orders are refused until it is resumed', async () => {
  const { by, userId } = await trading.customer('10000');
  const [kept, canceled] = [
    must(await trading.orders.place(by, resting)),
    must(await trading.orders.place(by, resting)),
  ];
  await trading.settled();
  expect(must(await trading.controls.haltInstrument(operator, { symbol: 'AAPL', reason: why })).status).toBe('HALTED');
  expect(codesOf(await trading.orders.place(by, resting))).toEqual(['INSTRUMENT_HALTED']);
  must(await trading.orders.place(by, { ...resting, symbol: 'MSFT' }));
  must(await trading.orders.cancel(by, { id: canceled.id }));
  await trading.settled();
  expect([await statusOf(trading, kept.id), await statusOf(trading, canceled.id)]).toEqual(['NEW', 'CANCELED']);
  must(await trading.controls.resumeInstrument(operator, { symbol: 'AAPL', reason: why }));
  trading.venue.tick();
  const ask = trading.market.quote('AAPL')?.ask ?? 0n;
  const crossing = { ...resting, limitPrice: formatDecimal(ask, 2) };
  const order = must(await trading.orders.place(by, crossing));
  await trading.settled();
  expect(await trading.orders.one(userId, { id: order.id })).toMatchObject({ status: 'FILLED' });
  expect(await statusOf(trading, kept.id)).toBe('NEW');
});

test('another process on the same database notices a halt by itself', async () => {
  const url = trading.database.connection.connectionString ?? '';
  const other = await startTrading({ url });
  await trading.controls.haltInstrument(operator, { symbol: 'KO', reason: why });
  await until(() => other.market.find('KO')?.status === 'HALTED');
  await trading.controls.resumeInstrument(operator, { symbol: 'KO', reason: why });
  await until(() => other.market.find('KO')?.status === 'TRADING');
  await other.close();
});

test('only operators halt, with a reason, what exists; each halt leaves its line in the audit log', async () => {
  const { by } = await trading.customer();
  const { controls } = trading;
  await expect(controls.haltInstrument(by, { symbol: 'V', reason: why })).rejects.toMatchObject({ code: 'FORBIDDEN' });
  expect(codesOf(await controls.haltInstrument(operator, { symbol: 'V', reason: ' ' }))).toEqual(['INVALID_INPUT']);
  expect(codesOf(await controls.haltInstrument(operator, { symbol: 'NONE', reason: why }))).toEqual(['UNKNOWN_SYMBOL']);
  expect(trading.market.find('V')?.status).toBe('TRADING');
  must(await controls.haltInstrument(operator, { symbol: 'V', reason: why }));
  const line = (await linesOf(trading, 'haltInstrument')).at(-1);
  expect(line).toMatchObject({ actorId: operator.userId, target: 'V', outcome: 'OK', details: { reason: why } });
});

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Result } from '../../../src/kernel/result.ts';
import { must } from '../../support/people.ts';
import { type Customer, startTrading, type TestTrading } from '../../support/trading.ts';

/* An order whose value no number holds names what is at fault: a price at which one unit is too much already, else its size. */

let trading: TestTrading;
let customer: Customer;
beforeAll(async () => {
  trading = await startTrading();
  customer = await trading.customer('100000');
});
afterAll(() => trading.close());

const HIGHEST = '92233720368547758.07';
const order = { symbol: 'AAPL', side: 'BUY', type: 'LIMIT', qty: '1', limitPrice: '10' } as const;
const price = [['INVALID_PRICE', 'limitPrice']];
const qty = [['INVALID_QUANTITY', 'qty']];

const told = (result: Result<unknown>) =>
  result.ok ? [] : result.failures.map(({ code, field }) => [code, ...(field ?? [])]);

const lots = '9000000000';
const cases = [
  ['one unit at the highest price', { qty: '1', limitPrice: HIGHEST }, price],
  ['many units at the highest price', { qty: '100', limitPrice: HIGHEST }, price],
  ['too many units at a price that could be', { qty: lots, limitPrice: '90000000000' }, qty],
] as const;

test.each(cases)('%s', async (_what, terms, expected) => {
  expect(told(await trading.orders.place(customer.by, { ...order, ...terms }))).toEqual(expected);
  expect(told(await trading.orders.preview(customer.by, { ...order, ...terms }))).toEqual(expected);
  const { id } = must(await trading.orders.place(customer.by, order));
  await trading.settled();
  expect(told(await trading.orders.replace(customer.by, { id, ...terms }))).toEqual(expected);
});

test('a replacement names only what it changes', async () => {
  const { id } = must(await trading.orders.place(customer.by, order));
  await trading.settled();
  expect(told(await trading.orders.replace(customer.by, { id, limitPrice: HIGHEST }))).toEqual(price);
});

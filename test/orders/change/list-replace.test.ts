import { afterAll, beforeAll, expect, test } from 'vitest';
import { formatDecimal } from '../../../src/kernel/decimal.ts';
import { closeSound } from '../../support/close-sound.ts';
import { must } from '../../support/people.ts';
import { brokenPromises } from '../../support/promises.ts';
import { type Customer, startTrading, type TestTrading } from '../../support/trading.ts';
import { until } from '../../support/until.ts';

/** Replacing orders of a list: the pair is reserved once for its larger need, and at most one side of it ever fills. */

let trading: TestTrading;
beforeAll(async () => {
  trading = await startTrading();
});
afterAll(() => closeSound(trading));

type Orders = Parameters<TestTrading['orders']['placeList']>[1]['orders'];
const shared = { symbol: 'AAPL', qty: '10' } as const;
const buy = { ...shared, side: 'BUY', type: 'MARKET' } as const;
const profit = { ...shared, side: 'SELL', type: 'LIMIT', limitPrice: '5000.00' } as const;
const loss = { ...shared, side: 'SELL', type: 'STOP', stopPrice: '1.00' } as const;
const far = { ...shared, side: 'BUY', type: 'LIMIT', limitPrice: '10.00' } as const;

const place = async ({ by }: Customer, type: 'OCO' | 'OTO' | 'BRACKET', orders: Orders) => {
  const { orders: placed } = must(await trading.orders.placeList(by, { type, orders }));
  await trading.settled();
  return placed.map(({ id }) => id) as [string, string, string];
};
/** A customer with ten shares and a pair of exits for them in the market. */
const withPair = async () => {
  const customer = await trading.customer('100000');
  must(await trading.orders.place(customer.by, buy));
  await trading.settled();
  const [first, second] = await place(customer, 'OCO', [profit, loss]);
  return { customer, first, second };
};
const rowOf = async ({ userId }: Customer, id: string) => {
  const order = await trading.orders.one(userId, { id });
  if (order === undefined) throw new Error('no such order');
  return order;
};
/** Asks for a replacement and answers the id of the order that takes the place. */
const replace = async ({ by, userId }: Customer, id: string, changes: object): Promise<string> => {
  must(await trading.orders.replace(by, { id, ...changes }));
  await trading.settled();
  return (await trading.orders.one(userId, { id }))?.replacedById ?? '';
};
const refusal = async ({ by }: Customer, id: string, changes: object) => {
  const answer = await trading.orders.replace(by, { id, ...changes });
  return answer.ok ? undefined : answer.failures[0];
};
const held = async ({ accountId }: Customer, asset = 'AAPL') =>
  (await trading.ledger.balancesOf('EVERYTHING', [accountId]))(accountId).find((balance) => balance.asset === asset)
    ?.held;

test('both exits of a pair in the market are replaced; the units stay held once', async () => {
  const { customer, first, second } = await withPair();
  const [higher, lower] = [
    await replace(customer, first, { limitPrice: '6000.00' }),
    await replace(customer, second, { stopPrice: '2.00' }),
  ];
  expect(await rowOf(customer, higher)).toMatchObject({ status: 'NEW', limitPrice: 600_000n, reserve: 100_000n });
  expect(await rowOf(customer, lower)).toMatchObject({ status: 'NEW', stopPrice: 200n, reserve: 0n });
  expect(await held(customer)).toBe(100_000n);
  must(await trading.orders.cancel(customer.by, { id: lower }));
  await trading.settled();
  expect(await rowOf(customer, higher)).toMatchObject({ status: 'CANCELED', reason: 'GROUP_SETTLED' });
  expect(await held(customer)).toBe(0n);
});

test('an exit that is replaced into the market fills, and shuts the other out', async () => {
  const { customer, first, second } = await withPair();
  const next = await replace(customer, first, { limitPrice: '2.00' });
  expect(await rowOf(customer, next)).toMatchObject({ status: 'FILLED' });
  expect(await rowOf(customer, second)).toMatchObject({ status: 'CANCELED', reason: 'GROUP_SETTLED' });
  expect(await held(customer)).toBe(0n);
});

test('of two exits that are replaced into the market at once, one fills', async () => {
  const { customer, first, second } = await withPair();
  await Promise.all([
    trading.orders.replace(customer.by, { id: first, limitPrice: '3.00' }),
    trading.orders.replace(customer.by, { id: second, stopPrice: '2.00' }),
    trading.orders.replace(customer.by, { id: first, limitPrice: '4.00' }),
  ]);
  await trading.settled();
  const { rows } = await trading.orders.list(customer.userId, {}, { limit: 20, backward: false, from: undefined });
  expect(rows.filter(({ side, filledQty }) => side === 'SELL' && filledQty > 0n)).toHaveLength(1);
  expect(rows.filter(({ status }) => status === 'NEW')).toEqual([]);
  expect(await held(customer)).toBe(0n);
});

test('a pair that was replaced still shuts each other out after a restart', async () => {
  const { customer, first, second } = await withPair();
  const next = await replace(customer, first, { limitPrice: '6000.00' });
  const again = await startTrading({ url: trading.database.connection.connectionString ?? '' });
  try {
    await trading.stop();
    await until(again.runsVenue);
    await again.settled();
    must(await again.orders.replace(customer.by, { id: next, limitPrice: '2.00' }));
    await again.settled();
    expect((await again.orders.one(customer.userId, { id: second }))?.status).toBe('CANCELED');
    expect(await brokenPromises(again.database.pool)).toEqual([]);
  } finally {
    await again.close();
    await trading.close();
    trading = await startTrading();
  }
});

test('a pair of buys reserves the larger need, also of what a replacement asks for', async () => {
  const customer = await trading.customer('30000');
  const stop = { ...shared, side: 'BUY', type: 'STOP_LIMIT', stopPrice: '900.00', limitPrice: '1000.00' } as const;
  const [, second] = await place(customer, 'OCO', [far, stop]);
  const need = (dollars: bigint) => (dollars * 10n * 10n ** 8n * 10_020n) / 10_000n;
  expect(await held(customer, 'USD')).toBe(need(1_000n));
  expect(await refusal(customer, second, { limitPrice: '3000.00' })).toMatchObject({
    code: 'INSUFFICIENT_FUNDS',
    field: ['limitPrice'],
  });
  must(await trading.orders.replace(customer.by, { id: second, limitPrice: '2000.00' }));
  expect(await held(customer, 'USD')).toBe(need(2_000n));
  await trading.settled();
  expect(await held(customer, 'USD')).toBe(need(2_000n));
  const third = (await rowOf(customer, second)).replacedById ?? '';
  await replace(customer, third, { limitPrice: '950.00' });
  expect(await held(customer, 'USD')).toBe(need(950n));
});

test('prices that would contradict the other orders of the list are refused, and so is the qty of an exit', async () => {
  const { customer, first, second } = await withPair();
  expect(await refusal(customer, first, { limitPrice: '1.00' })).toMatchObject({
    code: 'INVALID_PRICE',
    field: ['limitPrice'],
  });
  expect(await refusal(customer, second, { stopPrice: '5000.00' })).toMatchObject({
    code: 'INVALID_PRICE',
    field: ['stopPrice'],
  });
  expect(await refusal(customer, first, { qty: '9' })).toMatchObject({ code: 'NOT_SUPPORTED', field: ['qty'] });
  const [entry, exit, stop] = await place(customer, 'BRACKET', [far, { ...profit, limitPrice: '12.00' }, loss]);
  expect(await refusal(customer, stop, { stopPrice: '11.00' })).toMatchObject({
    code: 'INVALID_PRICE',
    field: ['stopPrice'],
  });
  expect(await refusal(customer, entry, { limitPrice: '1.00' })).toMatchObject({
    code: 'INVALID_PRICE',
    field: ['limitPrice'],
  });
  expect(await refusal(customer, entry, { limitPrice: '12.00' })).toMatchObject({ code: 'INVALID_PRICE' });
  expect(await refusal(customer, exit, { limitPrice: '10.00' })).toMatchObject({ code: 'INVALID_PRICE' });
  expect(await refusal(customer, exit, { qty: '11' })).toMatchObject({ code: 'NOT_SUPPORTED', field: ['qty'] });
});

test('a price that another order of the list rules out is refused once with a key', async () => {
  const { customer, first, second } = await withPair();
  const [entry, , stop] = await place(customer, 'BRACKET', [far, { ...profit, limitPrice: '12.00' }, loss]);
  const wishes = [
    [first, { limitPrice: '1.00' }],
    [second, { stopPrice: '5000.00' }],
    [entry, { limitPrice: '12.00' }],
    [stop, { stopPrice: '11.00' }],
  ] as const;
  for (const [id, changes] of wishes) {
    const send = () => trading.orders.replace(customer.by, { id: id ?? '', ...changes, idempotencyKey: `of ${id}` });
    const answer = await send();
    expect(answer).toMatchObject({ ok: false, failures: [{ code: 'INVALID_PRICE' }], replayed: false });
    expect(await send()).toEqual({ ...answer, replayed: true });
  }
});

test('a new qty of the entry is that of its exits', async () => {
  const customer = await trading.customer('100000');
  const [entry, ...exits] = await place(customer, 'BRACKET', [far, profit, loss]);
  const larger = await replace(customer, entry, { qty: '25' });
  for (const id of exits) expect(await rowOf(customer, id)).toMatchObject({ status: 'HELD', qty: 250_000n });
  await replace(customer, larger, { limitPrice: '1000.00' });
  for (const id of exits) expect(await rowOf(customer, id)).toMatchObject({ status: 'NEW', qty: 250_000n });
  expect(await held(customer)).toBe(250_000n);
});

test('a waiting exit that is replaced keeps what its partly filled entry bought', async () => {
  const [customer, other] = [await trading.customer('100000'), await trading.customer('100000')];
  const market = { symbol: 'KO', qty: '4', type: 'MARKET' } as const;
  must(await trading.orders.place(other.by, { ...market, side: 'BUY' }));
  await trading.settled();
  const inside = formatDecimal((trading.market.quote('KO')?.bid ?? 0n) + 1n, 2);
  const cola = { symbol: 'KO', qty: '10' } as const;
  const [entry, exit, stop] = await place(customer, 'BRACKET', [
    { ...cola, side: 'BUY', type: 'LIMIT', limitPrice: inside },
    { ...profit, ...cola },
    { ...loss, ...cola },
  ]);
  must(await trading.orders.place(other.by, { ...market, side: 'SELL' }));
  await trading.settled();
  expect(await held(customer, 'KO')).toBe(40_000n);
  const next = await replace(customer, exit, { limitPrice: '6000.00' });
  expect(await rowOf(customer, next)).toMatchObject({ status: 'HELD', reserve: 40_000n });
  expect(await held(customer, 'KO')).toBe(40_000n);
  // The new total of what is replaced counts what it has filled.
  await replace(customer, entry, { qty: '6' });
  for (const id of [next, stop]) expect(await rowOf(customer, id)).toMatchObject({ status: 'HELD', qty: 60_000n });
});

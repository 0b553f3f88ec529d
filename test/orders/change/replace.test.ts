import { afterAll, beforeAll, expect, test } from 'vitest';
import { closeSound } from '../../support/close-sound.ts';
import { codesOf, must } from '../../support/people.ts';
import { startTrading, type TestTrading } from '../../support/trading.ts';

let trading: TestTrading;
beforeAll(async () => {
  trading = await startTrading();
});
afterAll(() => closeSound(trading));

const limit = { symbol: 'AAPL', side: 'BUY', type: 'LIMIT', qty: '10', limitPrice: '10.00' } as const;
const held = async (accountId: string) =>
  (await trading.ledger.balancesOf('EVERYTHING', [accountId]))(accountId).find(({ asset }) => asset === 'USD')?.held;
/** A quantity at a price with the higher fee, in units of USD. */
const need = (cents: bigint, shares: bigint) => (cents * shares * 1_000_000n * 10_020n) / 10_000n;

test('a replacement closes the old order, opens a new one with the same root, and swaps the hold', async () => {
  const { by, userId, accountId } = await trading.customer('1000');
  const first = must(await trading.orders.place(by, limit));
  await trading.settled();
  const asked = must(await trading.orders.replace(by, { id: first.id, qty: '20', limitPrice: '11.00' }));
  expect(asked).toMatchObject({ id: first.id, status: 'PENDING_REPLACE' });
  // As it was decided: the venue may have answered since.
  expect(asked.reserve).toBe(need(1_100n, 20n));
  await trading.settled();
  const old = await trading.orders.one(userId, { id: first.id });
  expect(old).toMatchObject({ status: 'REPLACED', reserve: 0n, replacement: null });
  const next = await trading.orders.one(userId, { id: old?.replacedById ?? '' });
  expect(next).toMatchObject({
    status: 'NEW',
    qty: 200_000n,
    limitPrice: 1_100n,
    replacesId: first.id,
    rootOrderId: first.id,
  });
  const down = must(await trading.orders.replace(by, { id: next?.id ?? '', qty: '5' }));
  expect(down.reserve).toBe(need(1_100n, 20n));
  await trading.settled();
  expect(await held(accountId)).toBe(need(1_100n, 5n));
  const last = await trading.orders.one(userId, {
    id: (await trading.orders.one(userId, { id: down.id }))?.replacedById ?? '',
  });
  expect(last).toMatchObject({ rootOrderId: first.id, qty: 50_000n });
});

test('a replacement that crosses the market fills under the new order', async () => {
  const { by, userId } = await trading.customer('100000');
  const first = must(await trading.orders.place(by, limit));
  await trading.settled();
  await trading.orders.replace(by, { id: first.id, limitPrice: '1000.00' });
  await trading.settled();
  const old = await trading.orders.one(userId, { id: first.id });
  expect(old).toMatchObject({ status: 'REPLACED', filledQty: 0n });
  expect(await trading.orders.one(userId, { id: old?.replacedById ?? '' })).toMatchObject({
    status: 'FILLED',
    filledAt: expect.any(Date),
  });
});

test('what cannot be replaced says why and changes nothing', async () => {
  const { by, userId, accountId } = await trading.customer('200');
  const order = must(await trading.orders.place(by, { ...limit, clientOrderId: 'mine' }));
  await trading.settled();
  const before = await held(accountId);
  const refused = async (input: Parameters<TestTrading['orders']['replace']>[1]) => {
    const answer = await trading.orders.replace(by, { id: order.id, ...input });
    return answer.ok ? undefined : answer.failures[0];
  };
  expect(await refused({ qty: '100' })).toMatchObject({ code: 'INSUFFICIENT_FUNDS', field: ['qty'] });
  expect(await refused({})).toMatchObject({ code: 'INVALID_INPUT', field: ['qty'] });
  expect(await refused({ stopPrice: '5.00' })).toMatchObject({ code: 'INVALID_PRICE', field: ['stopPrice'] });
  expect(await refused({ qty: '0' })).toMatchObject({ code: 'INVALID_QUANTITY', field: ['qty'] });
  expect(await refused({ limitPrice: '10.001' })).toMatchObject({ code: 'INVALID_PRICE', field: ['limitPrice'] });
  expect(await refused({ qty: '1', newClientOrderId: 'mine' })).toMatchObject({ code: 'DUPLICATE_CLIENT_ORDER_ID' });
  expect(await trading.orders.one(userId, { id: order.id })).toEqual(
    await trading.orders.one(userId, { clientOrderId: 'mine' }),
  );
  expect(await held(accountId)).toBe(before);
  await trading.orders.cancel(by, { id: order.id });
  await trading.settled();
  expect(await refused({ qty: '1' })).toMatchObject({ code: 'TOO_LATE_TO_REPLACE' });
});

test('below what is filled already it is refused; above it the rest goes on', async () => {
  const { by, userId } = await trading.customer('100000');
  const other = await trading.customer('1000');
  const quote = trading.market.quote('MSFT');
  const inside = { ...limit, symbol: 'MSFT', limitPrice: `${Number((quote?.bid ?? 0n) + 1n) / 100}` };
  const order = must(await trading.orders.place(by, inside));
  await trading.settled();
  await trading.orders.place(other.by, { symbol: 'MSFT', side: 'BUY', type: 'MARKET', qty: '1' });
  await trading.settled();
  await trading.orders.place(other.by, { symbol: 'MSFT', side: 'SELL', type: 'MARKET', qty: '1' });
  await trading.settled();
  expect(await trading.orders.one(userId, { id: order.id })).toMatchObject({
    status: 'PARTIALLY_FILLED',
    filledQty: 10_000n,
  });
  const send = () => trading.orders.replace(by, { id: order.id, qty: '1', idempotencyKey: 'below' });
  const below = await send();
  expect(below).toMatchObject({ ok: false, failures: [{ code: 'INVALID_QUANTITY', field: ['qty'] }] });
  // A fill may be taken back: by then the same request would do something.
  expect(await send()).toEqual({ ...below, replayed: true });
  await trading.orders.replace(by, { id: order.id, qty: '3' });
  await trading.settled();
  const old = await trading.orders.one(userId, { id: order.id });
  expect(old).toMatchObject({ status: 'REPLACED', filledQty: 10_000n });
  expect(await trading.orders.one(userId, { id: old?.replacedById ?? '' })).toMatchObject({
    qty: 20_000n,
    filledQty: 0n,
  });
});

test('ten replacements at once end in one chain of which one order is open', async () => {
  const { by, userId } = await trading.customer('1000');
  const first = must(await trading.orders.place(by, limit));
  await trading.settled();
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, at) => trading.orders.replace(by, { id: first.id, qty: `${at + 11}` })),
  );
  expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
  // Whether the venue has answered the first by then is a matter of moments; the others are refused either way.
  const codes = answers.map((answer) => (answer.ok ? 'OK' : answer.failures[0]?.code));
  expect(codes.filter((code) => code === 'CHANGE_PENDING' || code === 'TOO_LATE_TO_REPLACE')).toHaveLength(9);
  await trading.settled();
  const page = { limit: 10, backward: false, from: undefined };
  const { rows } = await trading.orders.list(userId, {}, page);
  expect(rows.map(({ status }) => status).sort()).toEqual(['NEW', 'REPLACED']);
});

test('the name that a replacement was promised is nobody else’s, not in the same turn either', async () => {
  const { by, userId } = await trading.customer('100000');
  const [first, second] = [must(await trading.orders.place(by, limit)), must(await trading.orders.place(by, limit))];
  await trading.settled();
  const answers = await Promise.all([
    trading.orders.replace(by, { id: first.id, qty: '5', newClientOrderId: 'promised' }),
    trading.orders.replace(by, { id: second.id, qty: '6', newClientOrderId: 'promised' }),
    trading.orders.place(by, { ...limit, clientOrderId: 'promised' }),
  ]);
  const rivals = answers.filter(({ ok }) => !ok);
  expect(rivals.map(codesOf)).toEqual([['DUPLICATE_CLIENT_ORDER_ID'], ['DUPLICATE_CLIENT_ORDER_ID']]);
  await trading.settled();
  expect(await trading.orders.one(userId, { clientOrderId: 'promised' })).toMatchObject({ status: 'NEW' });
  expect(codesOf(await trading.orders.replace(by, { id: second.id, qty: '6', newClientOrderId: 'promised' }))).toEqual([
    'DUPLICATE_CLIENT_ORDER_ID',
  ]);
});

import { afterAll, beforeAll, expect, test } from 'vitest';
import { toJson } from '../../../src/kernel/json.ts';
import { limits } from '../../../src/limits.ts';
import { codesOf, must } from '../../support/people.ts';
import { brokenPromises } from '../../support/promises.ts';
import { startTrading, type TestTrading } from '../../support/trading.ts';

let trading: TestTrading;
beforeAll(async () => {
  trading = await startTrading();
});
afterAll(async () => {
  expect(await brokenPromises(trading.database.pool)).toEqual([]);
  await trading.close();
});

const limit = { symbol: 'AAPL', side: 'BUY', type: 'LIMIT', limitPrice: '2.00', qty: '1' } as const;
const countOrders = (accountId: string) => trading.database.prisma.order.count({ where: { accountId } });

test('fifty concurrent sends of one key place one order and get fifty equal answers', async () => {
  const { by, accountId } = await trading.customer('1000');
  const input = { ...limit, idempotencyKey: 'fifty' };
  const answers = await Promise.all(Array.from({ length: 50 }, () => trading.orders.place(by, input)));
  const bodies = new Set(answers.map(({ replayed: _, ...answer }) => toJson(answer)));
  expect(bodies.size).toBe(1);
  expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
  expect(await countOrders(accountId)).toBe(1);
});

test('a repeat after the fill still gets the first answer', async () => {
  const { by } = await trading.customer('100000');
  const input = { symbol: 'AAPL', side: 'BUY', type: 'MARKET', qty: '1', idempotencyKey: 'later' } as const;
  const first = await trading.orders.place(by, input);
  await trading.settled();
  const second = await trading.orders.place(by, input);
  expect(second.replayed).toBe(true);
  expect({ ...second, replayed: false }).toEqual(first);
});

test('the same key with another input is refused, two spellings of one input are one input', async () => {
  const { by, accountId } = await trading.customer('1000');
  await trading.orders.place(by, { ...limit, idempotencyKey: 'k' });
  const respelled = await trading.orders.place(by, { ...limit, qty: '1.0', limitPrice: '2', idempotencyKey: 'k' });
  expect(respelled).toMatchObject({ ok: true, replayed: true });
  const other = await trading.orders.place(by, { ...limit, qty: '2', idempotencyKey: 'k' });
  expect(other).toMatchObject({ ok: false, failures: [{ code: 'IDEMPOTENCY_KEY_REUSED', field: ['idempotencyKey'] }] });
  expect(await countOrders(accountId)).toBe(1);
});

test('a business refusal is kept, a refusal of the input is not', async () => {
  const { by, accountId } = await trading.customer('10');
  const poor = { ...limit, qty: '1000', idempotencyKey: 'poor' };
  expect(await trading.orders.place(by, poor)).toMatchObject({ ok: false, failures: [{ code: 'INSUFFICIENT_FUNDS' }] });
  await trading.ledger.deposit(by, { amount: '1000000' });
  expect(await trading.orders.place(by, poor)).toMatchObject({ ok: false, replayed: true });
  const bad = { ...limit, limitPrice: '2.001', idempotencyKey: 'bad' };
  expect(await trading.orders.place(by, bad)).toMatchObject({ ok: false, failures: [{ code: 'INVALID_PRICE' }] });
  expect(await trading.orders.place(by, { ...bad, limitPrice: '2.01' })).toMatchObject({ ok: true, replayed: false });
  expect(await countOrders(accountId)).toBe(1);
});

test('a deposit that a balance had no room for does nothing when it is repeated, although there is room by then', async () => {
  const { by, accountId } = await trading.customer(`${limits.money.paperBalance}`);
  const send = () => trading.ledger.deposit(by, { amount: '5', idempotencyKey: 'full' });
  const first = await send();
  expect(first).toMatchObject({ ok: false, failures: [{ code: 'INVALID_AMOUNT' }], replayed: false });
  await trading.ledger.withdraw(by, { amount: '5' });
  expect(await send()).toEqual({ ...first, replayed: true });
  const other = await trading.ledger.deposit(by, { amount: '4', idempotencyKey: 'full' });
  expect(other).toMatchObject({ ok: false, failures: [{ code: 'IDEMPOTENCY_KEY_REUSED' }] });
  const [usd] = (await trading.ledger.balancesOf('EVERYTHING', [accountId]))(accountId);
  expect(usd?.posted).toBe((limits.money.paperBalance - 5n) * 10n ** 8n);
});

test.each([
  ['its cash', { type: 'MARKET', qty: null, notional: '0.00000001' }, 'INVALID_AMOUNT'],
  ['its trail', { type: 'TRAILING_STOP', side: 'SELL', trailPrice: '100000.00' }, 'INVALID_PRICE'],
  ['its value', { type: 'MARKET', qty: '9000000000000' }, 'INVALID_QUANTITY'],
] as const)(
  'an order that today’s price refuses for %s is not placed by a repeat at another price',
  async (_, terms, code) => {
    const { by } = await trading.customer('1000');
    const order = { symbol: 'AAPL', side: 'BUY', qty: '1', ...terms, idempotencyKey: 'price' } as const;
    const first = await trading.orders.place(by, order);
    expect(first).toMatchObject({ ok: false, failures: [{ code }], replayed: false });
    expect(await trading.orders.place(by, order)).toEqual({ ...first, replayed: true });
  },
);

test('a list that today’s price refuses is not placed by a repeat at another price', async () => {
  const { by, accountId } = await trading.customer('100000');
  await trading.orders.place(by, { symbol: 'AAPL', side: 'BUY', type: 'MARKET', qty: '1' });
  await trading.settled();
  const exit = { symbol: 'AAPL', side: 'SELL', qty: '1' } as const;
  const orders = [
    { ...exit, type: 'LIMIT', limitPrice: '200000.00' },
    { ...exit, type: 'TRAILING_STOP', trailPrice: '100000.00' },
  ] as const;
  const send = () => trading.orders.placeList(by, { type: 'OCO', orders, idempotencyKey: 'wide' });
  const first = await send();
  expect(first).toMatchObject({ failures: [{ code: 'INVALID_PRICE', field: ['orders', '1', 'trailPrice'] }] });
  expect(await send()).toEqual({ ...first, replayed: true });
  expect(await trading.database.prisma.order.count({ where: { accountId } })).toBe(1);
});

test('keys of different viewers and of different operations do not meet', async () => {
  const [a, b] = [await trading.customer('1000'), await trading.customer('1000')];
  for (const { by } of [a, b]) {
    expect(await trading.orders.place(by, { ...limit, idempotencyKey: 'same' })).toMatchObject({
      ok: true,
      replayed: false,
    });
    const deposit = await trading.ledger.deposit(by, { amount: '5', idempotencyKey: 'same' });
    expect(deposit).toMatchObject({ ok: true, replayed: false });
    const withdrawal = await trading.ledger.withdraw(by, { amount: '5', idempotencyKey: 'same' });
    expect(withdrawal).toMatchObject({ ok: true, replayed: false });
  }
});

test('a repeated clientOrderId answers with the existing order, or is refused for another one', async () => {
  const { by, accountId } = await trading.customer('1000');
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => trading.orders.place(by, { ...limit, clientOrderId: 'mine' })),
  );
  expect(new Set(answers.map((answer) => answer.ok && answer.value.id)).size).toBe(1);
  const other = await trading.orders.place(by, { ...limit, qty: '2', clientOrderId: 'mine' });
  expect(other).toMatchObject({
    ok: false,
    failures: [{ code: 'DUPLICATE_CLIENT_ORDER_ID', field: ['clientOrderId'] }],
  });
  expect(await countOrders(accountId)).toBe(1);
});

test('a deposit sent many times with one key comes in once', async () => {
  const { by, accountId } = await trading.customer();
  const send = () => trading.ledger.deposit(by, { amount: '100.25', idempotencyKey: 'once' });
  const answers = await Promise.all(Array.from({ length: 20 }, send));
  expect(new Set(answers.map((answer) => answer.ok && answer.value.id)).size).toBe(1);
  const balances = (await trading.ledger.balancesOf('EVERYTHING', [accountId]))(accountId);
  expect(balances).toMatchObject([{ asset: 'USD', posted: 10_025_000_000n }]);
});

test('concurrent orders together never hold more than the cash', async () => {
  const { by, accountId } = await trading.customer('100');
  const answers = await Promise.all(
    Array.from({ length: 30 }, () => trading.orders.place(by, { ...limit, qty: '10', limitPrice: '1.00' })),
  );
  // Ten units at 1.00 and 0.2 % of fee: nine orders of 10.02 fit into 100.
  expect(answers.filter(({ ok }) => ok)).toHaveLength(9);
  const refused = answers.find((answer) => !answer.ok);
  expect(refused).toMatchObject({
    failures: [{ code: 'INSUFFICIENT_FUNDS', message: expect.stringContaining('9.82 USD is available') }],
  });
  const [usd] = (await trading.ledger.balancesOf('EVERYTHING', [accountId]))(accountId);
  expect(usd).toMatchObject({ posted: 10_000_000_000n, held: 9_018_000_000n });
});

test('concurrent withdrawals never take out more than there is', async () => {
  const { by, accountId } = await trading.customer('100');
  const answers = await Promise.all(Array.from({ length: 10 }, () => trading.ledger.withdraw(by, { amount: '30' })));
  expect(answers.filter(({ ok }) => ok)).toHaveLength(3);
  const [usd] = (await trading.ledger.balancesOf('EVERYTHING', [accountId]))(accountId);
  expect(usd?.posted).toBe(1_000_000_000n);
});

test('a cancel of all that is sent many times with one key cancels once and answers the same', async () => {
  const { by, accountId } = await trading.customer('1000');
  await Promise.all([trading.orders.place(by, limit), trading.orders.place(by, limit)]);
  await trading.settled();
  const send = (symbol?: string) => trading.orders.cancelAll(by, { symbol, idempotencyKey: 'all' });
  const answers = await Promise.all(Array.from({ length: 10 }, () => send()));
  expect(answers.map((answer) => answer.ok && answer.value)).toEqual(Array(10).fill({ asked: 2, left: 0 }));
  expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
  await trading.orders.place(by, limit);
  await trading.settled();
  expect(await send()).toMatchObject({ ok: true, value: { asked: 2 }, replayed: true });
  expect(await trading.database.prisma.order.count({ where: { accountId, status: 'NEW' } })).toBe(1);
  expect(await send('AAPL')).toMatchObject({ ok: false, failures: [{ code: 'IDEMPOTENCY_KEY_REUSED' }] });
  expect(
    await trading.database.prisma.auditEntry.count({ where: { action: 'cancelAllOrders', target: accountId } }),
  ).toBe(1);
});

test('a dead-man’s switch is armed once with a key: a late repeat moves no deadline', async () => {
  const { by, accountId } = await trading.customer();
  const send = (seconds: number, idempotencyKey?: string) =>
    trading.orders.cancelAllAfter(by, { seconds, idempotencyKey });
  const answers = await Promise.all([send(600, 'arm'), send(600, 'arm')]);
  expect(answers.map((answer) => answer.ok && answer.value)).toEqual(Array(2).fill(answers[0]?.ok && answers[0].value));
  expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
  expect(await send(0)).toMatchObject({ ok: true, value: { deadline: null } });
  expect(await send(600, 'arm')).toEqual({ ...answers.find(({ replayed }) => replayed) });
  expect(await trading.database.prisma.cancelDeadline.count({ where: { accountId } })).toBe(0);
  expect(await send(60, 'arm')).toMatchObject({
    ok: false,
    failures: [{ code: 'IDEMPOTENCY_KEY_REUSED', field: ['idempotencyKey'] }],
  });
});

test('a preview says what a key that was used would lead to, and uses none up', async () => {
  const { by } = await trading.customer('1000');
  const input = { ...limit, idempotencyKey: 'previewed' };
  const free = must(await trading.orders.preview(by, input));
  expect([free.hold > 0n, free.order.status]).toEqual([true, 'NEW']);
  const { id } = must(await trading.orders.place(by, input));
  await trading.settled();
  must(await trading.orders.cancel(by, { id }));
  await trading.settled();

  const repeated = must(await trading.orders.preview(by, input));
  expect(repeated).toMatchObject({ hold: 0n, lines: [], fills: [], buyingPower: 100_000_000_000n });
  expect(repeated.order).toEqual(must(await trading.orders.place(by, input)));
  for (const how of ['preview', 'place'] as const)
    expect(codesOf(await trading.orders[how](by, { ...input, qty: '2' }))).toEqual(['IDEMPOTENCY_KEY_REUSED']);

  const poor = { ...limit, qty: '1000', idempotencyKey: 'too poor' };
  expect(codesOf(await trading.orders.preview(by, poor))).toEqual(['INSUFFICIENT_FUNDS']);
  await trading.orders.place(by, poor);
  await trading.ledger.deposit(by, { amount: '1000000' });
  expect(codesOf(await trading.orders.preview(by, poor))).toEqual(['INSUFFICIENT_FUNDS']);
});

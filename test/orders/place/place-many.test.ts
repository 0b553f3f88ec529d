import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../../src/database/connect.ts';
import { limits } from '../../../src/limits.ts';
import { closeSound } from '../../support/close-sound.ts';
import { must } from '../../support/people.ts';
import { startTrading, type TestTrading } from '../../support/trading.ts';
import { until } from '../../support/until.ts';

/* The key of a request with several orders. */

let trading: TestTrading;
beforeAll(async () => {
  trading = await startTrading();
});
afterAll(() => closeSound(trading));

type Orders = Parameters<TestTrading['orders']['placeMany']>[1]['orders'];
type Answer = Awaited<ReturnType<TestTrading['orders']['placeMany']>>;

const at = (limitPrice: string, more: Partial<Orders[number]> = {}) =>
  ({ symbol: 'KO', side: 'BUY', type: 'LIMIT', qty: '1', limitPrice, ...more }) as const;
const two = [at('10'), at('11')];
const idsOf = (answer: Answer) => must(answer).map((one) => (one.ok ? one.value.id : one.failures[0]?.code));

const sender = async (cash = '1000') => {
  const { by, accountId } = await trading.customer(cash);
  return {
    by,
    accountId,
    send: (orders: Orders, idempotencyKey?: string) => trading.orders.placeMany(by, { orders, idempotencyKey }),
    count: () => trading.database.prisma.order.count({ where: { accountId } }),
  };
};

const reused = {
  ok: false,
  failures: [{ code: 'IDEMPOTENCY_KEY_REUSED', field: ['idempotencyKey'] }],
  replayed: false,
};

test.each([
  ['one order more', [...two, at('12')]],
  ['one order less', [at('10')]],
  ['an order changed', [at('10', { qty: '5' }), at('11')]],
  ['the orders in another order', [at('11'), at('10')]],
  ['an order that is none', [...two, at('x')]],
  ['nothing but orders that are none', [at('x'), at('11', { qty: '0' })]],
] as const)('a key that was used is refused as a whole for %s, and nothing is done', async (_, other) => {
  const { send, count } = await sender();
  const first = await send(two, 'w');
  expect(await send(other, 'w')).toMatchObject(reused);
  expect(await count()).toBe(2);
  expect(await send([at('10.00'), at('11', { qty: '1.0' })], 'w')).toMatchObject({ replayed: true, value: [{}, {}] });
  expect(idsOf(await send(two, 'w'))).toEqual(idsOf(first));
});

test('many sends of one key at once place each order once and get one answer', async () => {
  const { send, count } = await sender();
  const answers = await Promise.all(Array.from({ length: 10 }, () => send(two, 'many')));
  expect(new Set(answers.map((answer) => idsOf(answer).join())).size).toBe(1);
  expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
  expect(await count()).toBe(2);
});

test('a repeat answers each order as the first did, also what was refused and what would be taken by now', async () => {
  const { by, send, count } = await sender('15');
  const orders = [at('10'), at('9'), at('1', { symbol: 'NOPE' }), at('1', { expiresAt: new Date(0) })];
  const first = await send(orders, 'mixed');
  expect(idsOf(first).slice(1)).toEqual(['INSUFFICIENT_FUNDS', 'UNKNOWN_SYMBOL', 'INVALID_INPUT']);
  await trading.settled();
  must(await trading.ledger.deposit(by, { amount: '100' }));
  expect(await send(orders, 'mixed')).toEqual({ ...first, replayed: true });
  expect(await count()).toBe(1);
});

test('a request of which only the input is at fault leaves its key to a corrected one', async () => {
  const { send, count } = await sender();
  expect(idsOf(await send([at('x'), at('1', { expiresAt: new Date(0) })], 'typo'))).toEqual([
    'INVALID_PRICE',
    'INVALID_INPUT',
  ]);
  expect(await send(two, 'typo')).toMatchObject({ ok: true, replayed: false });
  expect(await count()).toBe(2);
});

test('the key of a request has nothing to do with the keys of single orders', async () => {
  const { by, send, count } = await sender();
  must(await send(two, 'w'));
  for (const idempotencyKey of ['w', 'w#0', 'w#1']) {
    const single = await trading.orders.place(by, { ...at('10', { qty: '9' }), idempotencyKey });
    expect(single).toMatchObject({ ok: true, replayed: false });
  }
  expect(await count()).toBe(5);
  const longest = 'k'.repeat(limits.text.idempotencyKey);
  expect(await send(two, longest)).toMatchObject({ ok: true, replayed: false });
  expect(await send(two, `${longest}k`)).toMatchObject({ ok: false, failures: [{ field: ['idempotencyKey'] }] });
});

test('orders that share a key or a name within one request are one order, of a request that is no repeat', async () => {
  const { send, count } = await sender();
  const shared = [at('10', { idempotencyKey: 's' }), at('10', { idempotencyKey: 's' })];
  const named = [at('11', { clientOrderId: 'n' }), at('11', { clientOrderId: 'n' })];
  const first = await send([...shared, ...named]);
  expect(first).toMatchObject({ ok: true, replayed: false });
  expect(new Set(idsOf(first)).size).toBe(2);
  expect(await count()).toBe(2);
});

test('orders with keys of their own are a repeat only where all of them are', async () => {
  const { send, count } = await sender();
  const keyed = [at('10', { idempotencyKey: 'a' }), at('11', { idempotencyKey: 'b' }), at('x')];
  const first = await send(keyed);
  expect(first).toMatchObject({ ok: true, replayed: false });
  const more = await send([...keyed, at('12', { idempotencyKey: 'c' })]);
  expect(more).toMatchObject({ ok: true, replayed: false });
  expect(idsOf(more).slice(0, 3)).toEqual(idsOf(first));
  const again = await send(keyed);
  expect([idsOf(again), again.replayed]).toEqual([idsOf(first), true]);
  expect(await count()).toBe(3);
});

/** Gives an instrument another tick, in this process and in the database. */
const setTick = async (symbol: string, tickSize: bigint): Promise<void> => {
  await trading.database.prisma.instrument.update({ where: { symbol }, data: { tickSize } });
  await until(() => trading.market.find(symbol)?.tickSize === tickSize);
};
const list = async (symbol: string): Promise<void> => {
  const { prisma } = trading.database;
  const like = await prisma.instrument.findUniqueOrThrow({ where: { symbol: 'KO' } });
  await prisma.asset.create({ data: { code: symbol, name: symbol, scale: 4 } });
  await prisma.instrument.create({ data: { ...like, symbol, name: symbol, baseAsset: symbol } });
  await until(() => trading.market.find(symbol) !== undefined);
};

test('a repeat is known for one when the tick has become another, for some of its orders or for all', async () => {
  const { send, count } = await sender();
  const odd = at('1.01', { symbol: 'V' });
  const [some, every] = [[at('10'), odd], [odd]];
  const [first, second] = [await send(some, 'some'), await send(every, 'every')];
  await setTick('V', 5n);
  expect(await send([at('10.00'), at('1.010', { symbol: 'V', postOnly: null })], 'some')).toMatchObject({
    replayed: true,
  });
  const again = [await send(some, 'some'), await send(every, 'every')];
  expect(again.map(({ replayed }) => replayed)).toEqual([true, true]);
  expect(again.map(idsOf)).toEqual([idsOf(first), idsOf(second)]);
  const fresh = await send(every, 'fresh');
  expect([idsOf(fresh), fresh.replayed]).toEqual([['INVALID_PRICE'], false]);
  expect(await count()).toBe(3);
});

test('a repeat is known for one when a symbol has been listed since; what was not placed at all is placed then', async () => {
  const { send, count } = await sender();
  const listed = at('1', { symbol: 'LATER' });
  const first = await send([at('10'), listed], 'mixed');
  expect(idsOf(await send([listed], 'alone'))).toEqual(['UNKNOWN_SYMBOL']);
  await list('LATER');
  const again = await send([at('10'), listed], 'mixed');
  expect([idsOf(again), again.replayed]).toEqual([idsOf(first), true]);
  expect(await count()).toBe(1);
  expect(await send([listed], 'alone')).toMatchObject({ replayed: false, value: [{ ok: true }] });
});

/** Keeps an account from being decided on until it is let go. */
const holdAccount = async (accountId: string) => {
  const rival = await connect(trading.url);
  await rival.query('BEGIN');
  await rival.query('SELECT FROM accounts WHERE id = $1 FOR UPDATE', [accountId]);
  const waiting = `SELECT FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted AND datname = current_database()`;
  return {
    waiting: async () => (await trading.database.pool.query(waiting)).rows.length,
    letGo: async () => {
      await rival.query('ROLLBACK');
      await rival.end();
    },
  };
};

test('a repeat to a process in which none of its orders would be taken waits for the first all the same', async () => {
  const { by, accountId, send, count } = await sender();
  const orders = [at('1.01', { symbol: 'AAPL' })];
  const held = await holdAccount(accountId);
  const first = send(orders, 'w');
  await until(async () => (await held.waiting()) === 1);
  await setTick('AAPL', 5n);
  const other = await startTrading({ url: trading.url });
  let isAnswered = false;
  const again = other.orders.placeMany(by, { orders, idempotencyKey: 'w' }).finally(() => {
    isAnswered = true;
  });
  await until(async () => isAnswered || (await held.waiting()) === 2);
  await held.letGo();
  expect(idsOf(await again)).toEqual(idsOf(await first));
  expect((await again).replayed).toBe(true);
  expect(await count()).toBe(1);
  await other.close();
});

test('an order’s own key that is in progress elsewhere does not answer for the others', async () => {
  const { by, accountId, send, count } = await sender();
  const keyed = at('10', { idempotencyKey: 'own' });
  const held = await holdAccount(accountId);
  const single = trading.orders.place(by, keyed);
  const whole = send([keyed, at('11')]);
  // Longer than a repeat of the whole would wait.
  await Promise.race([whole, sleep(limits.lane.idempotencyWait_ms + 500)]);
  await held.letGo();
  const [known, added] = idsOf(await whole);
  expect(known).toBe(must(await single).id);
  expect(added).not.toBe(known);
  expect(await count()).toBe(2);
});

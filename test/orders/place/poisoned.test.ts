import type pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { connect } from '../../../src/database/connect.ts';
import { closeSound } from '../../support/close-sound.ts';
import { moneyDigest } from '../../support/digest.ts';
import { codesOf, must } from '../../support/people.ts';
import { startTrading, type TestTrading } from '../../support/trading.ts';
import { until } from '../../support/until.ts';

/* Orders of a request that the database refuses to book. */

let trading: TestTrading;
let owner: pg.Client;
beforeAll(async () => {
  trading = await startTrading();
  owner = await connect(trading.url);
});
afterAll(async () => {
  await owner.end();
  await closeSound(trading);
});

/** Lets the insert of an order fail where that holds. */
const poison = (when: string) =>
  owner.query(`
    CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF ${when} THEN RAISE 'never'; END IF; RETURN NEW; END $$;
    CREATE TRIGGER poison BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION poison();`);
const cure = () => owner.query('DROP TRIGGER IF EXISTS poison ON orders; DROP FUNCTION IF EXISTS poison');
afterEach(cure);

type Orders = Parameters<TestTrading['orders']['placeMany']>[1]['orders'];
const order = (clientOrderId: string | null = null) =>
  ({ symbol: 'KO', side: 'BUY', type: 'LIMIT', qty: '1', limitPrice: '10', clientOrderId }) as const;

const sender = async () => {
  const { by, accountId, userId } = await trading.customer('1000');
  return {
    by,
    userId,
    send: (orders: Orders, idempotencyKey?: string) => trading.orders.placeMany(by, { orders, idempotencyKey }),
    names: async () => {
      const rows = await trading.database.prisma.order.findMany({ where: { accountId }, orderBy: { sequence: 'asc' } });
      return rows.map(({ clientOrderId }) => clientOrderId);
    },
    audit: () => trading.database.prisma.auditEntry.count({ where: { actorId: userId, action: 'placeOrder' } }),
  };
};
const summary = (answer: Awaited<ReturnType<TestTrading['orders']['placeMany']>>) =>
  must(answer).map((one) => (one.ok ? one.value.clientOrderId : one.failures[0]?.code));
const wrong = 'INTERNAL_SERVER_ERROR';

test('only the order fails that cannot be booked; the others are placed, and a repeat is answered the same', async () => {
  await poison("NEW.client_order_id = 'poison'");
  const { by, userId, send, names, audit } = await sender();
  const orders = [order('a'), order('poison'), { ...order('b'), limitPrice: 'x' }, order('c'), order('d')];
  const first = await send(orders, 'k');
  expect(summary(first)).toEqual(['a', wrong, 'INVALID_PRICE', 'c', 'd']);
  expect(must(first)[1]).toMatchObject({ failures: [{ message: expect.stringContaining(by.requestId) }] });
  expect(JSON.stringify(must(first)[1])).not.toContain('never');
  expect(await names()).toEqual(['a', 'c', 'd']);
  expect(await audit()).toBe(3);
  const statusOf = async (clientOrderId: string) => (await trading.orders.one(userId, { clientOrderId }))?.status;
  for (const name of ['a', 'c', 'd']) await until(async () => (await statusOf(name)) === 'NEW');
  await cure();
  const before = await moneyDigest(trading.database.pool);
  expect(await send(orders, 'k')).toEqual({ ...first, replayed: true });
  expect(codesOf(await send([order()], 'k'))).toEqual(['IDEMPOTENCY_KEY_REUSED']);
  expect(await moneyDigest(trading.database.pool)).toEqual(before);
});

test('of orders that cannot be booked together the later ones fail', async () => {
  await poison(
    "EXISTS (SELECT FROM orders WHERE account_id = NEW.account_id AND client_order_id LIKE 'p%') AND NEW.client_order_id LIKE 'p%'",
  );
  const { send, names } = await sender();
  expect(summary(await send([order('a'), order('p1'), order('b'), order('p2'), order('p3')]))).toEqual([
    ...['a', 'p1', 'b'],
    ...[wrong, wrong],
  ]);
  expect(await names()).toEqual(['a', 'p1', 'b']);
});

test('a request of which nothing can be booked fails as a whole, changes nothing and leaves its key', async () => {
  await poison('true');
  const { send, names, audit } = await sender();
  const before = await moneyDigest(trading.database.pool);
  await expect(send([order('a'), order('b')], 'k')).rejects.toThrow('never');
  expect(await moneyDigest(trading.database.pool)).toEqual(before);
  await cure();
  expect(await send([order('c')], 'k')).toMatchObject({ ok: true, replayed: false });
  expect([await names(), await audit()]).toEqual([['c'], 1]);
});

test('many sends of one key at once, some of whose orders cannot be booked, have one effect and one answer', async () => {
  await poison("NEW.client_order_id LIKE 'p%'");
  const { send, names } = await sender();
  const orders = [order('p1'), order('a'), order('p2'), order('b')];
  const answers = await Promise.all(Array.from({ length: 6 }, () => send(orders, 'k')));
  expect(new Set(answers.map((answer) => JSON.stringify(summary(answer))))).toEqual(
    new Set([JSON.stringify([wrong, 'a', wrong, 'b'])]),
  );
  expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
  expect(await names()).toEqual(['a', 'b']);
});

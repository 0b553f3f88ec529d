import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../src/database/connect.ts';
import { createIds } from '../../src/kernel/ids.ts';
import { createBooks } from '../../src/lane/books.ts';
import { createFreshOrders } from '../../src/lane/fresh-orders.ts';
import { union } from '../../src/lane/needs.ts';
import type { OrderRow } from '../../src/lane/rows.ts';
import { createLaneStore, type LaneStore } from '../../src/lane/store.ts';
import { orderRow } from '../support/order-row.ts';
import { type Customer, startTrading, type TestTrading } from '../support/trading.ts';

/* What a process remembers of the orders that it placed is never older than what is in the database. */
let trading: TestTrading;
let customer: Customer;
let sent: string[];
let client: pg.Client;
let store: LaneStore;
const fresh = createFreshOrders(3);
beforeAll(async () => {
  trading = await startTrading();
  customer = await trading.customer('1000');
  store = createLaneStore({
    fresh,
    onConnection: () => {},
    connect: async () => {
      client = new pg.Client({ ...trading.database.connection, pipeline: true });
      client.on('error', () => {});
      await client.connect();
      const query = client.query.bind(client) as (config: { name?: string }) => unknown;
      client.query = ((config: { name?: string }) => {
        sent.push(config.name ?? '');
        return query(config);
      }) as typeof client.query;
      sent = [];
      return client;
    },
  });
});
afterAll(async () => {
  await store.close();
  await trading.close();
});

const ids = createIds({ now: () => new Date() });
// Not pending: the server that runs beside the test would ask its venue what has become of an order as old as this.
const order = (more: Partial<OrderRow> = {}): OrderRow => {
  const id = ids.next();
  const { accountId } = customer;
  const createdAt = new Date('2026-11-21T10:00:00.123Z');
  const key = { id, accountId, clientOrderId: id, rootOrderId: id, createdAt, updatedAt: createdAt };
  return orderRow({ ...key, status: 'HELD', ...more });
};

const place = (...rows: OrderRow[]): Promise<void> => {
  const needs = union([{ accounts: [customer.accountId] }]);
  return store.apply(needs, (loaded) => {
    const books = createBooks(loaded, needs);
    for (const row of rows) books.addOrder(row);
    return books.changes();
  });
};

/** What a batch has in hand of these orders, and whether it read them. */
const look = async (...rows: OrderRow[]): Promise<{ orders: OrderRow[]; read: boolean }> => {
  const needs = union([{ accounts: [customer.accountId], orders: rows.map(({ id }) => id) }]);
  let orders: OrderRow[] = [];
  sent = [];
  await store.apply(needs, (loaded) => {
    ({ orders } = loaded);
    return createBooks(loaded, needs).changes();
  });
  return { orders, read: sent.includes('lane_load_orders') };
};

test('an order that nobody has changed is not read back, once', async () => {
  const row = order();
  await place(row);
  expect(await look(row)).toEqual({ orders: [row], read: false });
  expect(await look(row)).toEqual({ orders: [row], read: true });
});

test('an order that the batch which added it has changed too is remembered as it is written', async () => {
  const at = new Date('2026-11-21T10:00:01.000Z');
  const prices = { qtyChange: '1', limitPrice: '2', stopPrice: null, worstPrice: '2' };
  const replacement = { newOrderId: ids.next(), clientOrderId: 'b', ...prices };
  const names = { replacedById: ids.next(), replacesId: ids.next() };
  const row = order({
    status: 'PENDING_REPLACE',
    pendingSince: at,
    filledAt: at,
    bustedQty: 7n,
    replacement,
    ...names,
  });
  await place(row);
  expect(await look(row)).toEqual({ orders: [row], read: false });
  expect(await look(row)).toEqual({ orders: [row], read: true });
});

test('an order that somebody has changed is as it is in the database', async () => {
  const [one, other] = [order(), order()];
  await place(one, other);
  await trading.database.pool.query('UPDATE orders SET place = 7 WHERE id = $1', [one.id]);
  const { orders } = await look(one, other);
  expect(orders).toHaveLength(2);
  expect(orders).toEqual(expect.arrayContaining([{ ...one, place: 7n }, other]));
});

test('an order that is gone is not made up', async () => {
  const row = order();
  await place(row);
  await trading.database.pool.query('DELETE FROM orders WHERE id = $1', [row.id]);
  expect((await look(row)).orders).toEqual([]);
});

test('an order that was not committed is unknown', async () => {
  const row = order();
  const broken = { ...row, id: ids.next(), symbol: null as never };
  await expect(place(row, broken)).rejects.toThrow();
  expect(await look(row)).toEqual({ orders: [], read: true });
});

test('the orders of a list are always read', async () => {
  const listId = ids.next();
  const [one, other] = [order({ listId, leg: 'FIRST' }), order({ listId, leg: 'SECOND' })];
  await place(one, other);
  const { orders, read } = await look(one);
  expect(orders).toEqual(expect.arrayContaining([one, other]));
  expect(read).toBe(true);
});

test('a lost connection and a full memory forget', async () => {
  const rows = [order(), order(), order(), order()];
  await place(...rows);
  expect(fresh.take(rows.map(({ id }) => id)).others).toEqual([rows[0]?.id]);
  const [one, other] = [order(), order()];
  await place(one, other);
  const { processID } = client as unknown as { processID: number };
  const owner = await connect(trading.url);
  await owner.query('SELECT pg_terminate_backend($1)', [processID]);
  await owner.end();
  await expect(look(one)).rejects.toThrow();
  expect(await look(other)).toEqual({ orders: [other], read: true });
});

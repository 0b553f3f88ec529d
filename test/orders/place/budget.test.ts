import { afterEach, describe, expect, it } from 'vitest';
import { type Customer, startTrading, type TestTrading } from '../../support/trading.ts';

/* Orders are counted one by one, however they are sent and whichever process takes them. */

const open: TestTrading[] = [];
const start = async (ordersPerMinute: number, url?: string): Promise<TestTrading> => {
  const trading = await startTrading({ ordersPerMinute, ...(url !== undefined && { url }) });
  open.push(trading);
  return trading;
};
afterEach(async () => {
  for (const trading of open.splice(0).reverse()) await trading.close();
});

const order = {
  symbol: 'AAPL',
  side: 'BUY',
  type: 'LIMIT',
  qty: '1',
  limitPrice: '10.00',
  timeInForce: 'GTC',
} as const;
const over = { code: 'RATE_LIMITED', details: { policy: 'orders' } };
const place = ({ orders }: TestTrading, { by }: Customer, more: object = {}) => orders.place(by, { ...order, ...more });
const count = async ({ database }: TestTrading): Promise<number> => database.prisma.order.count();

describe('a budget of orders', () => {
  it('is spent by single orders, also by those that are refused, and is each user’s own', async () => {
    const trading = await start(4);
    const [one, other] = [await trading.customer('10000'), await trading.customer('10000')];
    for (let at = 0; at < 3; at += 1) expect((await place(trading, one)).ok).toBe(true);
    expect((await place(trading, one, { symbol: 'NONE' })).ok).toBe(false);
    await expect(place(trading, one)).rejects.toMatchObject(over);
    expect((await place(trading, other)).ok).toBe(true);
    expect(await count(trading)).toBe(4);
  });

  it('is spent by each order of a request, all or none', async () => {
    const trading = await start(5);
    const customer = await trading.customer('10000');
    const many = (orders: number) => trading.orders.placeMany(customer.by, { orders: Array(orders).fill(order) });
    await expect(many(6)).rejects.toMatchObject(over);
    expect(await count(trading)).toBe(0);
    expect((await many(4)).ok).toBe(true);
    await expect(many(2)).rejects.toMatchObject(over);
    expect((await place(trading, customer)).ok).toBe(true);
    expect(await count(trading)).toBe(5);
  });

  it('is spent by each leg of a list, and by a replacement; never by a cancel', async () => {
    const trading = await start(4);
    const customer = await trading.customer('10000');
    const legs = [order, { ...order, side: 'SELL', limitPrice: '900.00' } as const];
    const placed = await trading.orders.placeList(customer.by, { type: 'OTO', orders: legs });
    if (!placed.ok) throw new Error(placed.failures[0]?.message);
    await trading.settled();
    const id = placed.value.orders[0]?.id ?? '';
    expect((await trading.orders.replace(customer.by, { id, limitPrice: '11.00' })).ok).toBe(true);
    await trading.settled();
    await expect(trading.orders.placeList(customer.by, { type: 'OTO', orders: legs })).rejects.toMatchObject(over);
    expect((await place(trading, customer)).ok).toBe(true);
    await expect(place(trading, customer)).rejects.toMatchObject(over);
    expect((await trading.orders.cancelAll(customer.by, {})).ok).toBe(true);
  });

  it('has what a stored answer took', async () => {
    const trading = await start(2);
    const customer = await trading.customer('10000');
    for (let at = 0; at < 5; at += 1) await place(trading, customer, { idempotencyKey: 'once' });
    expect((await place(trading, customer)).ok).toBe(true);
    await expect(place(trading, customer)).rejects.toMatchObject(over);
  });

  it('is one for all processes on a database', async () => {
    const first = await start(60);
    const second = await start(60, first.url);
    const customer = await first.customer('100000');
    const burst = Array.from({ length: 100 }, (_, at) => place(at % 2 === 0 ? first : second, customer));
    const outcomes = await Promise.allSettled(burst);
    const placed = outcomes.filter(({ status }) => status === 'fulfilled').length;
    // A process may hold a part of the budget that it does not need: a twentieth at most.
    expect(placed).toBeLessThanOrEqual(61);
    expect(placed).toBeGreaterThanOrEqual(54);
  });
});

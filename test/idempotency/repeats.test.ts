import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Once } from '../../src/idempotency/once.ts';
import type { Instrument } from '../../src/market/instrument.ts';
import { closeSound } from '../support/close-sound.ts';
import { moneyDigest } from '../support/digest.ts';
import { codesOf, must } from '../support/people.ts';
import { type Customer, startTrading, type TestTrading } from '../support/trading.ts';
import { until } from '../support/until.ts';
import { cross, inside, priceText } from '../trades/support.ts';

/* A repeat of what was carried out, after something has changed for which it would be refused now. */

let trading: TestTrading;
beforeAll(async () => {
  trading = await startTrading();
});
afterAll(() => closeSound(trading));

type Order = Parameters<TestTrading['orders']['place']>[1];
type Grid = Partial<Pick<Instrument, 'tickSize' | 'lotSize'>>;

const setGrid = async (symbol: string, data: Grid): Promise<void> => {
  await trading.database.prisma.instrument.update({ where: { symbol }, data });
  await until(() =>
    Object.entries(data).every(([name, units]) => trading.market.find(symbol)?.[name as 'tickSize'] === units),
  );
};

/** Runs with an instrument whose prices are multiples of 0.97 and whose quantities are multiples of 0.0003. */
const onAnotherGrid = async <Value>(symbol: string, run: () => Promise<Value>): Promise<Value> => {
  const { tickSize, lotSize } = trading.market.find(symbol)!;
  await setGrid(symbol, { tickSize: 97n, lotSize: 3n });
  return run().finally(() => setGrid(symbol, { tickSize, lotSize }));
};

const buy = (more: Partial<Order> = {}): Order => ({
  ...{ symbol: 'KO', side: 'BUY', type: 'LIMIT', qty: '1', limitPrice: '10.01' },
  ...more,
});
const bracket = (more: Partial<Order> = {}, names: readonly string[] = []) =>
  ({
    type: 'BRACKET',
    orders: [
      buy({ clientOrderId: names[0] ?? null, ...more }),
      buy({ side: 'SELL', limitPrice: '20.01', clientOrderId: names[1] ?? null }),
      buy({ side: 'SELL', type: 'STOP', limitPrice: null, stopPrice: '5.01', clientOrderId: names[2] ?? null }),
    ],
  }) as const;

const resting = async ({ by }: Customer): Promise<string> => {
  const { id } = must(await trading.orders.place(by, buy()));
  await trading.settled();
  return id;
};

/** Whose trade, at which terms. */
const traded = async (customer: Customer) => {
  const seller = await trading.customer('100000');
  must(await trading.orders.place(seller.by, { symbol: 'MSFT', side: 'BUY', type: 'MARKET', qty: '2' }));
  await trading.settled();
  return cross(trading, customer, seller, '1');
};

interface Sends {
  symbol: string;
  send(idempotencyKey: string, other?: boolean): Promise<Once<object>>;
}
type Prepare = (customer: Customer) => Promise<Sends> | Sends;

const commands: [name: string, prepare: Prepare][] = [
  [
    'placeOrder',
    ({ by }) => ({
      symbol: 'KO',
      send: (idempotencyKey, other) => trading.orders.place(by, buy({ idempotencyKey, ...(other && { qty: '2' }) })),
    }),
  ],
  [
    'placeOrders',
    ({ by }) => ({
      symbol: 'KO',
      send: (idempotencyKey, other) =>
        trading.orders.placeMany(by, { orders: [buy(), buy(other ? { qty: '2' } : {})], idempotencyKey }),
    }),
  ],
  [
    'placeOrderList',
    ({ by }) => ({
      symbol: 'KO',
      send: (idempotencyKey, other) =>
        trading.orders.placeList(by, { ...bracket(other ? { limitPrice: '10.02' } : {}), idempotencyKey }),
    }),
  ],
  [
    'replaceOrder',
    async (customer) => {
      const id = await resting(customer);
      return {
        symbol: 'KO',
        send: (idempotencyKey, other) =>
          trading.orders.replace(customer.by, { id, limitPrice: other ? '10.03' : '10.02', idempotencyKey }),
      };
    },
  ],
  [
    'correctTrade',
    async (customer) => {
      const { tradeId } = await traded(customer);
      const price = (more: bigint): string => priceText(inside(trading) + more);
      const [one, another] = [price(1n), price(2n)];
      return {
        symbol: 'MSFT',
        send: (idempotencyKey, other) =>
          trading.trades.correct(customer.by, {
            ...{ tradeId, reason: 'wrong price', price: other ? another : one, idempotencyKey },
          }),
      };
    },
  ],
];

test.each(commands)(
  '%s is answered as the first time when the tick and the lot are others by now',
  async (_, prepare) => {
    const { symbol, send } = await prepare(await trading.customer('100000'));
    const first = await send('k');
    expect(first).toMatchObject({ ok: true, replayed: false });
    await trading.settled();
    await onAnotherGrid(symbol, async () => {
      const before = await moneyDigest(trading.database.pool);
      expect(await send('k')).toEqual({ ...first, replayed: true });
      expect(codesOf(await send('k', true))).toEqual(['IDEMPOTENCY_KEY_REUSED']);
      expect(await moneyDigest(trading.database.pool)).toEqual(before);
    });
  },
);

test.each(commands.filter(([name]) => name !== 'placeOrders'))(
  '%s that is refused for the tick leaves its key to a corrected one',
  async (_, prepare) => {
    const { symbol, send } = await prepare(await trading.customer('100000'));
    await onAnotherGrid(symbol, async () => {
      const refused = await send('k');
      expect([...new Set(codesOf(refused))].every((code) => ['INVALID_PRICE', 'INVALID_QUANTITY'].includes(code))).toBe(
        true,
      );
      expect(refused.replayed).toBe(false);
    });
    expect(await send('k', true)).toMatchObject({ ok: true, replayed: false });
  },
);

test('an order in several that has a key or a name of its own is known by it on another grid', async () => {
  const { by, accountId } = await trading.customer('1000');
  const orders = [buy({ idempotencyKey: 'own' }), buy({ clientOrderId: 'named', limitPrice: '10.02' })];
  const first = must(await trading.orders.placeMany(by, { orders })).map(must);
  await trading.settled();
  await onAnotherGrid('KO', async () => {
    const again = must(await trading.orders.placeMany(by, { orders: [...orders, buy()] }));
    expect(again.slice(0, 2).map((one) => must(one).id)).toEqual(first.map(({ id }) => id));
    expect(codesOf(again[2]!)).toEqual(['INVALID_QUANTITY', 'INVALID_PRICE']);
  });
  expect(await trading.database.prisma.order.count({ where: { accountId } })).toBe(2);
});

test('the name of an order, and of a list, answers with it on another grid; with other terms it is refused for the grid', async () => {
  const { by, accountId } = await trading.customer('1000');
  const order = buy({ clientOrderId: 'mine' });
  const list = bracket({}, ['entry', 'profit', 'stop']);
  const [{ id }, { id: listId }] = [
    must(await trading.orders.place(by, order)),
    must(await trading.orders.placeList(by, list)),
  ];
  await onAnotherGrid('KO', async () => {
    expect(must(await trading.orders.place(by, order)).id).toBe(id);
    expect(must(await trading.orders.place(by, { ...order, idempotencyKey: 'k' })).id).toBe(id);
    expect(must(await trading.orders.preview(by, order))).toMatchObject({ order: { id }, hold: 0n });
    expect(must(await trading.orders.placeList(by, list)).id).toBe(listId);
    expect(codesOf(await trading.orders.place(by, { ...order, limitPrice: '10.02' }))).toEqual([
      'INVALID_QUANTITY',
      'INVALID_PRICE',
    ]);
    const { orders } = bracket({ limitPrice: '10.02' }, ['entry']);
    expect(codesOf(await trading.orders.placeList(by, { type: 'BRACKET', orders }))).toContain('INVALID_PRICE');
  });
  expect(await trading.database.prisma.order.count({ where: { accountId } })).toBe(4);
});

test('the key and the name of an order answer with it when its account is closed', async () => {
  const { by, accountId } = await trading.customer('1000');
  const [keyed, named] = [buy({ idempotencyKey: 'k' }), buy({ clientOrderId: 'mine' })];
  const list = bracket({}, ['entry']);
  const first = [await trading.orders.place(by, keyed), await trading.orders.place(by, named)].map(must);
  const { id } = must(await trading.orders.placeList(by, list));
  await trading.settled();
  await trading.database.prisma.account.update({ where: { id: accountId }, data: { status: 'CLOSED' } });
  const again = [await trading.orders.place(by, keyed), await trading.orders.place(by, named)].map(must);
  expect(again.map((order) => order.id)).toEqual(first.map((order) => order.id));
  expect(must(await trading.orders.placeList(by, list)).id).toBe(id);
  expect(codesOf(await trading.orders.place(by, buy()))).toEqual(['ACCOUNT_CLOSED']);
  await trading.database.prisma.account.update({ where: { id: accountId }, data: { status: 'ACTIVE' } });
});

test('a preview shows the order of a key that was used, on another grid', async () => {
  const { by } = await trading.customer('1000');
  const order = buy({ idempotencyKey: 'k' });
  const { id } = must(await trading.orders.place(by, order));
  await onAnotherGrid('KO', async () => {
    expect(must(await trading.orders.preview(by, order))).toMatchObject({ order: { id }, hold: 0n });
    expect(codesOf(await trading.orders.preview(by, { ...order, qty: '2' }))).toEqual(['IDEMPOTENCY_KEY_REUSED']);
  });
});

test('a process that does not know the symbol yet answers a repeat as the first did', async () => {
  const { by } = await trading.customer('1000');
  const { prisma } = trading.database;
  const like = await prisma.instrument.findUniqueOrThrow({ where: { symbol: 'KO' } });
  const sends = [
    (to: TestTrading) => to.orders.place(by, buy({ symbol: 'LATER', idempotencyKey: 'k' })),
    (to: TestTrading) => {
      const orders = bracket().orders.map((order) => ({ ...order, symbol: 'LATER' }));
      return to.orders.placeList(by, { type: 'BRACKET', orders, idempotencyKey: 'k' });
    },
    (to: TestTrading) => to.orders.cancelAll(by, { symbol: 'LATER', idempotencyKey: 'k' }),
  ];
  const ignorant = await startTrading({ url: trading.url });
  const find = ignorant.market.find;
  await prisma.asset.create({ data: { code: 'LATER', name: 'LATER', scale: 4 } });
  await prisma.instrument.create({ data: { ...like, symbol: 'LATER', name: 'LATER', baseAsset: 'LATER' } });
  await until(() => trading.market.find('LATER') !== undefined);
  ignorant.market.find = (symbol) => (symbol === 'LATER' ? undefined : find(symbol));
  for (const send of sends) {
    const first = await send(trading);
    expect(first).toMatchObject({ ok: true, replayed: false });
    expect(await send(ignorant)).toEqual({ ...first, replayed: true });
  }
  await ignorant.close();
});

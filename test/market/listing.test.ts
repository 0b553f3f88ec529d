import { afterAll, beforeAll, expect, test } from 'vitest';
import { codesOf, must } from '../support/people.ts';
import { brokenPromises } from '../support/promises.ts';
import { startTrading, type TestTrading } from '../support/trading.ts';
import { until } from '../support/until.ts';

/** Instruments that are listed, or whose terms change, while servers run: the first one runs the venue. */

let trading: TestTrading;
let other: TestTrading;
beforeAll(async () => {
  trading = await startTrading();
  other = await startTrading({ url: trading.database.connection.connectionString ?? '' });
});
afterAll(async () => {
  expect(await brokenPromises(trading.database.pool)).toEqual([]);
  await other.close();
  await trading.close();
});

const list = async (symbol: string, more: object = {}) => {
  const { prisma } = trading.database;
  const { status: _, ...like } = await prisma.instrument.findUniqueOrThrow({ where: { symbol: 'KO' } });
  await prisma.asset.create({ data: { code: symbol, name: symbol, scale: 4 } });
  await prisma.instrument.create({ data: { ...like, symbol, name: symbol, baseAsset: symbol, ...more } });
};
const market = { side: 'BUY', type: 'MARKET', qty: '1' } as const;

test('an instrument that is listed now has a book and makers, and every server takes orders in it', async () => {
  await list('NEWCO');
  expect(codesOf(await other.orders.place((await other.customer('10')).by, { ...market, symbol: 'NEWER' }))).toEqual([
    'UNKNOWN_SYMBOL',
  ]);
  await until(() => [trading, other].every(({ market }) => market.find('NEWCO') && market.quote('NEWCO')?.ask != null));
  const { by, userId, accountId } = await other.customer('10000');
  const { id } = must(await other.orders.place(by, { ...market, symbol: 'NEWCO' }));
  await until(async () => (await other.orders.one(userId, { id }))?.status === 'FILLED');
  expect((await other.ledger.positionsOf('EVERYTHING', [accountId]))(accountId)).toMatchObject([
    { symbol: 'NEWCO', qty: 10_000n },
  ]);
});

test('one that is listed halted waits for its resumption', async () => {
  await list('STILL', { status: 'HALTED' });
  await until(() => trading.market.find('STILL') !== undefined);
  const { by } = await trading.customer('10000');
  const order = { symbol: 'STILL', side: 'BUY', type: 'LIMIT', qty: '1', limitPrice: '1.00' } as const;
  expect(codesOf(await trading.orders.place(by, order))).toEqual(['INSTRUMENT_HALTED']);
  expect(trading.market.quote('STILL')?.ask).toBeNull();
  await trading.database.prisma.instrument.update({ where: { symbol: 'STILL' }, data: { status: 'TRADING' } });
  await until(() => trading.market.quote('STILL')?.ask != null);
});

test('a new tick and lot count for new orders and for the makers; orders in the book stay where they are', async () => {
  const { by, userId } = await trading.customer('100000');
  const order = { symbol: 'V', side: 'BUY', type: 'LIMIT', qty: '1', limitPrice: '1.01' } as const;
  const { id } = must(await trading.orders.place(by, order));
  await trading.settled();
  const terms = { tickSize: 5n, lotSize: 10_000n, collarBps: 100 };
  await trading.database.prisma.instrument.update({ where: { symbol: 'V' }, data: terms });
  await until(() => other.market.find('V')?.tickSize === 5n && trading.market.find('V')?.tickSize === 5n);
  await trading.settled();
  expect(codesOf(await trading.orders.place(by, order))).toEqual(['INVALID_PRICE']);
  expect(codesOf(await trading.orders.place(by, { ...order, limitPrice: '1.05', qty: '0.5' }))).toEqual([
    'INVALID_QUANTITY',
  ]);
  const { bids } = trading.venue.bookOf('V', 100) ?? { bids: [] };
  expect(bids.slice(0, -1).every(({ price }) => price % 5n === 0n)).toBe(true);
  expect(bids.at(-1)?.price).toBe(101n);
  must(await trading.orders.cancel(by, { id }));
  await trading.settled();
  expect((await trading.orders.one(userId, { id }))?.status).toBe('CANCELED');
  // A trailing stop moves by whole ticks of the new size.
  must(await trading.orders.place(by, { ...market, symbol: 'V' }));
  const trailing = { symbol: 'V', side: 'SELL', type: 'TRAILING_STOP', qty: '1', trailPercent: '0.03' } as const;
  const stop = must(await trading.orders.place(by, trailing));
  await trading.settled();
  expect((await trading.orders.one(userId, { id: stop.id }))?.stopPrice ?? 1n).toSatisfy(
    (price: bigint) => price % 5n === 0n,
  );
});

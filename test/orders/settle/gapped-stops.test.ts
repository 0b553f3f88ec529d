import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OrderRow } from '../../../src/lane/rows.ts';
import { closeSound } from '../../support/close-sound.ts';
import { must } from '../../support/people.ts';
import { type Customer, startTrading, type TestTrading } from '../../support/trading.ts';

/** Stops that the market gaps past by more than the instrument's collar, which is 5 %. */

const symbols = ['KO', 'MSFT', 'NVDA'] as const;
type Name = (typeof symbols)[number];
type Placing = Omit<Parameters<TestTrading['orders']['place']>[1], 'symbol'>;

let trading: TestTrading;
let [seller, buyer]: Customer[] = [];
beforeAll(async () => {
  trading = await startTrading();
  [seller, buyer] = [await trading.customer('1000000'), await trading.customer('1000000')];
  for (const symbol of symbols) {
    must(await trading.orders.place(seller!.by, { symbol, side: 'BUY', type: 'MARKET', qty: '30' }));
    await trading.settled();
    trading.venue.halt(symbol);
  }
  // From here on customers meet nobody but each other, so that they say what the price is.
  trading.venue.stop();
  for (const symbol of symbols) trading.venue.resume(symbol);
});
afterAll(() => closeSound(trading));

const rowOf = async ({ userId }: Customer, id: string): Promise<OrderRow> => {
  const order = await trading.orders.one(userId, { id });
  if (order === undefined) throw new Error('no such order');
  return order;
};
const place = async (who: Customer | undefined, symbol: Name, input: Placing): Promise<string> => {
  const { id } = must(await trading.orders.place(who!.by, { symbol, ...input }));
  await trading.settled();
  return id;
};
const limit = (side: 'BUY' | 'SELL', limitPrice: string, qty = '1') =>
  ({ side, type: 'LIMIT', qty, limitPrice }) as const;
/** A customer with cash and ten units, bought at 100, which is the last price then; somebody bids 99. */
const holder = async (symbol: Name): Promise<{ customer: Customer; bid: string }> => {
  const customer = await trading.customer('100000');
  await place(seller, symbol, limit('SELL', '100.00', '10'));
  await place(customer, symbol, limit('BUY', '100.00', '10'));
  return { customer, bid: await place(buyer, symbol, limit('BUY', '99.00')) };
};
/** The bid leaves, the next one is far below, and somebody sells there. */
const gap = async (symbol: Name, bid: string): Promise<void> => {
  must(await trading.orders.cancel(buyer!.by, { id: bid }));
  await place(buyer, symbol, limit('BUY', '90.00', '20'));
  await place(seller, symbol, limit('SELL', '90.00'));
};
const held = async ({ accountId }: Customer, asset: string) =>
  (await trading.ledger.balancesOf('EVERYTHING', [accountId]))(accountId).find((balance) => balance.asset === asset)
    ?.held;
const soldAt = (price: bigint, shares: bigint) => ({
  ...{ status: 'FILLED', reason: null, filledQty: shares * 10_000n, filledValue: price * shares * 1_000_000n },
  triggeredAt: expect.any(Date),
});

test('what protects a position sells it after a gap, as a market order does then', async () => {
  const { customer, bid } = await holder('KO');
  const exit = { symbol: 'KO', side: 'SELL', qty: '6' } as const;
  const orders = [
    { ...exit, type: 'LIMIT', limitPrice: '120.00' },
    { ...exit, type: 'STOP', stopPrice: '96.00' },
  ] as const;
  const list = must(await trading.orders.placeList(customer.by, { type: 'OCO', orders: [...orders] }));
  await trading.settled();
  const [profit, loss] = list.orders.map(({ id }) => id) as [string, string];
  const trails = await place(customer, 'KO', { side: 'SELL', type: 'TRAILING_STOP', qty: '2', trailPrice: '3.00' });
  expect(await rowOf(customer, trails)).toMatchObject({ status: 'NEW', stopPrice: 9_700n });
  await gap('KO', bid);
  expect(await rowOf(customer, loss)).toMatchObject(soldAt(9_000n, 6n));
  expect(await rowOf(customer, trails)).toMatchObject(soldAt(9_000n, 2n));
  expect(await rowOf(customer, profit)).toMatchObject({ status: 'CANCELED', reason: 'GROUP_SETTLED', filledQty: 0n });
  const market = await place(customer, 'KO', { side: 'SELL', type: 'MARKET', qty: '2' });
  expect(await rowOf(customer, market)).toMatchObject({ status: 'FILLED', filledValue: 9_000n * 2_000_000n });
  expect(await held(customer, 'KO')).toBe(0n);
});

test('a stop that a replacement brings far above the market sells at the market, and one with a limit rests at it', async () => {
  const { customer, bid } = await holder('MSFT');
  const stop = await place(customer, 'MSFT', { side: 'SELL', type: 'STOP', qty: '4', stopPrice: '80.00' });
  const prices = { stopPrice: '96.00', limitPrice: '95.00' };
  const limited = await place(customer, 'MSFT', { side: 'SELL', type: 'STOP_LIMIT', qty: '1', ...prices });
  await gap('MSFT', bid);
  expect(await rowOf(customer, limited)).toMatchObject({ status: 'NEW', filledQty: 0n, triggeredAt: expect.any(Date) });
  must(await trading.orders.replace(customer.by, { id: stop, stopPrice: '150.00' }));
  await trading.settled();
  const next = (await rowOf(customer, stop)).replacedById ?? '';
  expect(await rowOf(customer, next)).toMatchObject(soldAt(9_000n, 4n));
});

test('a buy stop never pays more than it holds, which is by its stop price and the collar', async () => {
  const { customer } = await holder('NVDA');
  const stop = await place(customer, 'NVDA', { side: 'BUY', type: 'STOP', qty: '1', stopPrice: '110.00' });
  expect(await rowOf(customer, stop)).toMatchObject({ status: 'NEW', worstPrice: 11_550n });
  await place(seller, 'NVDA', limit('SELL', '130.00', '3'));
  await place(buyer, 'NVDA', limit('BUY', '130.00'));
  expect(await rowOf(customer, stop)).toMatchObject({
    ...{ status: 'CANCELED', reason: 'NO_LIQUIDITY_WITHIN_COLLAR', filledQty: 0n, reserve: 0n },
    triggeredAt: expect.any(Date),
  });
  expect(await held(customer, 'USD')).toBe(0n);
});

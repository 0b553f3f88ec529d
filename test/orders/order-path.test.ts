import { afterAll, beforeAll, expect, test } from 'vitest';
import { formatDecimal } from '../../src/kernel/decimal.ts';
import { closeSound } from '../support/close-sound.ts';
import { ownPositions, startTrading, type TestTrading } from '../support/trading.ts';

let trading: TestTrading;
beforeAll(async () => {
  trading = await startTrading();
});
afterAll(() => closeSound(trading));

const market = { symbol: 'AAPL', side: 'BUY', type: 'MARKET', qty: '10' } as const;

const placed = (answer: Awaited<ReturnType<TestTrading['orders']['place']>>) => {
  if (!answer.ok) throw new Error(JSON.stringify(answer.failures));
  return answer.value;
};

test('a market order is accepted with its hold, fills at the makers’ prices and releases the rest', async () => {
  const { by, userId, accountId } = await trading.customer('10000');
  const order = placed(await trading.orders.place(by, market));
  expect(order).toMatchObject({ status: 'PENDING_NEW', timeInForce: 'IOC', filledQty: 0n, accountId });
  expect(order.reserve).toBeGreaterThan(0n);
  await trading.settled();
  const filled = await trading.orders.one(userId, { id: order.id });
  expect(filled).toMatchObject({ status: 'FILLED', filledQty: 100_000n, reserve: 0n });
  const balances = (await trading.ledger.balancesOf('EVERYTHING', [accountId]))(accountId);
  const cash = balances.find(({ asset }) => asset === 'USD');
  expect(cash?.held).toBe(0n);
  expect(cash?.posted).toBe(10_000n * 10n ** 8n - (filled?.filledValue ?? 0n) - (filled?.fees ?? 0n));
  expect(filled?.fees).toBeGreaterThan(0n);
  expect(balances.find(({ asset }) => asset === 'AAPL')?.posted).toBe(100_000n);
  expect(await ownPositions(trading, userId)).toMatchObject([{ symbol: 'AAPL', qty: 100_000n }]);
});

test('a limit order far from the market rests, and a cancel gives its hold back', async () => {
  const { by, userId, accountId } = await trading.customer('10000');
  const limit = { ...market, type: 'LIMIT', limitPrice: '1.00', clientOrderId: 'far-away' } as const;
  const order = placed(await trading.orders.place(by, limit));
  await trading.settled();
  expect(await trading.orders.one(userId, { clientOrderId: 'far-away' })).toMatchObject({ status: 'NEW' });
  const asked = placed(await trading.orders.cancel(by, { clientOrderId: 'far-away' }));
  expect(asked).toMatchObject({ id: order.id, status: 'PENDING_CANCEL' });
  await trading.settled();
  const canceled = await trading.orders.one(userId, { id: order.id });
  expect(canceled).toMatchObject({ status: 'CANCELED', reserve: 0n, reason: null });
  const cash = (await trading.ledger.balancesOf('EVERYTHING', [accountId]))(accountId)[0];
  expect(cash).toMatchObject({ asset: 'USD', held: 0n, posted: 10_000n * 10n ** 8n });
  const again = await trading.orders.cancel(by, { id: order.id });
  expect(again).toMatchObject({ ok: false, failures: [{ code: 'TOO_LATE_TO_CANCEL' }] });
});

test('customers match each other at the resting price, each paying the fee of its side', async () => {
  const [seller, buyer] = [await trading.customer('100000'), await trading.customer('100000')];
  placed(await trading.orders.place(seller.by, { symbol: 'MSFT', side: 'BUY', type: 'MARKET', qty: '5' }));
  await trading.settled();
  const quote = trading.market.quote('MSFT');
  const inside = formatDecimal((quote?.bid ?? 0n) + 1n, 2);
  const resting = placed(
    await trading.orders.place(seller.by, {
      symbol: 'MSFT',
      side: 'SELL',
      type: 'LIMIT',
      qty: '5',
      limitPrice: inside,
    }),
  );
  const taking = placed(
    await trading.orders.place(buyer.by, { symbol: 'MSFT', side: 'BUY', type: 'LIMIT', qty: '2', limitPrice: inside }),
  );
  await trading.settled();
  const maker = await trading.orders.one(seller.userId, { id: resting.id });
  const taker = await trading.orders.one(buyer.userId, { id: taking.id });
  expect(taker).toMatchObject({ status: 'FILLED', filledQty: 20_000n });
  expect(maker).toMatchObject({ status: 'PARTIALLY_FILLED', filledQty: 20_000n });
  const fills = await trading.orders.fillsOf('EVERYTHING', [resting.id, taking.id]);
  expect(new Set(fills.map(({ tradeId }) => tradeId)).size).toBe(1);
  expect(fills.map(({ liquidity }) => liquidity).sort()).toEqual(['MAKER', 'TAKER']);
  const value = taker?.filledValue ?? 0n;
  expect(taker?.fees).toBe((value * 20n) / 10_000n);
  expect(maker?.fees).toBe((value * 10n) / 10_000n);
});

test('both sides of one account never trade with each other', async () => {
  const { by, userId } = await trading.customer('100000');
  placed(await trading.orders.place(by, { symbol: 'MSFT', side: 'BUY', type: 'MARKET', qty: '5' }));
  await trading.settled();
  const inside = formatDecimal((trading.market.quote('MSFT')?.bid ?? 0n) + 1n, 2);
  const sell = { symbol: 'MSFT', side: 'SELL', type: 'LIMIT', qty: '5', limitPrice: inside } as const;
  const resting = placed(await trading.orders.place(by, sell));
  const buy = placed(await trading.orders.place(by, { ...sell, side: 'BUY' }));
  await trading.settled();
  expect(await trading.orders.one(userId, { id: resting.id })).toMatchObject({ status: 'NEW' });
  const stopped = await trading.orders.one(userId, { id: buy.id });
  expect(stopped).toMatchObject({ status: 'CANCELED', reason: 'SELF_TRADE_PREVENTION', filledQty: 0n });
});

test('another user’s account and order look like ones that do not exist', async () => {
  const [owner, other] = [await trading.customer('1000'), await trading.customer('1000')];
  const limit = { ...market, qty: '1', type: 'LIMIT', limitPrice: '1.00' } as const;
  const order = placed(await trading.orders.place(owner.by, limit));
  const foreign = await trading.orders.place(other.by, { ...limit, accountId: owner.accountId });
  const absent = await trading.orders.place(other.by, { ...limit, accountId: trading.ids.next() });
  expect(foreign).toEqual(absent);
  expect(foreign).toMatchObject({ ok: false, failures: [{ code: 'NOT_FOUND', field: ['accountId'] }] });
  const cancelForeign = await trading.orders.cancel(other.by, { id: order.id });
  const cancelAbsent = await trading.orders.cancel(other.by, { id: trading.ids.next() });
  expect(cancelForeign).toEqual(cancelAbsent);
  expect(await trading.orders.one(other.userId, { id: order.id })).toBeUndefined();
  expect(
    (
      await trading.orders.list(
        other.userId,
        { accountId: owner.accountId },
        { limit: 5, backward: false, from: undefined },
      )
    ).rows,
  ).toEqual([]);
});

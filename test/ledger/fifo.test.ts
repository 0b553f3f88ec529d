import { afterAll, beforeAll, expect, test } from 'vitest';
import { decideSettle } from '../../src/orders/settle/decide-settle.ts';
import type { SettleFacts } from '../../src/orders/settle/decide-trade.ts';
import { settleNeeds } from '../../src/orders/settle/settle-needs.ts';
import { closeSound } from '../support/close-sound.ts';
import { fees, ownPositions, startTrading, type TestTrading } from '../support/trading.ts';

let trading: TestTrading;
beforeAll(async () => {
  trading = await startTrading();
});
afterAll(() => closeSound(trading));

/** An order and its fill at exactly this price, as a venue would report it; the makers are on the other side. */
const trade = async (
  customer: Awaited<ReturnType<TestTrading['customer']>>,
  side: 'BUY' | 'SELL',
  qty: string,
  price: string,
): Promise<void> => {
  const limitPrice = side === 'BUY' ? '1.00' : '100000.00';
  const input = { symbol: 'AAPL', side, qty, type: 'LIMIT', limitPrice, timeInForce: 'GTC' } as const;
  const placed = await trading.orders.place(customer.by, input);
  if (!placed.ok) throw new Error(JSON.stringify(placed.failures));
  await trading.settled();
  const facts: SettleFacts = {
    instrumentOf: (symbol) => trading.market.find(symbol)!,
    rates: fees,
    hours: () => 'ALWAYS_OPEN',
    ids: trading.ids,
  };
  const reports = [
    {
      kind: 'TRADE',
      tradeId: trading.ids.next(),
      symbol: 'AAPL',
      price: BigInt(price.replace('.', '')),
      qty: placed.value.qty,
      takerSide: side,
      taker: { orderId: placed.value.id, accountId: customer.accountId },
      maker: null,
    },
  ] as const;
  await trading.lane.settle({
    needs: settleNeeds(reports, facts.instrumentOf),
    decide: (books, at) => decideSettle(books, at, reports, facts),
  });
};

test('a sell takes the oldest lots, and the position says what is left and what was gained', async () => {
  const customer = await trading.customer('100000');
  await trade(customer, 'BUY', '10', '0.10');
  await trade(customer, 'BUY', '10', '0.20');
  await trade(customer, 'BUY', '10', '0.30');
  await trade(customer, 'SELL', '15', '200000.00');
  const [position] = await ownPositions(trading, customer.userId);
  const cent = 10n ** 6n;
  // Sold: 10 at 0.10 and 5 at 0.20. Left: 5 at 0.20 and 10 at 0.30.
  expect(position).toMatchObject({ qty: 150_000n, costBasis: 400n * cent });
  expect(position?.realizedPnl).toBe((15n * 20_000_000n - 200n) * cent);
  const { rows } = await trading.database.pool.query(
    'SELECT leaves_qty, leaves_cost FROM lots WHERE account_id = $1 ORDER BY sequence',
    [customer.accountId],
  );
  expect(rows).toEqual([
    { leaves_qty: 0n, leaves_cost: 0n },
    { leaves_qty: 50_000n, leaves_cost: 100n * cent },
    { leaves_qty: 100_000n, leaves_cost: 300n * cent },
  ]);
});

test('a sell loads no more lots than it needs', async () => {
  const customer = await trading.customer('100000');
  const { pool } = trading.database;
  const filler = `INSERT INTO lots (id, account_id, symbol, qty, cost, leaves_qty, leaves_cost, opened_at)
                  SELECT gen_random_uuid(), $1, 'TEST', 10, 10, 10, 10, now() FROM generate_series(1, 1000)`;
  await pool.query(filler, [customer.accountId]);
  let seen = 0;
  await trading.lane.run({
    needs: {
      accounts: [customer.accountId],
      lots: [
        { accountId: customer.accountId, symbol: 'TEST', qty: 25n },
        { accountId: customer.accountId, symbol: 'AAPL', qty: 25n },
      ],
    },
    decide: (books) => {
      seen = books.openLots(customer.accountId, 'TEST').length;
    },
  });
  expect(seen).toBe(3);
  await pool.query("DELETE FROM lots WHERE symbol = 'TEST'");
});

test('a sell that is taken back loads no more lots than it gives back to, the youngest that were sold', async () => {
  const customer = await trading.customer('100000');
  const { pool } = trading.database;
  const filler = `INSERT INTO lots (id, account_id, symbol, sequence, qty, cost, leaves_qty, leaves_cost, opened_at, busted)
                  SELECT gen_random_uuid(), $1, 'TEST', n, 10, 10, CASE WHEN n > 500 THEN 10 ELSE 0 END,
                         CASE WHEN n > 500 THEN 10 ELSE 0 END, now(), n IN (499, 500) FROM generate_series(1, 1000) n`;
  await pool.query(filler, [customer.accountId]);
  let seen: (bigint | null)[] = [];
  const { accountId } = customer;
  await trading.lane.run({
    needs: { accounts: [accountId], consumedLots: [{ accountId, symbol: 'TEST', qty: 25n }] },
    decide: (books) => {
      seen = books.consumedLots(accountId, 'TEST').map(({ sequence }) => sequence);
    },
  });
  expect(seen).toEqual([498n, 497n, 496n]);
  await pool.query("DELETE FROM lots WHERE symbol = 'TEST'");
});

test('a closed position keeps its profit, and is told when it is asked for', async () => {
  const customer = await trading.customer('100000');
  await trade(customer, 'BUY', '10', '0.10');
  await trade(customer, 'SELL', '10', '200000.00');
  expect(await ownPositions(trading, customer.userId)).toEqual([]);
  const now = await ownPositions(trading, customer.userId, null, null, true);
  const then = await ownPositions(trading, customer.userId, null, now[0]!.updatedAt, true);
  for (const position of [now, then].flat())
    expect(position).toMatchObject({ qty: 0n, costBasis: 0n, realizedPnl: (10n * 20_000_000n - 100n) * 10n ** 6n });
  expect([now.length, then.length]).toEqual([1, 1]);
});

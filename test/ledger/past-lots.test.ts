import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BookedFill, createPastLots } from '../../src/ledger/history/past-lots.ts';
import { limits } from '../../src/limits.ts';
import { type Customer, startTrading, type TestTrading } from '../support/trading.ts';

/* Histories of random trades, busts and corrections are in test/trades/properties.test.ts. */

let trading: TestTrading;
beforeAll(async () => {
  trading = await startTrading();
});
afterAll(() => trading.close());

const start = Date.parse('2026-01-02T00:00:00Z');
const after = (n: number): Date => new Date(start + n * 1_000);

/** Executions 1 to `count` of a position, a second apart: what the nth buys, or, below zero, sells, for n a unit. */
const trades = async ({ accountId }: Customer, count: number, qty: string): Promise<void> => {
  await trading.database.pool.query(
    `INSERT INTO executions (id, exec_id, trade_id, order_id, account_id, symbol, side, qty, price, value, fee, liquidity, cum_qty,
                             created_at, position_qty, position_cost, position_pnl)
     SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), $1, 'MSFT',
            CASE WHEN q > 0 THEN 'BUY' ELSE 'SELL' END::"OrderSide", abs(q), n, abs(q) * n, 0, 'TAKER', abs(q),
            $3::timestamptz + n * interval '1 second', 0, 0, 0
     FROM (SELECT n, ${qty} AS q FROM generate_series(1, $2::int) n) t`,
    [accountId, count, new Date(start)],
  );
};

const lotsAt = async ({ accountId }: Customer, at: Date, qty: bigint) => {
  const instrument = trading.market.find('MSFT')!;
  const worth = { realizedPnl: 0n, updatedAt: at, instrument, markPrice: 0n, marketValue: 0n, unrealizedPnl: 0n };
  const position = { accountId, symbol: 'MSFT', qty, costBasis: 0n, ...worth, asOf: at };
  return (await trading.ledger.lotsOf('EVERYTHING', [position]))(position);
};

test('lots far behind an instant are found, whatever was sold since, and the oldest are shown', async () => {
  const customer = await trading.customer();
  // Every third sells half of what the two before it bought.
  await trades(customer, 900, 'CASE WHEN n % 3 = 0 THEN -4 ELSE 4 END');
  for (const last of [1, 3, 300, 899]) {
    const lots: { n: number; qty: bigint }[] = [];
    for (let n = 1; n <= last; n += 1) {
      if (n % 3 !== 0) lots.push({ n, qty: 4n });
      else lots.shift();
    }
    const held = lots.reduce((sum, { qty }) => sum + qty, 0n);
    const found = await lotsAt(customer, after(last), held);
    expect(found).toMatchObject(
      lots.slice(0, limits.ledger.lotsShown).map(({ n, qty }) => ({
        ...{ qty, leavesQty: qty, leavesCost: qty * BigInt(n), openedAt: after(n) },
      })),
    );
    expect(found.length).toBe(Math.min(lots.length, limits.ledger.lotsShown));
  }
});

test('lots behind more fills than are gone through are refused', async () => {
  const customer = await trading.customer();
  const { pastLotsFills: most } = limits.ledger;
  await trades(customer, most + 200, '1');
  expect(await lotsAt(customer, after(most), BigInt(most))).toHaveLength(limits.ledger.lotsShown);
  await expect(lotsAt(customer, after(most + 1), BigInt(most + 1))).rejects.toMatchObject({
    ...{ code: 'BAD_USER_INPUT', message: expect.stringContaining('MSFT') },
  });
});

const fill = (n: number, more: Partial<BookedFill> = {}): BookedFill => ({
  ...{ id: `${n}`, side: 'BUY', kind: 'TRADE', qty: 10n, value: 100n, createdAt: after(n) },
  ...{ bustsId: null, correctsId: null },
  ...more,
});

/** The lots after these executions, which are given in the order in which they were booked. */
const lotsOf = (held: bigint, ...rows: BookedFill[]): string[] => {
  const found = createPastLots(held);
  for (const row of rows.toReversed()) found.older(row);
  expect(found.isComplete()).toBe(true);
  return found.oldestFirst().map(({ id, leavesQty, leavesCost }) => `${id}: ${leavesQty} for ${leavesCost}`);
};

test('a buy that was corrected twice has the place and the time of the first, and what was busted has none', () => {
  const corrected = [
    ...[fill(1), fill(2), fill(3)],
    ...[fill(4, { correctsId: '1', qty: 8n }), fill(5, { kind: 'BUST', bustsId: '1' })],
    ...[fill(6, { correctsId: '4', qty: 6n, value: 30n }), fill(7, { kind: 'BUST', bustsId: '4' })],
  ];
  expect(lotsOf(26n, ...corrected)).toEqual(['6: 6 for 30', '2: 10 for 100', '3: 10 for 100']);
  expect(lotsOf(22n, ...corrected)).toEqual(['6: 2 for 10', '2: 10 for 100', '3: 10 for 100']);
  const busted = fill(8, { kind: 'BUST', bustsId: '6' });
  expect(lotsOf(20n, ...corrected, busted)).toEqual(['2: 10 for 100', '3: 10 for 100']);
  expect(lotsOf(10n, fill(1), fill(2), fill(3, { kind: 'BUST', bustsId: '2' }))).toEqual(['1: 10 for 100']);
  const sold = [fill(1), fill(2), fill(3, { side: 'SELL', qty: 15n })];
  expect(lotsOf(5n, ...sold)).toEqual(['2: 5 for 50']);
  expect(lotsOf(20n, ...sold, fill(4, { side: 'SELL', kind: 'BUST', bustsId: '3' }))).toHaveLength(2);
});

import { afterEach, expect, test } from 'vitest';
import type { ExecutionRow } from '../../src/lane/rows.ts';
import { decideAmend } from '../../src/trades/decide-amend.ts';
import { buy, cash, checkWorlds, open, sell, trade, type World } from '../orders/settle/reported.ts';
import { at, balance } from '../support/books.ts';

afterEach(checkWorlds);

/** 100 bought at 50, unless it is said, with a fee of a hundredth; then busted, or corrected to this price. */
const amended = (
  world: World,
  price: bigint | null,
  qty = 100n,
  { booked = {}, covers = false }: { booked?: Partial<ExecutionRow>; covers?: boolean } = {},
) => {
  const { books, settle, rules, order } = open({ ...world, feeBps: 100n });
  settle(trade('one', 'BUY', qty, 50n));
  const { entries, postings, executions } = books.changes();
  const answer = decideAmend(books, at, {
    trade: {
      tradeId: executions[0]!.tradeId,
      entry: entries[0]!,
      lines: [...postings],
      executions: executions.map((row) => ({ ...row, ...booked })),
    },
    corrected: price === null ? null : { tradeId: 'corrected', price, qty, value: price * qty },
    ...{ reason: 'why', covers, field: 'tradeId', instrument: rules.instrumentOf(), rules, ids: rules.ids },
  });
  return {
    ...{ answer, order: order('one'), spent: order('one').filledValue, usd: books.balance('a', 'USD').posted },
    ...{ books, fees: order('one').fees },
    ...{ owed: books.balance('a', 'USD-OWED').posted, kinds: entries.map(({ kind }) => kind) },
  };
};

test('a correction takes the cash of an order by cash to its last unit, its fee included, and not one more', () => {
  const byCash = { type: 'MARKET', timeInForce: 'IOC', limitPrice: null, notional: 10_100n, worstPrice: 200n } as const;
  const bought = buy('one', { ...byCash, feeBps: 100, reserve: 10_100n });
  const world = { orders: [bought], balances: cash(10_100n, 10_100n) };
  expect(amended(world, 100n)).toMatchObject({ answer: { ok: true }, spent: 10_000n, usd: 0n });
  expect(amended(world, 101n)).toMatchObject({
    answer: { ok: false, failures: [{ code: 'INVALID_PRICE', field: ['price'], byState: true }] },
    ...{ spent: 5_000n, usd: 5_050n },
  });
});

test('what a bust gives back pays first what the account owes', () => {
  const bought = buy('one', { feeBps: 100, reserve: 10_100n });
  // The fill frees 5050 of the cash, which pay back a part at once.
  const world = { orders: [bought], balances: [...cash(10_100n, 10_100n), balance('a', 'USD-OWED', 9_000n)] };
  const { answer, owed, usd, kinds } = amended(world, null);
  expect(answer).toMatchObject({ ok: true });
  expect([owed, usd]).toEqual([0n, 1_100n]);
  expect(kinds).toEqual(['TRADE', 'REPAYMENT', 'REVERSAL', 'REPAYMENT']);
});

test('an order by cash that still works holds again what a bust gives back to it', () => {
  const byCash = { type: 'MARKET', limitPrice: null, notional: 10_100n, worstPrice: 100n } as const;
  const bought = buy('one', { ...byCash, feeBps: 100, reserve: 10_100n });
  const { order, usd } = amended({ orders: [bought], balances: cash(10_100n, 10_100n) }, null, 40n);
  expect(order).toMatchObject({ status: 'NEW', qty: 60n, filledQty: 0n, reserve: 10_100n });
  expect(usd).toBe(10_100n);
});

test.each([
  ['by the rate of the execution', {}],
  ['by its share of an execution of which no rate was kept', { feeBps: null }],
] as const)('the fee of a correction is rounded down, %s', (_, booked) => {
  const bought = buy('one', { feeBps: 100, reserve: 10_100n });
  const feeAt = (price: bigint): bigint =>
    amended({ orders: [bought], balances: cash(10_100n, 10_100n) }, price, 33n, { booked }).fees;
  // 16.5 was booked as 16. At 51 it is 16.83, or 16.32 as a share; at 56 it is 18.48, or 17.92.
  expect([feeAt(51n), feeAt(56n)]).toEqual([16n, 'feeBps' in booked ? 17n : 18n]);
});

test('what other orders hold is no part of the units that a side has to give back: the house sells it those', () => {
  const orders = [buy('one', { feeBps: 100, reserve: 10_100n }), sell('other', { qty: 60n, reserve: 60n })];
  const { answer, books } = amended({ orders, balances: cash(10_100n, 10_100n) }, null, 100n, { covers: true });
  expect(answer).toMatchObject({ ok: true });
  expect(books.balance('a', 'AAPL')).toMatchObject({ posted: 60n, held: 60n });
  expect(books.changes().newOrders).toMatchObject([{ side: 'BUY', qty: 60n, filledQty: 60n, filledValue: 3_000n }]);
  expect(books.order('other')).toMatchObject({ status: 'NEW', reserve: 60n });
});

test('cash that a side has not for what the trade was in truth is lent by the house, as far as it is missing', () => {
  const world = { orders: [buy('one', { feeBps: 100, reserve: 5_100n })], balances: cash(5_100n, 5_100n) };
  // 5050 of it were paid; at 60 it is 6060.
  const { answer, owed, usd, kinds } = amended(world, 60n, 100n, { covers: true });
  expect(answer).toMatchObject({ ok: true });
  expect([owed, usd]).toEqual([960n, 0n]);
  expect(kinds).toEqual(['TRADE', 'COVER', 'REVERSAL', 'TRADE']);
});

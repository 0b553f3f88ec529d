import { describe, expect, it } from 'vitest';
import type { OrderRow } from '../../src/lane/rows.ts';
import { budgetOf, feeOf, rateOf, reserveOf, worstRate } from '../../src/orders/risk.ts';
import { listed } from '../support/listed.ts';
import { orderRow } from '../support/order-row.ts';

/* What an order costs at most, to the last unit. */

const rates = { makerBps: 10n, takerBps: 20n };
/** An instrument whose values are price times quantity. */
const plain = listed('AAPL', { quoteScale: 8, priceScale: 2, baseScale: 6 });
const reserve = (more: Partial<OrderRow>): bigint => reserveOf(orderRow(more), plain, rates);

describe('a fee', () => {
  it('is rounded down', () => {
    expect([feeOf(9_999n, 1n), feeOf(10_000n, 1n), feeOf(19_999n, 1n)]).toEqual([0n, 1n, 1n]);
    expect([feeOf(10_000n, 20n), feeOf(4_999n, 20n), feeOf(10_000n, 0n)]).toEqual([20n, 9n, 0n]);
  });

  it('is that of the day for its side of the trade, and never above what the order was accepted with', () => {
    expect([rateOf(orderRow(), 'MAKER', rates), rateOf(orderRow(), 'TAKER', rates)]).toEqual([10n, 20n]);
    const cheap = orderRow({ feeBps: 15 });
    expect([rateOf(cheap, 'MAKER', rates), rateOf(cheap, 'TAKER', rates)]).toEqual([10n, 15n]);
    expect(rateOf(orderRow({ feeBps: 0 }), 'TAKER', rates)).toBe(0n);
    // Orders of a time when that was not kept hold for the worst rate of today.
    expect(rateOf(orderRow({ feeBps: null }), 'TAKER', rates)).toBe(20n);
  });

  it('is reckoned with at the higher of both rates', () => {
    expect([worstRate(rates), worstRate({ makerBps: 30n, takerBps: 20n })]).toEqual([20n, 30n]);
  });
});

describe('what an order keeps back', () => {
  it('is the value of what it leaves at its worst price, and the fee on that rounded up', () => {
    expect(reserve({ qty: 10_000n, worstPrice: 100n })).toBe(1_000_000n + 2_000n);
    expect(reserve({ qty: 1n, worstPrice: 1n })).toBe(1n + 1n);
    expect(reserve({ qty: 1n, worstPrice: 1n, feeBps: 0 })).toBe(1n);
    expect(reserve({ qty: 10_000n, filledQty: 9_000n, worstPrice: 100n })).toBe(100_000n + 200n);
  });

  it('is the units of a sell, whatever its price', () => {
    expect(reserve({ side: 'SELL', qty: 10n, filledQty: 3n })).toBe(7n);
  });

  it('is what is left of the cash of a buy by cash, and the units of a sell by cash', () => {
    const part = { notional: 1_000n, qty: 10n, filledQty: 3n, filledValue: 300n, fees: 2n };
    expect(reserve(part)).toBe(698n);
    expect(reserve({ ...part, side: 'SELL' })).toBe(7n);
  });

  it('is nothing once it is closed, and while it is held for its entry', () => {
    for (const status of ['FILLED', 'CANCELED', 'HELD'] as const) expect(reserve({ status })).toBe(0n);
    expect(reserve({ qty: 10n, filledQty: 10n })).toBe(0n);
    expect(reserve({ status: 'FILLED', notional: 1_000n })).toBe(0n);
  });

  it('is while a replacement is pending the larger of what the old order and the new one need', () => {
    const asked = (qtyChange: string, worstPrice: string): bigint =>
      reserve({
        ...{ qty: 10_000n, filledQty: 5_000n, worstPrice: 100n, feeBps: 0, status: 'PENDING_REPLACE' },
        replacement: { newOrderId: 'n', clientOrderId: 'n', qtyChange, worstPrice, limitPrice: null, stopPrice: null },
      });
    expect(asked('0', '99')).toBe(500_000n);
    expect(asked('0', '101')).toBe(505_000n);
    expect(asked('1000', '100')).toBe(600_000n);
    expect(asked('-1000', '100')).toBe(500_000n);
    expect(asked('-4000', '1000')).toBe(1_000_000n);
    // Nothing of the new order would be left.
    expect(asked('-5000', '1000')).toBe(500_000n);
    expect(asked('-6000', '-1000')).toBe(500_000n);
  });
});

describe('what a buy by cash may spend on units', () => {
  it('leaves room for the fee on it, and is less by what it spent', () => {
    const buy = { side: 'BUY', notional: 1_002n, filledValue: 0n, feeBps: 20 } as const;
    expect(budgetOf(buy, rates)).toBe(1_000n);
    expect(budgetOf({ ...buy, filledValue: 300n }, rates)).toBe(700n);
    expect(budgetOf({ ...buy, feeBps: null }, { makerBps: 0n, takerBps: 0n })).toBe(1_002n);
    expect(budgetOf({ ...buy, notional: 1_001n }, rates)).toBe(999n);
  });

  it('bounds no sell and no order by quantity', () => {
    const sell = { side: 'SELL', notional: 1_002n, filledValue: 0n, feeBps: 20 } as const;
    expect([budgetOf(sell, rates), budgetOf({ ...sell, side: 'BUY', notional: null }, rates)]).toEqual([null, null]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDecimal } from '../../src/kernel/decimal.ts';
import { checkPrice, checkQty, collarPrice, type Instrument, tradeValue } from '../../src/market/instrument.ts';
import { allListed, listed } from '../support/listed.ts';

const coarse = listed('AAPL', { tickSize: 5n, lotSize: 100n });
const instrument: fc.Arbitrary<Instrument> = fc.constantFrom(...allListed(), coarse);

/** A decimal's digits and how many of them are behind the point: multiplication by hand, without any scale of ours. */
const parts = (text: string): [bigint, number] => [
  BigInt(text.replace('.', '')),
  text.includes('.') ? text.length - text.indexOf('.') - 1 : 0,
];

describe('the rules of an instrument', () => {
  it('value a trade exactly', () => {
    const amount = fc.bigInt(1n, 2n ** 63n - 1n);
    fc.assert(
      fc.property(instrument, amount, amount, (traded, price, qty) => {
        const [a, aDecimals] = parts(formatDecimal(price, traded.priceScale));
        const [b, bDecimals] = parts(formatDecimal(qty, traded.baseScale));
        const [value, decimals] = parts(formatDecimal(tradeValue(traded, price, qty), traded.quoteScale));
        expect(value * 10n ** BigInt(aDecimals + bDecimals)).toBe(a * b * 10n ** BigInt(decimals));
      }),
    );
  });

  it('name tick and lot when a price or quantity is not a multiple', () => {
    expect(checkPrice(coarse, 10n, 'limitPrice')).toBeUndefined();
    expect(checkPrice(coarse, 11n, 'limitPrice')).toEqual({
      code: 'INVALID_PRICE',
      message: 'The price of AAPL must be a multiple of its tick 0.05.',
      field: ['limitPrice'],
    });
    expect(checkQty(coarse, 200n)).toBeUndefined();
    expect(checkQty(coarse, 150n)).toEqual({
      code: 'INVALID_QUANTITY',
      message: 'The quantity of AAPL must be a multiple of its lot 0.01.',
    });
  });

  it('take no price or quantity that is not positive', () => {
    for (const units of [0n, -100n]) {
      expect(checkPrice(coarse, units)?.message).toBe('The price must be positive.');
      expect(checkQty(coarse, units)?.message).toBe('The quantity must be positive.');
    }
  });

  it('let a market order go as far as the collar and less than a tick further', () => {
    fc.assert(
      fc.property(instrument, fc.bigInt(1n, 10n ** 12n), (traded, ticks) => {
        const { tickSize } = traded;
        const far = ticks * tickSize;
        const quote = { bid: far, ask: far };
        const [buy, sell] = [collarPrice(traded, 'BUY', quote)!, collarPrice(traded, 'SELL', quote)!];
        const [high, low] = [far * (10_000n + BigInt(traded.collarBps)), far * (10_000n - BigInt(traded.collarBps))];
        expect([buy % tickSize, sell % tickSize]).toEqual([0n, 0n]);
        expect(buy * 10_000n >= high && (buy - tickSize) * 10_000n < high).toBe(true);
        expect(sell === tickSize || (sell * 10_000n <= low && (sell + tickSize) * 10_000n > low)).toBe(true);
      }),
    );
  });

  it('give a market order no price where nothing is offered', () => {
    expect(collarPrice(coarse, 'BUY', { bid: 100n, ask: null })).toBeUndefined();
    expect(collarPrice(coarse, 'SELL', { bid: null, ask: 100n })).toBeUndefined();
    expect(collarPrice(coarse, 'SELL', { bid: 5n, ask: null })).toBe(5n);
  });
});

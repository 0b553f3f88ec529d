import { describe, expect, it } from 'vitest';
import { MAX_UNITS } from '../../src/kernel/decimal.ts';
import type { NewOrder } from '../../src/orders/input.ts';
import { termsOf, trailOf } from '../../src/orders/terms.ts';
import type { Quote } from '../../src/venues/venue.ts';
import { at } from '../support/books.ts';
import { listed } from '../support/listed.ts';

/* What the market makes of an order in the moment in which it is placed. */

const instrument = listed('AAPL', {
  ...{ tickSize: 5n, lotSize: 10n, collarBps: 1_000, quoteScale: 9, priceScale: 2, baseScale: 6 },
});
const rates = { makerBps: 10n, takerBps: 20n };
const quote = (more: Partial<Quote> = {}): Quote => ({
  ...{ symbol: 'AAPL', bid: 1_000n, ask: 2_000n, bidSize: 1n, askSize: 1n, last: null, at },
  ...more,
});
const market: NewOrder = {
  ...{ accountId: 'a', symbol: 'AAPL', side: 'BUY', type: 'MARKET', timeInForce: 'IOC', qty: 30n, notional: null },
  ...{ limitPrice: null, stopPrice: null, trailPrice: null, trailBps: null, postOnly: false, expiresAt: null },
  ...{ clientOrderId: null, fingerprint: '' },
};
const terms = (more: Partial<NewOrder>, now: Quote | null = quote()) =>
  termsOf({ ...market, ...more }, instrument, now ?? undefined, rates);
const none = { stopPrice: null, trailPeak: null };
const noMarket = { code: 'NO_MARKET', message: 'There is no price for the order in AAPL now.', field: ['symbol'] };

describe('the worst price of an order', () => {
  it('is the limit where it has one', () => {
    expect(terms({ type: 'LIMIT', limitPrice: 1_005n }, null)).toEqual({ qty: 30n, worstPrice: 1_005n, ...none });
    expect(terms({ type: 'STOP_LIMIT', limitPrice: 1_005n, stopPrice: 900n }, null)).toEqual({
      ...{ qty: 30n, worstPrice: 1_005n, stopPrice: 900n, trailPeak: null },
    });
  });

  it('is the far side of the market with the collar, and of a stop its own price with the collar', () => {
    expect(terms({})).toEqual({ qty: 30n, worstPrice: 2_200n, ...none });
    expect(terms({ side: 'SELL' })).toEqual({ qty: 30n, worstPrice: 900n, ...none });
    const stop = { type: 'STOP', stopPrice: 3_000n } as const;
    expect(terms(stop, null)).toMatchObject({ worstPrice: 3_300n, stopPrice: 3_000n, trailPeak: null });
    expect(terms({ ...stop, side: 'SELL' }, null)).toMatchObject({ worstPrice: 2_700n });
  });

  it('is not known where nothing is offered', () => {
    expect(terms({}, null)).toEqual(noMarket);
    expect(terms({}, quote({ ask: null }))).toEqual(noMarket);
    expect(terms({ side: 'SELL' }, quote({ ask: null }))).toMatchObject({ worstPrice: 900n });
  });

  it('is at most the largest price there is', () => {
    const stop = (stopPrice: bigint) => terms({ type: 'STOP', stopPrice });
    expect(stop(MAX_UNITS)).toEqual({
      ...{ code: 'INVALID_PRICE', message: 'The price is out of range.', field: ['stopPrice'], byState: true },
    });
    const trailing = (more: Partial<NewOrder>) =>
      terms({ type: 'TRAILING_STOP', ...more }, quote({ last: MAX_UNITS - (MAX_UNITS % 5n) - 10n }));
    expect(trailing({ trailPrice: 5n })).toMatchObject({ code: 'INVALID_PRICE', field: ['trailPrice'] });
    expect(trailing({ trailBps: 1 })).toMatchObject({ code: 'INVALID_PRICE', field: ['trailPercent'] });
    expect(terms({ type: 'LIMIT', limitPrice: MAX_UNITS })).toMatchObject({ worstPrice: MAX_UNITS });
  });
});

describe('a trailing stop', () => {
  const trailing = { type: 'TRAILING_STOP', trailPrice: 100n } as const;

  it('begins at the last trade, else at the price at which it would trade', () => {
    expect(terms(trailing, quote({ last: 1_500n }))).toMatchObject({ stopPrice: 1_600n, trailPeak: 1_500n });
    expect(terms(trailing)).toMatchObject({ stopPrice: 2_100n, trailPeak: 2_000n });
    expect(terms({ ...trailing, side: 'SELL' })).toMatchObject({ stopPrice: 900n, trailPeak: 1_000n });
    expect(terms(trailing, quote({ ask: null }))).toEqual(noMarket);
    expect(terms({ ...trailing, side: 'SELL' }, quote({ bid: null }))).toEqual(noMarket);
    for (const side of ['BUY', 'SELL'] as const) expect(terms({ ...trailing, side }, null)).toEqual(noMarket);
  });

  it('follows by its price or its percent, and needs one of them', () => {
    expect(trailOf({ trailPrice: 100n, trailBps: null })).toEqual({ price: 100n });
    expect(trailOf({ trailPrice: null, trailBps: 50 })).toEqual({ bps: 50 });
    expect(trailOf({ trailPrice: null, trailBps: null })).toBeNull();
    expect(() => terms({ type: 'TRAILING_STOP' })).toThrow('a trailing stop without its distance');
  });

  it('is not wider than the price', () => {
    const wide = (trailPrice: bigint) => terms({ ...trailing, side: 'SELL', trailPrice });
    expect(wide(999n)).toMatchObject({ stopPrice: 1n });
    expect(wide(1_000n)).toEqual({
      ...{ code: 'INVALID_PRICE', message: 'The trail is wider than the price.', field: ['trailPrice'], byState: true },
    });
  });
});

describe('an order by cash', () => {
  const byCash = (notional: bigint, more: Partial<NewOrder> = {}) => terms({ qty: null, notional, ...more });

  it('buys whole lots at the best price, for what is left when the fee is taken off', () => {
    // A lot costs 10 × 2000 × 10.
    expect(byCash(200_400n)).toMatchObject({ qty: 10n });
    expect(byCash(400_799n)).toMatchObject({ qty: 10n });
    expect(byCash(400_800n)).toMatchObject({ qty: 20n });
  });

  it('sells whole lots at the best price, with no regard to fees', () => {
    expect(byCash(200_000n, { side: 'SELL' })).toMatchObject({ qty: 20n });
    expect(byCash(199_999n, { side: 'SELL' })).toMatchObject({ qty: 10n });
  });

  it('that does not pay for one lot, or finds no price, is refused', () => {
    const small = { code: 'INVALID_AMOUNT', message: 'notional does not pay for one lot.', field: ['notional'] };
    expect(byCash(200_399n)).toEqual({ ...small, byState: true });
    for (const side of ['BUY', 'SELL'] as const) {
      expect(terms({ side, qty: null, notional: 1n }, null)).toEqual(noMarket);
    }
    expect(terms({ qty: null, notional: 1n }, quote({ ask: null }))).toEqual(noMarket);
  });
});

import type { OrderSide } from '../../database/generated/enums.ts';
import { tenTo } from '../../kernel/decimal.ts';
import type { Instrument } from '../../market/instrument.ts';
import { createRandom } from './random.ts';

export interface MakerQuote {
  side: OrderSide;
  price: bigint;
  qty: bigint;
}

export interface Maker {
  /** Moves the reference price one step and answers the quotes around it: both sides, never crossing each other. */
  next(): MakerQuote[];
  /** The reference price of the last step, on a tick: between the best bid and the best ask of its quotes. */
  reference(): bigint;
}

/** Seven doublings from 25,000 to 1,600,000 of the quote currency: an order of 100,000 takes three levels. */
const LEVELS = 7;
const FIRST_LEVEL_VALUE = 25_000n;
const HALF_SPREAD_BPS = 2n;
const LEVEL_STEP_BPS = 3n;
const BPS = 10_000n;
/** Up to 2 bps a step, pulled back by 2^-14 of the distance: about 1 % of standing deviation from the reference. */
const STEP_BPS = 2n;
const PULL_BITS = 14n;
/** The walk is kept this much finer than a price unit, or small moves of a cheap coin would all round to nothing. */
const FINE_BITS = 20n;

const larger = (one: bigint, other: bigint): bigint => {
  if (one >= other) return one;
  return other;
};

const clamp = (value: bigint, low: bigint, high: bigint): bigint => {
  if (value < low) return low;
  return value > high ? high : value;
};

/**
 * A market maker around a reference price that walks at random, never further than half or twice the instrument's own
 * reference. Integers only; the seed and the symbol fix every quote it will ever make.
 */
export const createMaker = (options: { instrument: Instrument; seed: number; start: bigint }): Maker => {
  const { instrument, seed, start } = options;
  const { tickSize, lotSize } = instrument;
  const random = createRandom(seed, instrument.symbol);
  const anchor = instrument.referencePrice << FINE_BITS;
  /** Units of the quote asset per price unit and base unit. */
  const unitValue = tenTo(instrument.quoteScale - instrument.priceScale - instrument.baseScale);
  let reference = clamp(start << FINE_BITS, anchor / 2n, anchor * 2n);

  const step = (): void => {
    const reach = (reference * STEP_BPS) / BPS;
    const moved = reference + random(2n * reach + 1n) - reach + (anchor - reference) / (1n << PULL_BITS);
    reference = clamp(moved, anchor / 2n, anchor * 2n);
  };

  /** Between three quarters and five quarters of the level's value, in whole lots. */
  const sizeAt = (level: number, price: bigint): bigint => {
    const value = FIRST_LEVEL_VALUE * tenTo(instrument.quoteScale) * (1n << BigInt(level));
    const lots = (value * (75n + random(51n))) / (100n * price * unitValue * lotSize);
    return larger(lots, 1n) * lotSize;
  };

  const quotesAt = (level: number, middle: bigint): MakerQuote[] => {
    const first = larger((middle * HALF_SPREAD_BPS) / BPS, tickSize);
    const distance = first + BigInt(level) * larger((middle * LEVEL_STEP_BPS) / BPS, tickSize);
    const bid = ((middle - distance) / tickSize) * tickSize;
    const ask = ((middle + distance + tickSize - 1n) / tickSize) * tickSize;
    const quotes: MakerQuote[] = [{ side: 'SELL', price: ask, qty: sizeAt(level, ask) }];
    if (bid > 0n) quotes.push({ side: 'BUY', price: bid, qty: sizeAt(level, bid) });
    return quotes;
  };

  return {
    next: () => {
      step();
      const middle = reference >> FINE_BITS;
      return Array.from({ length: LEVELS }, (_, level) => quotesAt(level, middle)).flat();
    },
    reference: () => larger(((reference >> FINE_BITS) / tickSize) * tickSize, tickSize),
  };
};

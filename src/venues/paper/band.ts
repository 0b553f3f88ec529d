import { collarPrice, type Instrument } from '../../market/instrument.ts';

/**
 * What the makers take the market for, and how far from it a trade still says what the market is: as far as an order without a limit
 * may trade. Two customers who trade at a cent have not moved the market, so nobody's stops are sold for it. Exchanges bound
 * trades themselves like that (limit up, limit down); here only what follows from them is bounded.
 */
export interface Band {
  /** Null while the makers do not quote: then nobody knows better than the trades. */
  reference(): bigint | null;
  set(reference: bigint | null): void;
  has(price: bigint): boolean;
}

export const createBand = (terms: Pick<Instrument, 'tickSize' | 'collarBps'>): Band => {
  let middle: bigint | null = null;
  let low = 0n;
  let high = 0n;
  return {
    reference: () => middle,
    set: (reference) => {
      middle = reference;
      const near = { bid: reference, ask: reference };
      low = collarPrice(terms, 'SELL', near) ?? 0n;
      high = collarPrice(terms, 'BUY', near) ?? 0n;
    },
    has: (price) => middle === null || (price >= low && price <= high),
  };
};

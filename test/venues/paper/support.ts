import type { Ids } from '../../../src/kernel/ids.ts';
import { type BookOptions, createBook } from '../../../src/venues/paper/book.ts';
import type { VenueOrder } from '../../../src/venues/venue.ts';

export const countingIds = (): Ids => {
  let count = 0;
  return {
    next: () => {
      count += 1;
      return `id-${count}`;
    },
  };
};

/** A book in which a lot and a unit of value are 1. */
export const bookOf = (options: Partial<BookOptions> = {}) =>
  createBook({ lotSize: 1n, unitValue: 1n, groupTraded: () => {}, ...options });

/** A buy of 10 at 100 by an account that is named like the order. */
export const venueOrder = (orderId: string, more: Partial<VenueOrder> = {}): VenueOrder => ({
  orderId,
  accountId: `account-${orderId}`,
  symbol: 'AAPL',
  side: 'BUY',
  type: 'LIMIT',
  timeInForce: 'GTC',
  leavesQty: 10n,
  worstPrice: 100n,
  stopPrice: null,
  trail: null,
  trailPeak: null,
  triggered: false,
  postOnly: false,
  budget: null,
  group: null,
  place: null,
  ...more,
});

export const asText = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? `${part}n` : part));

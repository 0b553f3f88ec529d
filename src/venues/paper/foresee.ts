import type { Foreseen, VenueOrder } from '../venue.ts';
import type { Book, BookOrder } from './book.ts';
import { canWait, isStop, type Listing, peakOf, trailedTo } from './floor.ts';
import { createStops, reached } from './stops.ts';

/** What the market in an instrument is at this moment. */
export interface Scene {
  book: Pick<Book, 'best' | 'preview'>;
  last: bigint | null;
  /** What the makers take the market for. */
  reference: bigint | null;
  listing: Listing;
  /** Why nothing may trade now. */
  obstacle: string | undefined;
}

type Name = Pick<VenueOrder, 'orderId' | 'accountId' | 'symbol'>;

const meet = (book: Scene['book'], order: BookOrder, name: Name): Foreseen[] => {
  const { fills, ended } = book.preview(order);
  const trades = fills.map((fill): Foreseen => ({ kind: 'TRADE', ...fill }));
  if (ended === null) return trades;
  return [...trades, ended === 'SPENT' ? { kind: 'SPENT', ...name } : { kind: 'CANCELED', ...name, reason: ended }];
};

/** What a desk would say of an order if it came now; nothing changes. What its trades lead to for others is left out. */
export const foresee = (order: VenueOrder, { book, last, reference, listing, obstacle }: Scene): Foreseen[] => {
  const { orderId, accountId, symbol } = order;
  const name = { orderId, accountId, symbol };
  const canceled = (reason: string): Foreseen => ({ kind: 'CANCELED', ...name, reason });
  if (obstacle !== undefined && canWait(order)) return [{ kind: 'DEFERRED', ...name, reason: obstacle }];
  const said: Foreseen[] = [{ kind: 'ACKNOWLEDGED', ...name }];
  if (obstacle !== undefined) return [...said, canceled(obstacle)];
  if (!isStop(order)) return [...said, ...meet(book, order, name)];
  const peak = order.trail === null ? null : peakOf(order, last);
  if (order.trail !== null && peak === null) return [...said, canceled('NO_MARKET')];
  // It waits where no other stop does: what it will be is the same.
  const stops = createStops(listing);
  const stop = stops.add(order, peak);
  if (stop.level.price !== order.stopPrice) said.push({ kind: 'TRAILED', ...name, ...trailedTo(stop) });
  if (last === null || stops.take(last) === undefined) return said;
  return [
    ...said,
    { kind: 'TRIGGERED', ...name },
    ...meet(book, reached(listing, stop.order, { book, reference }), name),
  ];
};

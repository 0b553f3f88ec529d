import { collarPrice, type Instrument } from '../../market/instrument.ts';
import { isBetterPeak, tighter, trailedStop } from '../trail.ts';
import type { VenueOrder } from '../venue.ts';
import type { Book } from './book.ts';
import { createLadder, type Ladder, type Queued } from './ladder.ts';

/** A stop that waits for its price; its level in the ladder is its stop price. */
export interface Stop extends Queued<Stop> {
  order: VenueOrder;
  /** A trailing stop's place among those that follow the market; the level is its peak. */
  peak: Peak | undefined;
}

interface Peak extends Queued<Peak> {
  stop: Stop;
}

export interface Stops {
  size(): number;
  find(orderId: string): Stop | undefined;
  /** `peak` for a trailing stop only; its stop price follows from it. */
  add(order: VenueOrder, peak: bigint | null): Stop;
  remove(stop: Stop): void;
  /** Where a stop would wait as this order: a trailing one, of another distance, from the peak that it has had. */
  priceAs(stop: Stop, order: VenueOrder): bigint;
  /** Puts another order, that waits for the same price and has no more quantity, in a stop's place. */
  renew(stop: Stop, order: VenueOrder): void;
  /** Lets the trailing stops follow the market; answers those whose stop price moved. */
  follow(mark: bigint): Stop[];
  /** Takes out the first stop that the market has reached: the first on its way, then the one that came to that price first. */
  take(mark: bigint): Stop | undefined;
}

export type StopTerms = Pick<Instrument, 'tickSize' | 'collarBps'>;

const sides = ['BUY', 'SELL'] as const;

/** The order with the collar of where its stop stands now: what a buy, whose hold follows it, never pays more than. */
const collared = (terms: StopTerms, order: VenueOrder, stopPrice: bigint): VenueOrder => {
  const collar = collarPrice(terms, order.side, { bid: stopPrice, ask: stopPrice });
  return collar === undefined ? order : { ...order, worstPrice: tighter(order.side, collar, order.worstPrice) };
};

/** The same for an order that says itself where its stop stands: it has its collar already when that is so. */
const collaredUnless = (terms: StopTerms, order: VenueOrder, stopPrice: bigint): VenueOrder =>
  stopPrice === order.stopPrice ? order : collared(terms, order, stopPrice);

/**
 * A stop that was reached, as it meets the book. Without a limit it is a market order of this moment, so its collar is measured from
 * what the market is now: the makers' reference, which no customer moves, and where nobody says what that is, the best price. So a sale
 * that the market has gapped past still sells, and nobody else's bid for a cent is a market. A buy pays besides no more than it was to
 * cost where its stop stood, because that is what it holds. With nobody on the other side there is nothing to measure from.
 */
export const reached = (
  terms: StopTerms,
  order: VenueOrder,
  { book, reference }: { book: Pick<Book, 'best'>; reference: bigint | null },
): VenueOrder => {
  if (order.type === 'STOP_LIMIT') return order;
  const { side } = order;
  const far = reference ?? book.best(side === 'BUY' ? 'SELL' : 'BUY')?.price ?? null;
  const collar = collarPrice(terms, side, { bid: far, ask: far });
  if (collar === undefined) return order;
  return { ...order, worstPrice: side === 'BUY' ? tighter(side, collar, order.worstPrice) : collar };
};

/** The stops of one instrument. A mark costs no more than what it moves or triggers, however many wait. */
export const createStops = (terms: StopTerms): Stops => {
  const { tickSize } = terms;
  const byId = new Map<string, Stop>();
  /** A rising market meets the lowest of the buys first, a falling one the highest of the sells. */
  const waiting: Record<VenueOrder['side'], Ladder<Stop>> = { BUY: createLadder('SELL'), SELL: createLadder('BUY') };
  /** The first is the one that a mark improves first: the highest low of the buys, the lowest high of the sells. */
  const peaks: Record<VenueOrder['side'], Ladder<Peak>> = { BUY: createLadder('BUY'), SELL: createLadder('SELL') };

  const queue = (stop: Stop, stopPrice: bigint): void => {
    const ladder = waiting[stop.order.side];
    stop.level = ladder.levelAt(stopPrice);
    ladder.append(stop);
  };

  const trailAt = (stop: Stop, price: bigint): void => {
    const ladder = peaks[stop.order.side];
    // A ladder keeps what has a quantity; of a peak, only its place counts.
    stop.peak = { stop, leavesQty: 1n, level: ladder.levelAt(price), previous: undefined, next: undefined };
    ladder.append(stop.peak);
  };

  const stopAt = ({ side, trail, stopPrice }: VenueOrder, peak: bigint | null): bigint => {
    if (trail !== null && peak !== null) return trailedStop(side, trail, peak, tickSize);
    if (stopPrice === null) throw new Error('a stop has a stop price or a trail with a peak');
    return stopPrice;
  };

  const remove = (stop: Stop): void => {
    const { orderId, side } = stop.order;
    byId.delete(orderId);
    waiting[side].remove(stop);
    if (stop.peak !== undefined) peaks[side].remove(stop.peak);
  };

  const improved = (side: VenueOrder['side'], mark: bigint): Stop[] => {
    const found: Stop[] = [];
    for (;;) {
      const level = peaks[side].level(0);
      if (level?.first === undefined || !isBetterPeak(side, mark, level.price)) return found;
      found.push(level.first.stop);
      peaks[side].remove(level.first);
    }
  };

  return {
    size: () => byId.size,
    find: (orderId) => byId.get(orderId),
    add: (order, peak) => {
      const stopPrice = stopAt(order, peak);
      const level = waiting[order.side].levelAt(stopPrice);
      const { leavesQty } = order;
      const own = collaredUnless(terms, order, stopPrice);
      const stop: Stop = { order: own, leavesQty, level, peak: undefined, previous: undefined, next: undefined };
      waiting[order.side].append(stop);
      if (order.trail !== null && peak !== null) trailAt(stop, peak);
      byId.set(order.orderId, stop);
      return stop;
    },
    remove,
    priceAs: ({ peak }, order) => stopAt(order, peak?.level.price ?? null),
    renew: (stop, order) => {
      byId.delete(stop.order.orderId);
      byId.set(order.orderId, stop);
      waiting[order.side].reduce(stop, stop.leavesQty - order.leavesQty);
      stop.order = collaredUnless(terms, order, stop.level.price);
    },
    follow: (mark) =>
      sides.flatMap((side) =>
        improved(side, mark).filter((stop) => {
          trailAt(stop, mark);
          const stopPrice = stopAt(stop.order, mark);
          if (stopPrice === stop.level.price) return false;
          waiting[side].remove(stop);
          queue(stop, stopPrice);
          stop.order = collared(terms, stop.order, stopPrice);
          return true;
        }),
      ),
    take: (mark) => {
      const [buy, sell] = [waiting.BUY.level(0), waiting.SELL.level(0)];
      const isReached = buy !== undefined && buy.price <= mark;
      const stop = isReached ? buy.first : sell !== undefined && sell.price >= mark ? sell.first : undefined;
      if (stop !== undefined) remove(stop);
      return stop;
    },
  };
};

import type { VenueOrder } from '../venue.ts';
import { createSide, type Resting, type Side } from './side.ts';

/** What the book needs of an order; a maker's quote has no account. */
export type BookOrder = Pick<VenueOrder, 'orderId' | 'side' | 'type' | 'timeInForce' | 'leavesQty' | 'worstPrice'> & {
  accountId: string | null;
};

/** A trade at the resting order's price. */
export interface Fill {
  price: bigint;
  qty: bigint;
  orderId: string;
  accountId: string | null;
}

/** Why the book itself ended what an order had left. */
export type EndReason = 'IOC_REMAINDER' | 'FOK_NOT_FILLABLE' | 'NO_LIQUIDITY_WITHIN_COLLAR' | 'SELF_TRADE_PREVENTION';

export interface Outcome {
  fills: Fill[];
  ended: EndReason | null;
}

export interface DepthLevel {
  price: bigint;
  qty: bigint;
}

export interface Book {
  add(order: BookOrder): Outcome;
  /** False when nothing with this id rests here. */
  cancel(orderId: string): boolean;
  /** Gives a resting order another id and no more quantity than it has; it keeps its place. */
  shrink(orderId: string, newOrderId: string, leavesQty: bigint): void;
  /** The order as it rests, if it does. */
  find(orderId: string): Readonly<Resting> | undefined;
  best(side: VenueOrder['side']): Readonly<DepthLevel> | undefined;
  depth(side: VenueOrder['side'], levels: number): DepthLevel[];
}

const opposite = { BUY: 'SELL', SELL: 'BUY' } as const;

const reaches = (order: BookOrder, price: bigint): boolean =>
  order.side === 'BUY' ? price <= order.worstPrice : price >= order.worstPrice;

const isOwn = (order: BookOrder, resting: Resting): boolean =>
  order.accountId !== null && order.accountId === resting.accountId;

/** Whether the whole order can trade at once; an own order in the way would stop it, so it counts as not. */
const isFillable = (order: BookOrder, against: Side): boolean => {
  let leaves = order.leavesQty;
  for (let rank = 0, level = against.level(0); level !== undefined; rank += 1, level = against.level(rank)) {
    if (!reaches(order, level.price)) return false;
    for (let resting = level.first; resting !== undefined; resting = resting.next) {
      if (isOwn(order, resting)) return false;
      leaves -= resting.leavesQty;
      if (leaves <= 0n) return true;
    }
  }
  return false;
};

/** What becomes of a rest that nothing in the book meets. */
const endOfRest = (order: BookOrder): EndReason | null => {
  if (order.type === 'MARKET') return 'NO_LIQUIDITY_WITHIN_COLLAR';
  return order.timeInForce === 'IOC' ? 'IOC_REMAINDER' : null;
};

/**
 * A limit order book of one instrument with price-time priority. It is a pure state machine: no clock, no randomness,
 * no ids of its own. Quantities and prices stay `bigint` throughout, because the orders come and the fills go as such:
 * the same code on numbers, which would need checks and conversions besides, measured at most a sixth faster.
 */
export const createBook = (): Book => {
  const sides: Record<VenueOrder['side'], Side> = {
    BUY: createSide('BUY'),
    SELL: createSide('SELL'),
  };
  const resting = new Map<string, Resting>();

  const match = (order: BookOrder, against: Side): Outcome & { leavesQty: bigint } => {
    const fills: Fill[] = [];
    let leavesQty = order.leavesQty;
    while (leavesQty > 0n) {
      const maker = against.level(0)?.first;
      if (maker === undefined || !reaches(order, maker.level.price))
        return { fills, leavesQty, ended: endOfRest(order) };
      if (isOwn(order, maker)) return { fills, leavesQty, ended: 'SELF_TRADE_PREVENTION' };
      const takesAll = maker.leavesQty <= leavesQty;
      const qty = takesAll ? maker.leavesQty : leavesQty;
      fills.push({ price: maker.level.price, qty, orderId: maker.orderId, accountId: maker.accountId });
      leavesQty -= qty;
      against.reduce(maker, qty);
      if (takesAll) resting.delete(maker.orderId);
    }
    return { fills, leavesQty, ended: null };
  };

  return {
    add: (order) => {
      const against = sides[opposite[order.side]];
      if (order.timeInForce === 'FOK' && !isFillable(order, against)) return { fills: [], ended: 'FOK_NOT_FILLABLE' };
      const { fills, leavesQty, ended } = match(order, against);
      if (leavesQty > 0n && ended === null) {
        const { orderId, accountId, worstPrice, side } = order;
        resting.set(orderId, sides[side].append(orderId, accountId, worstPrice, leavesQty));
      }
      return { fills, ended };
    },
    cancel: (orderId) => {
      const found = resting.get(orderId);
      if (found === undefined) return false;
      resting.delete(orderId);
      sides[found.side].reduce(found, found.leavesQty);
      return true;
    },
    shrink: (orderId, newOrderId, leavesQty) => {
      const found = resting.get(orderId);
      if (found === undefined || leavesQty > found.leavesQty)
        throw new Error('an order in the book cannot grow in place');
      resting.delete(orderId);
      found.orderId = newOrderId;
      resting.set(newOrderId, found);
      sides[found.side].reduce(found, found.leavesQty - leavesQty);
    },
    find: (orderId) => resting.get(orderId),
    best: (side) => sides[side].level(0),
    depth: (side, count) => {
      const levels: DepthLevel[] = [];
      for (let rank = 0; rank < count; rank += 1) {
        const level = sides[side].level(rank);
        if (level === undefined) break;
        levels.push({ price: level.price, qty: level.qty });
      }
      return levels;
    },
  };
};

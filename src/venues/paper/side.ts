import type { OrderSide } from '../../database/generated/enums.ts';

/** An order, or a maker's quote, in the book. The links make it a member of its level's queue. */
export interface Resting {
  orderId: string;
  /** null: one of the venue's own makers. */
  readonly accountId: string | null;
  readonly side: OrderSide;
  readonly level: Level;
  leavesQty: bigint;
  previous: Resting | undefined;
  next: Resting | undefined;
}

/** All that rests at one price, first come first. */
export interface Level {
  readonly price: bigint;
  qty: bigint;
  first: Resting | undefined;
  last: Resting | undefined;
}

export interface Side {
  /** The level with this rank: the best is 0. */
  level(rank: number): Level | undefined;
  append(orderId: string, accountId: string | null, price: bigint, qty: bigint): Resting;
  /** Takes quantity off an order; at zero it leaves the queue, and an empty level leaves the side. */
  reduce(order: Resting, qty: bigint): void;
}

const isHigher = (price: bigint, than: bigint): boolean => price > than;
const isLower = (price: bigint, than: bigint): boolean => price < than;

/**
 * Levels lie in one array from the worst to the best price: the best is its end, and since most orders arrive near the
 * best, inserting a level seldom moves more than a few others.
 */
export const createSide = (side: OrderSide): Side => {
  const better = side === 'BUY' ? isHigher : isLower;
  const levels: Level[] = [];

  /** The first level whose price is not worse than this one. */
  const indexOf = (price: bigint): number => {
    let low = 0;
    let high = levels.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (better(price, levels[middle]!.price)) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  const levelAt = (price: bigint): Level => {
    const index = indexOf(price);
    const found = levels[index];
    if (found?.price === price) return found;
    const level: Level = { price, qty: 0n, first: undefined, last: undefined };
    levels.splice(index, 0, level);
    return level;
  };

  const unlink = (order: Resting): void => {
    const { level, previous, next } = order;
    if (previous === undefined) level.first = next;
    else previous.next = next;
    if (next === undefined) level.last = previous;
    else next.previous = previous;
    if (level.first !== undefined) return;
    if (levels.at(-1) === level) levels.pop();
    else levels.splice(indexOf(level.price), 1);
  };

  return {
    level: (rank) => levels[levels.length - 1 - rank],
    append: (orderId, accountId, price, qty) => {
      const level = levelAt(price);
      const order: Resting = { orderId, accountId, side, level, leavesQty: qty, previous: level.last, next: undefined };
      if (level.last === undefined) level.first = order;
      else level.last.next = order;
      level.last = order;
      level.qty += qty;
      return order;
    },
    reduce: (order, qty) => {
      order.leavesQty -= qty;
      order.level.qty -= qty;
      if (order.leavesQty === 0n) unlink(order);
    },
  };
};

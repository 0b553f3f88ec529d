import type { OrderSide } from '../../database/generated/enums.ts';

/** What waits at a price. The links make it a member of its level's queue. */
export interface Queued<T> {
  leavesQty: bigint;
  level: Level<T>;
  previous: T | undefined;
  next: T | undefined;
}

/** All that waits at one price, first come first. */
export interface Level<T> {
  readonly price: bigint;
  qty: bigint;
  first: T | undefined;
  last: T | undefined;
}

export interface Ladder<T> {
  /** The level with this rank: the best is 0. */
  level(rank: number): Level<T> | undefined;
  /** The level of a price, for what is appended next. */
  levelAt(price: bigint): Level<T>;
  append(item: T): void;
  /** Takes quantity off; at zero the item leaves its queue, and an empty level leaves the ladder. */
  reduce(item: T, qty: bigint): void;
  remove(item: T): void;
}

const isHigher = (price: bigint, than: bigint): boolean => price > than;
const isLower = (price: bigint, than: bigint): boolean => price < than;

/**
 * Queues by price. Levels lie in one array from the worst to the best price: the best is its end, and since most orders
 * arrive near the best, inserting a level seldom moves more than a few others. For `BUY` the highest price is the best.
 */
export const createLadder = <T extends Queued<T>>(side: OrderSide): Ladder<T> => {
  const better = side === 'BUY' ? isHigher : isLower;
  const levels: Level<T>[] = [];

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

  const unlink = (item: T): void => {
    const { level, previous, next } = item;
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
    levelAt: (price) => {
      const index = indexOf(price);
      const found = levels[index];
      if (found?.price === price) return found;
      const level: Level<T> = { price, qty: 0n, first: undefined, last: undefined };
      levels.splice(index, 0, level);
      return level;
    },
    append: (item) => {
      const { level } = item;
      item.previous = level.last;
      item.next = undefined;
      if (level.last === undefined) level.first = item;
      else level.last.next = item;
      level.last = item;
      level.qty += item.leavesQty;
    },
    reduce: (item, qty) => {
      item.leavesQty -= qty;
      item.level.qty -= qty;
      if (item.leavesQty === 0n) unlink(item);
    },
    remove: (item) => {
      item.level.qty -= item.leavesQty;
      unlink(item);
    },
  };
};

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

/** Levels of a run; a full one is split in two. */
const RUN = 128;

/**
 * Queues by price. Levels lie in runs of bounded length from the worst to the best price, so that a new level moves no more
 * than its run, and the best level is always the end of the last run. For `BUY` the highest price is the best.
 */
export const createLadder = <T extends Queued<T>>(side: OrderSide): Ladder<T> => {
  const better = side === 'BUY' ? isHigher : isLower;
  const runs: Level<T>[][] = [];

  /** The first level of a run, that is not worse than a price. */
  const placeOf = (run: readonly Level<T>[], price: bigint): number => {
    let low = 0;
    let high = run.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (better(price, run[middle]!.price)) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  /** The run where a price lies or belongs: the first whose best is not worse, or the last. */
  const runOf = (price: bigint): number => {
    let low = 0;
    let high = runs.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const run = runs[middle]!;
      if (better(price, run[run.length - 1]!.price)) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  const insert = (level: Level<T>, at: number, index: number): void => {
    const run = runs[at];
    if (run === undefined) {
      runs.push([level]);
      return;
    }
    run.splice(index, 0, level);
    if (run.length === RUN) runs.splice(at, 0, run.splice(0, RUN / 2));
  };

  const drop = ({ price }: Level<T>): void => {
    const at = runOf(price);
    const run = runs[at]!;
    if (run[run.length - 1]!.price === price) run.pop();
    else run.splice(placeOf(run, price), 1);
    if (run.length === 0) runs.splice(at, 1);
  };

  const unlink = (item: T): void => {
    const { level, previous, next } = item;
    if (previous === undefined) level.first = next;
    else previous.next = next;
    if (next === undefined) level.last = previous;
    else next.previous = previous;
    if (level.first === undefined) drop(level);
  };

  return {
    level: (rank) => {
      let left = rank;
      for (let at = runs.length - 1; at >= 0; at -= 1) {
        const run = runs[at]!;
        if (left < run.length) return run[run.length - 1 - left];
        left -= run.length;
      }
      return undefined;
    },
    levelAt: (price) => {
      const at = runOf(price);
      const run = runs[at];
      const index = run === undefined ? 0 : placeOf(run, price);
      const found = run?.[index];
      if (found?.price === price) return found;
      const level: Level<T> = { price, qty: 0n, first: undefined, last: undefined };
      insert(level, at, index);
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

import type { VenueOrder, VenueReplacement } from '../venue.ts';
import type { Resting } from './book.ts';
import type { Floor } from './floor.ts';
import type { Stop } from './stops.ts';

/** What all that rests in a book has in common: whatever it came as, it is now a limit order that stays. */
export const rests = { type: 'LIMIT', timeInForce: 'GTC', budget: null } as const;

/** At its place while the price stays and the quantity does not grow. */
const keepsPlace = (
  { level, leavesQty: present }: Readonly<Resting>,
  price: bigint | null,
  leavesQty: bigint,
): boolean => (price === null || price === level.price) && leavesQty <= present;

/** A stop that waits, and what is to wait instead. */
interface Change {
  stop: Stop;
  next: VenueOrder;
}

/** A stop as it is asked for. Only one that trails takes another distance; it keeps its peak, and where it stands follows from both. */
const renewed = (
  { order, peak, level }: Stop,
  { newOrderId, worstPrice, stopPrice, trail }: VenueReplacement,
  leavesQty: bigint,
): VenueOrder => ({
  ...order,
  orderId: newOrderId,
  leavesQty,
  worstPrice: worstPrice ?? order.worstPrice,
  stopPrice: stopPrice ?? level.price,
  trail: order.trail && (trail ?? order.trail),
  trailPeak: peak?.level.price ?? null,
});

/** A stop's rank hangs on its stop price alone. */
const keepsRank = ({ stops }: Floor, { stop, next }: Change): boolean =>
  stops.priceAs(stop, next) === stop.level.price && next.leavesQty <= stop.leavesQty;

const replaceResting = (
  { book, enter, renameKept }: Floor,
  found: Readonly<Resting>,
  { accountId, newOrderId, worstPrice }: VenueReplacement,
  leavesQty: bigint,
): void => {
  const { orderId, side, postOnly, group, level } = found;
  const price = worstPrice ?? level.price;
  if (keepsPlace(found, worstPrice, leavesQty)) {
    book.shrink(orderId, newOrderId, leavesQty);
    renameKept(orderId, newOrderId, leavesQty);
    return;
  }
  book.cancel(orderId);
  enter({ ...rests, orderId: newOrderId, accountId, side, leavesQty, worstPrice: price, postOnly, group });
};

const replaceStop = (floor: Floor, change: Change): void => {
  const { stops, wait, sayTrailed } = floor;
  const { stop, next } = change;
  if (keepsRank(floor, change)) {
    stops.renew(stop, next);
    if (next.stopPrice !== stop.level.price) sayTrailed(stop);
  } else {
    stops.remove(stop);
    wait(next);
  }
};

/** What a replacement would do to the order that is here. */
interface Plan {
  group: string | null;
  leavesQty: bigint;
  /** At its place in time: nothing new can trade by that. */
  stays: boolean;
  carryOut(): void;
}

const planOf = (floor: Floor, replacement: VenueReplacement): Plan | undefined => {
  const { orderId, accountId, qtyChange, worstPrice } = replacement;
  const left = (present: bigint): bigint => (present + qtyChange > 0n ? present + qtyChange : 0n);
  const stop = floor.stops.find(orderId);
  if (stop?.order.accountId === accountId) {
    const leavesQty = left(stop.leavesQty);
    const change = { stop, next: renewed(stop, replacement, leavesQty) };
    const carryOut = (): void => replaceStop(floor, change);
    return { group: stop.order.group, leavesQty, stays: keepsRank(floor, change), carryOut };
  }
  const resting = floor.book.find(orderId);
  if (resting === undefined || resting.accountId !== accountId) return undefined;
  const leavesQty = left(resting.leavesQty);
  const carryOut = (): void => replaceResting(floor, resting, replacement, leavesQty);
  return { group: resting.group, leavesQty, stays: keepsPlace(resting, worstPrice, leavesQty), carryOut };
};

/**
 * Puts a new order in the place of one that rests or waits. False when there is none of this account, or when nothing may trade
 * now and it would not stay at its place: less of the same can be had at any time.
 */
export const replaceOn = (floor: Floor, replacement: VenueReplacement, mayTrade: boolean): boolean => {
  const { orderId, accountId, symbol, newOrderId } = replacement;
  const plan = planOf(floor, replacement);
  if (plan === undefined || !(plan.stays || mayTrade)) return false;
  const { group, leavesQty, stays } = plan;
  const place = stays ? {} : { place: floor.nextPlace() };
  floor.say({ kind: 'REPLACED', orderId, accountId, symbol, newOrderId, leavesQty, ...place });
  floor.renameInGroup(group, orderId, newOrderId);
  if (leavesQty === 0n) {
    floor.takeOut(orderId);
    floor.settleGroup(group, newOrderId);
  } else plan.carryOut();
  return true;
};

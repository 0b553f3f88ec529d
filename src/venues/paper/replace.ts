import type { VenueReplacement } from '../venue.ts';
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

/** A stop's rank hangs on its stop price alone. A trailing stop's follows from the market: a replacement does not move it. */
const keepsRank = (stop: Stop, asked: bigint | null, leavesQty: bigint): boolean =>
  (stop.peak !== undefined || asked === null || asked === stop.level.price) && leavesQty <= stop.leavesQty;

const replaceResting = (
  { book, enter }: Floor,
  found: Readonly<Resting>,
  { accountId, newOrderId, worstPrice }: VenueReplacement,
  leavesQty: bigint,
): void => {
  const { orderId, side, postOnly, group, level } = found;
  const price = worstPrice ?? level.price;
  if (keepsPlace(found, worstPrice, leavesQty)) {
    book.shrink(orderId, newOrderId, leavesQty);
    return;
  }
  book.cancel(orderId);
  enter({ ...rests, orderId: newOrderId, accountId, side, leavesQty, worstPrice: price, postOnly, group });
};

const replaceStop = (
  { stops, wait, sayTrailed }: Floor,
  found: Stop,
  { newOrderId, worstPrice, stopPrice: asked }: VenueReplacement,
  leavesQty: bigint,
): void => {
  const { order, peak, level } = found;
  const stopPrice = asked ?? level.price;
  const trailPeak = peak?.level.price ?? null;
  const renewed = { ...order, orderId: newOrderId, leavesQty, worstPrice: worstPrice ?? order.worstPrice };
  if (keepsRank(found, asked, leavesQty)) {
    stops.renew(found, { ...renewed, stopPrice, trailPeak });
    if (stopPrice !== level.price) sayTrailed(found);
  } else {
    stops.remove(found);
    wait({ ...renewed, stopPrice, trailPeak });
  }
};

/** Puts a new order in the place of one that rests or waits. False when there is none of this account. */
export const replaceOn = (floor: Floor, replacement: VenueReplacement): boolean => {
  const { orderId, accountId, symbol, newOrderId, qtyChange, worstPrice, stopPrice } = replacement;
  const stop = floor.stops.find(orderId);
  const resting = floor.book.find(orderId);
  const found = stop ?? resting;
  const group = stop === undefined ? resting?.group : stop.order.group;
  if (found === undefined || group === undefined) return false;
  if ((stop === undefined ? resting?.accountId : stop.order.accountId) !== accountId) return false;
  const leavesQty = found.leavesQty + qtyChange > 0n ? found.leavesQty + qtyChange : 0n;
  const stays =
    stop === undefined
      ? resting !== undefined && keepsPlace(resting, worstPrice, leavesQty)
      : keepsRank(stop, stopPrice, leavesQty);
  const place = stays ? {} : { place: floor.nextPlace() };
  floor.say({ kind: 'REPLACED', orderId, accountId, symbol, newOrderId, leavesQty, ...place });
  floor.renameInGroup(group, orderId, newOrderId);
  if (leavesQty === 0n) {
    floor.takeOut(orderId);
    floor.settleGroup(group, newOrderId);
  } else if (stop !== undefined) replaceStop(floor, stop, replacement, leavesQty);
  else if (resting !== undefined) replaceResting(floor, resting, replacement, leavesQty);
  return true;
};

import type { VenueReplacement } from '../venue.ts';
import type { Resting } from './book.ts';
import type { Floor } from './floor.ts';
import type { Stop } from './stops.ts';

/** What all that rests in a book has in common: whatever it came as, it is now a limit order that stays. */
export const rests = { type: 'LIMIT', timeInForce: 'GTC', budget: null } as const;

const replaceResting = (
  { book, enter }: Floor,
  found: Readonly<Resting>,
  { accountId, newOrderId, worstPrice }: VenueReplacement,
  leavesQty: bigint,
): void => {
  const { orderId, side, postOnly, group, level } = found;
  const price = worstPrice ?? level.price;
  if (price === level.price && leavesQty <= found.leavesQty) {
    book.shrink(orderId, newOrderId, leavesQty);
    return;
  }
  book.cancel(orderId);
  enter({ ...rests, orderId: newOrderId, accountId, side, leavesQty, worstPrice: price, postOnly, group });
};

/** A stop's rank hangs on its stop price alone. A trailing stop's follows from the market: a replacement does not move it. */
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
  const stays = peak !== undefined || stopPrice === level.price;
  if (stays && leavesQty <= found.leavesQty) {
    stops.renew(found, { ...renewed, stopPrice, trailPeak });
    if (stopPrice !== level.price) sayTrailed(found);
  } else {
    stops.remove(found);
    wait({ ...renewed, stopPrice, trailPeak });
  }
};

/** Puts a new order in the place of one that rests or waits. False when there is none of this account. */
export const replaceOn = (floor: Floor, replacement: VenueReplacement): boolean => {
  const { orderId, accountId, symbol, newOrderId, qtyChange } = replacement;
  const stop = floor.stops.find(orderId);
  const resting = floor.book.find(orderId);
  const found = stop ?? resting;
  const group = stop === undefined ? resting?.group : stop.order.group;
  if (found === undefined || group === undefined) return false;
  if ((stop === undefined ? resting?.accountId : stop.order.accountId) !== accountId) return false;
  const leavesQty = found.leavesQty + qtyChange > 0n ? found.leavesQty + qtyChange : 0n;
  floor.say({ kind: 'REPLACED', orderId, accountId, symbol, newOrderId, leavesQty });
  floor.renameInGroup(group, orderId, newOrderId);
  if (leavesQty === 0n) {
    floor.takeOut(orderId);
    floor.settleGroup(group, newOrderId);
  } else if (stop !== undefined) replaceStop(floor, stop, replacement, leavesQty);
  else if (resting !== undefined) replaceResting(floor, resting, replacement, leavesQty);
  return true;
};

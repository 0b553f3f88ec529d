import type { OrderRow } from '../../lane/rows.ts';
import { isBetterPeak, tighter } from '../../venues/trail.ts';
import type { Trailed } from '../../venues/venue.ts';
import { isFinal } from '../order.ts';

/** What the market does to a stop before it trades; pure on the row, and its state stays as it is. */

/** A stop's price was reached. */
export const trigger = (order: OrderRow, at: Date): boolean => {
  if (isFinal(order.status) || order.triggeredAt !== null) return false;
  order.triggeredAt = at;
  order.updatedAt = at;
  return true;
};

/** A trailing stop followed the market. */
export const trail = (order: OrderRow, { trailPeak, stopPrice, worstPrice }: Trailed, at: Date): boolean => {
  if (isFinal(order.status) || order.triggeredAt !== null) return false;
  // What was overtaken by a better one is old, and what is known already says nothing.
  if (order.trailPeak !== null && isBetterPeak(order.side, order.trailPeak, trailPeak)) return false;
  const collar = tighter(order.side, worstPrice ?? order.worstPrice, order.worstPrice);
  if (trailPeak === order.trailPeak && stopPrice === order.stopPrice && collar === order.worstPrice) return false;
  order.trailPeak = trailPeak;
  order.stopPrice = stopPrice;
  order.worstPrice = collar;
  order.updatedAt = at;
  return true;
};

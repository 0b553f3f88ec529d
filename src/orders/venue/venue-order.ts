import type { OrderRow } from '../../lane/rows.ts';
import type { VenueOrder, VenueReplacement } from '../../venues/venue.ts';
import { askedTrail } from '../change/replaced-terms.ts';
import { leavesQty } from '../order.ts';
import { budgetOf, type FeeRates } from '../risk.ts';
import { trailOf } from '../terms.ts';

/** An order as its venue is told of it, at any moment of its life. */
export const venueOrderOf = (order: OrderRow, rates: FeeRates): VenueOrder => ({
  orderId: order.id,
  accountId: order.accountId,
  symbol: order.symbol,
  side: order.side,
  type: order.type,
  timeInForce: order.timeInForce,
  leavesQty: leavesQty(order),
  worstPrice: order.worstPrice,
  stopPrice: order.stopPrice,
  trail: trailOf(order),
  trailPeak: order.trailPeak,
  triggered: order.triggeredAt !== null,
  postOnly: order.postOnly,
  budget: budgetOf(order, rates),
  // An entry trades by itself; its exits, and the two of an OCO list, shut each other out.
  group: order.leg === 'ENTRY' ? null : order.listId,
  place: order.place,
});

/** A pending replacement as the venue is asked for it. */
export const venueReplacementOf = ({ id, accountId, symbol, replacement, triggeredAt }: OrderRow): VenueReplacement => {
  if (replacement === null) throw new Error('no replacement is pending');
  const { newOrderId, qtyChange, worstPrice, stopPrice } = replacement;
  return {
    orderId: id,
    accountId,
    symbol,
    newOrderId,
    qtyChange: BigInt(qtyChange),
    worstPrice: BigInt(worstPrice),
    // Of a stop that was reached nothing is to be changed.
    stopPrice: stopPrice === null || triggeredAt !== null ? null : BigInt(stopPrice),
    trail: askedTrail(replacement),
  };
};

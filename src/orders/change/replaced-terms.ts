import type { OrderRow, Replacement } from '../../lane/rows.ts';
import { collarPrice, type Instrument } from '../../market/instrument.ts';
import { tighter, trailedStop } from '../../venues/trail.ts';
import type { Trail } from '../../venues/venue.ts';
import { trailOf } from '../terms.ts';
import type { Changes } from './check-replace.ts';

/** The terms of an order that takes another's place: as they are asked for, and as they are once the venue has answered. */

const units = (text: string | null): bigint | null => (text === null ? null : BigInt(text));

/** Where the stop of an order stands, and with it the worst price of one that has no limit: what a buy holds for. */
type Trigger = Pick<OrderRow, 'stopPrice' | 'worstPrice'>;

/** A trailing stop at another distance from the best price that the market has had for it. */
const trailedFrom = (order: OrderRow, trail: Trail, instrument: Instrument): Trigger => {
  if (order.trailPeak === null) throw new Error('a trailing stop without its best price');
  const stopPrice = trailedStop(order.side, trail, order.trailPeak, instrument.tickSize);
  return { stopPrice, worstPrice: collarOf(order, stopPrice, instrument) };
};

/** The collar hangs on where the stop stands, so it stays where the stop stays. */
const collarOf = (order: OrderRow, stopPrice: bigint | null, instrument: Instrument): bigint =>
  stopPrice === null || stopPrice === order.stopPrice
    ? order.worstPrice
    : (collarPrice(instrument, order.side, { bid: stopPrice, ask: stopPrice }) ?? order.worstPrice);

/** What is asked for, as it is kept until the venue answers. */
export const replacementOf = (
  order: OrderRow,
  { changes, newOrderId, instrument }: { changes: Changes; newOrderId: string; instrument: Instrument },
): Replacement => {
  const { trail } = changes;
  const limitPrice = changes.limitPrice ?? order.limitPrice;
  const asked = changes.stopPrice ?? order.stopPrice;
  const { stopPrice, worstPrice } =
    trail === null
      ? { stopPrice: asked, worstPrice: limitPrice ?? collarOf(order, asked, instrument) }
      : trailedFrom(order, trail, instrument);
  return {
    newOrderId,
    clientOrderId: changes.clientOrderId ?? newOrderId,
    qtyChange: ((changes.qty ?? order.qty) - order.qty).toString(),
    limitPrice: limitPrice?.toString() ?? null,
    stopPrice: stopPrice?.toString() ?? null,
    worstPrice: worstPrice.toString(),
    ...(trail && { trail: 'price' in trail ? { price: trail.price.toString() } : trail }),
  };
};

/** The new distance that a replacement asks for; null stays. */
export const askedTrail = ({ trail }: Replacement): Trail | null => {
  if (trail === undefined) return null;
  return 'price' in trail ? { price: BigInt(trail.price) } : trail;
};

/** The order as the replacement asks for it, what is filled included. */
export const replacedBy = (order: OrderRow, replacement: Replacement): OrderRow => {
  const trail = askedTrail(replacement) ?? trailOf(order);
  return {
    ...order,
    qty: order.qty + BigInt(replacement.qtyChange),
    limitPrice: units(replacement.limitPrice),
    stopPrice: units(replacement.stopPrice),
    worstPrice: BigInt(replacement.worstPrice),
    trailPrice: trail !== null && 'price' in trail ? trail.price : null,
    trailBps: trail !== null && 'bps' in trail ? trail.bps : null,
  };
};

/**
 * The same once the venue has answered. Meanwhile the market has gone on: a stop that was reached was reached where it stood, and
 * a trailing stop goes on from the best price by now. Its collar gets no wider by that, so what is held back covers it.
 */
export const replacedNow = (order: OrderRow, replacement: Replacement, instrument: Instrument): OrderRow => {
  const asked = replacedBy(order, replacement);
  const { stopPrice, worstPrice } = order;
  if (order.triggeredAt !== null) return { ...asked, stopPrice };
  const trail = askedTrail(replacement);
  if (order.type !== 'TRAILING_STOP') return asked;
  if (trail === null) return { ...asked, stopPrice, worstPrice };
  const now = trailedFrom(asked, trail, instrument);
  return { ...asked, ...now, worstPrice: tighter(order.side, now.worstPrice, asked.worstPrice) };
};

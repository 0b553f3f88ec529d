import type { OrderSide } from '../database/generated/enums.ts';
import { divideUp } from '../kernel/decimal.ts';
import type { Trail } from './venue.ts';

const BPS = 10_000n;

const distanceOf = (trail: Trail, peak: bigint, tickSize: bigint): bigint =>
  'price' in trail ? trail.price : divideUp(peak * BigInt(trail.bps), BPS * tickSize) * tickSize;

/** Whether the stop of a sale would stand at no price at all. */
export const isWider = (side: OrderSide, trail: Trail, peak: bigint, tickSize: bigint): boolean =>
  side === 'SELL' && distanceOf(trail, peak, tickSize) >= peak;

/**
 * Where a trailing stop stands when the market's best price since was `peak`: rounded to a tick away from the market. One whose
 * trail is wider than the price waits at the smallest price there is, until the peak lifts it.
 */
export const trailedStop = (side: OrderSide, trail: Trail, peak: bigint, tickSize: bigint): bigint => {
  const distance = distanceOf(trail, peak, tickSize);
  if (side === 'BUY') return peak + distance;
  return distance < peak ? peak - distance : tickSize;
};

/** The best price that the market has had for a trailing stop: the lowest for a buy, the highest for a sell. */
export const isBetterPeak = (side: OrderSide, mark: bigint, peak: bigint): boolean =>
  side === 'BUY' ? mark < peak : mark > peak;

/** Of two worst prices the one that is better for the order: a trailing stop's collar moves with it and never gets wider. */
export const tighter = (side: OrderSide, one: bigint, other: bigint): bigint =>
  (side === 'BUY') === one < other ? one : other;

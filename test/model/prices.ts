import { type Facts, factsOf, up } from './facts.ts';
import type { Order, Side } from './state.ts';

/** The worst price of a market order: this price and the collar, to the tick away from the market, at least one tick. */
export const collarAt = ({ tick, collarBps }: Facts, side: Side, price: bigint): bigint => {
  if (side === 'BUY') return up(price * (10_000n + collarBps), 10_000n * tick) * tick;
  const low = ((price * (10_000n - collarBps)) / (10_000n * tick)) * tick;
  return low > 0n ? low : tick;
};

type Trailing = Pick<Order, 'symbol' | 'side' | 'trailPrice' | 'trailBps'>;

const beside = ({ symbol, side, trailPrice, trailBps }: Trailing, peak: bigint): bigint => {
  const { tick } = factsOf(symbol);
  const distance = trailPrice ?? up(peak * (trailBps ?? 0n), 10_000n * tick) * tick;
  return side === 'BUY' ? peak + distance : peak - distance;
};

/** Whether a trailing stop would stand at no price. */
export const isTooWide = (order: Trailing, peak: bigint): boolean => beside(order, peak) <= 0n;

/** Where a trailing stop stands below, or above, the best price so far: at a tick at least. */
export const stopAt = (order: Trailing, peak: bigint): bigint =>
  isTooWide(order, peak) ? factsOf(order.symbol).tick : beside(order, peak);

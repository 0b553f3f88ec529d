import { type Facts, factsOf, up } from './facts.ts';
import type { Order, Side } from './state.ts';

/** The worst price of a market order: this price and the collar, to the tick away from the market, at least one tick. */
export const collarAt = ({ tick, collarBps }: Facts, side: Side, price: bigint): bigint => {
  if (side === 'BUY') return up(price * (10_000n + collarBps), 10_000n * tick) * tick;
  const low = ((price * (10_000n - collarBps)) / (10_000n * tick)) * tick;
  return low > 0n ? low : tick;
};

/** Where a trailing stop stands below, or above, the best price so far. */
export const stopAt = (
  { symbol, side, trailPrice, trailBps }: Pick<Order, 'symbol' | 'side' | 'trailPrice' | 'trailBps'>,
  peak: bigint,
): bigint => {
  const { tick } = factsOf(symbol);
  const distance = trailPrice ?? up(peak * (trailBps ?? 0n), 10_000n * tick) * tick;
  return side === 'BUY' ? peak + distance : peak - distance;
};

import { byState, type Failure, failure, isFailure } from '../errors.ts';
import { MAX_UNITS, tenTo } from '../kernel/decimal.ts';
import { collarPrice, type Instrument } from '../market/instrument.ts';
import { isWider, trailedStop } from '../venues/trail.ts';
import type { Quote, Trail } from '../venues/venue.ts';
import type { NewOrder } from './input.ts';
import { budgetOf, type FeeRates } from './risk.ts';

/** What the market makes of an order at the moment of the decision. */
export interface Terms {
  qty: bigint;
  /** The worst price that the order may trade at; of a sell stop without a limit, what it is reckoned with until it is reached. */
  worstPrice: bigint;
  stopPrice: bigint | null;
  trailPeak: bigint | null;
}

const noMarket = (instrument: Instrument): Failure =>
  failure('NO_MARKET', `There is no price for the order in ${instrument.symbol} now.`, 'symbol');

/** A trailing stop's distance, as its venue takes it. */
export const trailOf = ({ trailPrice, trailBps }: Pick<NewOrder, 'trailPrice' | 'trailBps'>): Trail | null => {
  if (trailPrice !== null) return { price: trailPrice };
  return trailBps === null ? null : { bps: trailBps };
};

/** The field that says how far a trailing stop follows. */
export const trailField = (trail: Trail): 'trailPrice' | 'trailPercent' =>
  'price' in trail ? 'trailPrice' : 'trailPercent';

const trailing = (
  order: NewOrder,
  instrument: Instrument,
  quote: Quote | undefined,
): Pick<Terms, 'stopPrice' | 'trailPeak'> | Failure => {
  const peak = quote?.last ?? (order.side === 'BUY' ? quote?.ask : quote?.bid) ?? null;
  if (peak === null) return noMarket(instrument);
  const trail = trailOf(order);
  if (trail === null) throw new Error('a trailing stop without its distance');
  const { tickSize } = instrument;
  if (isWider(order.side, trail, peak, tickSize)) {
    return byState(failure('INVALID_PRICE', 'The trail is wider than the price.', trailField(trail)));
  }
  return { stopPrice: trailedStop(order.side, trail, peak, tickSize), trailPeak: peak };
};

/** A market order by cash: as many lots as the cash pays for at the best price; a buy also stops when the cash is spent. */
const sizeOf = (
  order: NewOrder,
  instrument: Instrument,
  quote: Quote | undefined,
  rates: FeeRates,
): bigint | Failure => {
  if (order.notional === null) return order.qty ?? 0n;
  const best = order.side === 'BUY' ? quote?.ask : quote?.bid;
  if (best == null) return noMarket(instrument);
  const cash =
    order.side === 'BUY'
      ? budgetOf({ side: 'BUY', notional: order.notional, filledValue: 0n, feeBps: null }, rates)
      : order.notional;
  const { lotSize, quoteScale, priceScale, baseScale } = instrument;
  const units = (cash ?? 0n) / (best * tenTo(quoteScale - priceScale - baseScale));
  const qty = units - (units % lotSize);
  return qty > 0n ? qty : byState(failure('INVALID_AMOUNT', 'notional does not pay for one lot.', 'notional'));
};

export const termsOf = (
  order: NewOrder,
  instrument: Instrument,
  quote: Quote | undefined,
  rates: FeeRates,
): Terms | Failure => {
  const qty = sizeOf(order, instrument, quote, rates);
  if (isFailure(qty)) return qty;
  const trail = order.type === 'TRAILING_STOP' ? trailing(order, instrument, quote) : undefined;
  if (isFailure(trail)) return trail;
  const { stopPrice, trailPeak } = trail ?? { stopPrice: order.stopPrice, trailPeak: null };
  // A stop becomes a market order at about its price: what a buy holds and what both count for hang on that, not on today's.
  const reference = stopPrice === null ? quote : { bid: stopPrice, ask: stopPrice };
  const worstPrice = order.limitPrice ?? (reference && collarPrice(instrument, order.side, reference));
  if (worstPrice === undefined) return noMarket(instrument);
  if (worstPrice > MAX_UNITS) {
    const distance = trailOf(order);
    const field = distance === null ? 'stopPrice' : trailField(distance);
    return byState(failure('INVALID_PRICE', 'The price is out of range.', field));
  }
  return { qty, worstPrice, stopPrice, trailPeak };
};

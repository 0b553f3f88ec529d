import { divideHalfUp } from '../kernel/decimal.ts';
import type { BalanceRow, PositionRow } from '../lane/rows.ts';
import { type Instrument, tradeValue } from '../market/instrument.ts';
import type { Quote } from '../venues/venue.ts';
import { owedAsset } from './shortfall.ts';

/** What one unit is worth now, in price units: the middle of the market, else the last trade, else the reference. */
export const markPrice = (instrument: Instrument, quote: Quote | undefined): bigint => {
  if (quote !== undefined && quote.bid !== null && quote.ask !== null) return divideHalfUp(quote.bid + quote.ask, 2n);
  return quote?.last ?? instrument.referencePrice;
};

export interface ValuedPosition extends PositionRow {
  instrument: Instrument;
  markPrice: bigint;
  /** Units of the quote asset. */
  marketValue: bigint;
  unrealizedPnl: bigint;
  /** The past instant that it is of. */
  asOf?: Date;
}

export const valuePosition = (
  position: PositionRow,
  instrument: Instrument,
  quote: Quote | undefined,
): ValuedPosition => {
  return valueAt(position, instrument, markPrice(instrument, quote));
};

/** The same at a price that is known. */
export const valueAt = (position: PositionRow, instrument: Instrument, mark: bigint): ValuedPosition => {
  const marketValue = tradeValue(instrument, mark, position.qty);
  return { ...position, instrument, markPrice: mark, marketValue, unrealizedPnl: marketValue - position.costBasis };
};

/** What the account owes the house, in units of its currency. */
export const owedOf = (currency: string, balances: readonly BalanceRow[]): bigint =>
  balances.find(({ asset }) => asset === owedAsset(currency))?.posted ?? 0n;

/** Cash plus what the positions are worth less what is owed, in units of the account's currency. */
export const equityOf = (
  currency: string,
  balances: readonly BalanceRow[],
  positions: readonly ValuedPosition[],
): bigint =>
  balances.reduce((sum, { asset, posted }) => (asset === currency ? sum + posted : sum), 0n) +
  positions.reduce((sum, { marketValue }) => sum + marketValue, 0n) -
  owedOf(currency, balances);

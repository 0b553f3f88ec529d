import { divideUp } from '../kernel/decimal.ts';
import type { OrderRow } from '../lane/rows.ts';
import { type Instrument, tradeValue } from '../market/instrument.ts';
import { leavesQty } from './order.ts';

/** Fees in hundredths of a percent of a fill's value. */
export interface FeeRates {
  makerBps: bigint;
  takerBps: bigint;
}

const whole = 10_000n;

/** The fee of one fill, rounded down, so that many small fills never cost more than one large one. */
export const feeOf = (value: bigint, bps: bigint): bigint => (value * bps) / whole;

const worstRate = ({ makerBps, takerBps }: FeeRates): bigint => {
  if (makerBps > takerBps) return makerBps;
  return takerBps;
};

/**
 * What an order must keep back for what it leaves: a buy its value at the worst price and the higher fee, rounded up; a
 * sell its units. It shrinks with every fill by at least what the fill costs, because fees round down there and up here.
 */
export const reserveOf = (
  order: Pick<OrderRow, 'side' | 'worstPrice'>,
  leaves: bigint,
  instrument: Instrument,
  rates: FeeRates,
): bigint => {
  if (order.side === 'SELL') return leaves;
  const value = tradeValue(instrument, order.worstPrice, leaves);
  return value + divideUp(value * worstRate(rates), whole);
};

/** What a market order by cash may still spend on units, when the fee on all of it still has to fit into the cash. */
export const budgetOf = (order: Pick<OrderRow, 'notional' | 'filledValue'>, rates: FeeRates): bigint | null =>
  order.notional === null ? null : (order.notional * whole) / (whole + worstRate(rates)) - order.filledValue;

/** Brings the order's reserve to what it now needs; answers the change, which is the change of the account's hold. */
export const adjustReserve = (order: OrderRow, instrument: Instrument, rates: FeeRates): bigint => {
  const needed = reserveOf(order, leavesQty(order), instrument, rates);
  const change = needed - order.reserve;
  order.reserve = needed;
  return change;
};

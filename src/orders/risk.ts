import { divideUp } from '../kernel/decimal.ts';
import type { ExecutionRow, OrderRow } from '../lane/rows.ts';
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

export const worstRate = ({ makerBps, takerBps }: FeeRates): bigint => {
  if (makerBps > takerBps) return makerBps;
  return takerBps;
};

/** What an order holds back for: the worst rate of the time when it was accepted, whatever the rates are by now. */
const highestRate = ({ feeBps }: Pick<OrderRow, 'feeBps'>, rates: FeeRates): bigint =>
  feeBps === null ? worstRate(rates) : BigInt(feeBps);

/** What a fill of the order costs: today's rate, but never more than the order holds back for. */
export const rateOf = (order: OrderRow, liquidity: ExecutionRow['liquidity'], rates: FeeRates): bigint => {
  const today = liquidity === 'MAKER' ? rates.makerBps : rates.takerBps;
  const highest = highestRate(order, rates);
  return today < highest ? today : highest;
};

/** What a market buy by cash may spend on units in all, when the fee on it still has to fit into the cash; then less what it spent. */
export const budgetOf = (
  { side, notional, filledValue, feeBps }: Pick<OrderRow, 'side' | 'notional' | 'filledValue' | 'feeBps'>,
  rates: FeeRates,
): bigint | null =>
  notional === null || side === 'SELL'
    ? null
    : (notional * whole) / (whole + highestRate({ feeBps }, rates)) - filledValue;

/** A buy's value at its worst price and the higher fee, rounded up; a sell's units. */
const reserveFor = (
  order: OrderRow,
  worstPrice: bigint,
  leaves: bigint,
  instrument: Instrument,
  rates: FeeRates,
): bigint => {
  if (order.side === 'SELL') return leaves;
  const value = tradeValue(instrument, worstPrice, leaves);
  return value + divideUp(value * highestRate(order, rates), whole);
};

const atMost = (qty: bigint, most: bigint | undefined): bigint => {
  if (most === undefined || qty <= most) return qty;
  return most;
};

/** What a pending replacement would need instead. */
const replacementReserve = (order: OrderRow, instrument: Instrument, rates: FeeRates, most?: bigint): bigint => {
  if (order.replacement === null) return 0n;
  const leaves = atMost(order.qty - order.filledQty + BigInt(order.replacement.qtyChange), most);
  return leaves <= 0n ? 0n : reserveFor(order, BigInt(order.replacement.worstPrice), leaves, instrument, rates);
};

export const larger = (a: bigint, b: bigint): bigint => {
  if (a > b) return a;
  return b;
};

/**
 * What an order must keep back for what it leaves. It shrinks with every fill by at least what the fill costs, because
 * fees round down there and up here. While a replacement is pending, either outcome is covered. An order that waits for its
 * parent keeps nothing back yet, one by cash what is left of the cash. `most`: the units that it will execute at most.
 */
export const reserveOf = (order: OrderRow, instrument: Instrument, rates: FeeRates, most?: bigint): bigint => {
  const leaves = atMost(leavesQty(order), most);
  if (leaves === 0n || order.status === 'HELD') return 0n;
  if (order.notional !== null && order.side === 'BUY') return order.notional - order.filledValue - order.fees;
  const present = reserveFor(order, order.worstPrice, leaves, instrument, rates);
  return larger(present, replacementReserve(order, instrument, rates, most));
};

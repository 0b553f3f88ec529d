import type { InstrumentKind, InstrumentStatus, OrderSide } from '../database/generated/enums.ts';
import { type Failure, failure } from '../errors.ts';
import { divideUp, formatDecimal, tenTo } from '../kernel/decimal.ts';

/** What can be traded, as the table has it, with the scales of its two assets. */
export interface Instrument {
  symbol: string;
  name: string;
  kind: InstrumentKind;
  baseAsset: string;
  /** One unit of the base asset is 10^-baseScale: what quantities are counted in. */
  baseScale: number;
  quoteAsset: string;
  quoteScale: number;
  /** Prices are units of 10^-priceScale of the quote asset for one whole base asset. */
  priceScale: number;
  tickSize: bigint;
  lotSize: bigint;
  collarBps: number;
  referencePrice: bigint;
  status: InstrumentStatus;
}

/**
 * Price × quantity in units of the quote asset. Exact, never rounded: an instrument's price scale and its base asset's
 * scale are together at most the quote asset's scale.
 */
export const tradeValue = (instrument: Instrument, price: bigint, qty: bigint): bigint =>
  price * qty * tenTo(instrument.quoteScale - instrument.priceScale - instrument.baseScale);

export const checkPrice = (instrument: Instrument, price: bigint, ...field: string[]): Failure | undefined => {
  if (price <= 0n) return failure('INVALID_PRICE', 'The price must be positive.', ...field);
  if (price % instrument.tickSize === 0n) return undefined;
  const tick = formatDecimal(instrument.tickSize, instrument.priceScale);
  return failure(
    'INVALID_PRICE',
    `The price of ${instrument.symbol} must be a multiple of its tick ${tick}.`,
    ...field,
  );
};

export const checkQty = (instrument: Instrument, qty: bigint, ...field: string[]): Failure | undefined => {
  if (qty <= 0n) return failure('INVALID_QUANTITY', 'The quantity must be positive.', ...field);
  if (qty % instrument.lotSize === 0n) return undefined;
  const lot = formatDecimal(instrument.lotSize, instrument.baseScale);
  const message = `The quantity of ${instrument.symbol} must be a multiple of its lot ${lot}.`;
  return failure('INVALID_QUANTITY', message, ...field);
};

const BPS = 10_000n;

/**
 * The worst price that a market order may trade at: the far side of the book with the instrument's collar, rounded to a
 * tick away from it. Undefined while nothing is offered there.
 */
export const collarPrice = (
  instrument: Pick<Instrument, 'tickSize' | 'collarBps'>,
  side: OrderSide,
  quote: { bid: bigint | null; ask: bigint | null },
): bigint | undefined => {
  const { tickSize } = instrument;
  const collar = BigInt(instrument.collarBps);
  const far = side === 'BUY' ? quote.ask : quote.bid;
  if (far === null) return undefined;
  if (side === 'BUY') return divideUp(far * (BPS + collar), BPS * tickSize) * tickSize;
  const lowest = ((far * (BPS - collar)) / (BPS * tickSize)) * tickSize;
  return lowest > 0n ? lowest : tickSize;
};

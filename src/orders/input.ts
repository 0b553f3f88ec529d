import type { OrderSide, OrderType, TimeInForce } from '../database/generated/enums.ts';
import { type Failure, failure } from '../errors.ts';
import { fingerprintOf } from '../idempotency/once.ts';
import { parseDecimal } from '../kernel/decimal.ts';
import { checkKey } from '../kernel/key.ts';
import { limits } from '../limits.ts';
import { checkPrice, checkQty, type Instrument } from '../market/instrument.ts';

/** What a client sends. Amounts are decimal text. */
export interface PlaceOrderInput {
  accountId?: string | null | undefined;
  symbol: string;
  side: OrderSide;
  type: OrderType;
  timeInForce?: TimeInForce | null | undefined;
  qty: string;
  limitPrice?: string | null | undefined;
  stopPrice?: string | null | undefined;
  clientOrderId?: string | null | undefined;
  idempotencyKey?: string | null | undefined;
}

/** The same, checked as far as the request alone can be: everything here is true whatever the account holds. */
export interface NewOrder {
  accountId: string;
  symbol: string;
  side: OrderSide;
  type: 'MARKET' | 'LIMIT';
  timeInForce: TimeInForce;
  qty: bigint;
  limitPrice: bigint | null;
  clientOrderId: string | null;
  fingerprint: string;
}

const problems = {
  MALFORMED: 'must be a plain decimal such as "12.5"',
  TOO_LARGE: 'is out of range',
} as const;

const quantity = (text: string, instrument: Instrument): bigint | Failure => {
  const qty = parseDecimal(text, instrument.baseScale);
  if (qty === 'TOO_MANY_DECIMALS') {
    const message = `qty has at most ${instrument.baseScale} decimals for ${instrument.symbol}.`;
    return failure('INVALID_QUANTITY', message, 'qty');
  }
  if (typeof qty === 'string') return failure('INVALID_QUANTITY', `qty ${problems[qty]}.`, 'qty');
  return checkQty(instrument, qty, 'qty') ?? qty;
};

const price = (text: string, instrument: Instrument): bigint | Failure => {
  const units = parseDecimal(text, instrument.priceScale);
  if (units === 'TOO_MANY_DECIMALS') {
    const message = `limitPrice has at most ${instrument.priceScale} decimals for ${instrument.symbol}.`;
    return failure('INVALID_PRICE', message, 'limitPrice');
  }
  if (typeof units === 'string') return failure('INVALID_PRICE', `limitPrice ${problems[units]}.`, 'limitPrice');
  return checkPrice(instrument, units, 'limitPrice') ?? units;
};

const limitPriceOf = (input: PlaceOrderInput, instrument: Instrument): bigint | null | Failure => {
  if (input.type === 'LIMIT') {
    if (input.limitPrice == null) return failure('INVALID_PRICE', 'A LIMIT order needs limitPrice.', 'limitPrice');
    return price(input.limitPrice, instrument);
  }
  return input.limitPrice == null
    ? null
    : failure('INVALID_PRICE', `A ${input.type} order takes no limitPrice.`, 'limitPrice');
};

const unsupported = (input: PlaceOrderInput): Failure | undefined => {
  if (input.type !== 'MARKET' && input.type !== 'LIMIT') {
    return failure('NOT_SUPPORTED', `${input.type} orders are not offered yet.`, 'type');
  }
  if (input.timeInForce === 'DAY') {
    return failure('NOT_SUPPORTED', 'DAY orders are not offered yet; use GTC, IOC or FOK.', 'timeInForce');
  }
  return input.stopPrice == null
    ? undefined
    : failure('INVALID_PRICE', `A ${input.type} order takes no stopPrice.`, 'stopPrice');
};

const isFailure = (value: unknown): value is Failure => typeof value === 'object' && value !== null;

/** Reports every problem of the input at once. */
export const checkOrder = (
  input: PlaceOrderInput,
  accountId: string,
  instrument: Instrument,
): NewOrder | { failures: Failure[] } => {
  const qty = quantity(input.qty, instrument);
  const limitPrice = limitPriceOf(input, instrument);
  const failures = [
    unsupported(input),
    qty,
    limitPrice,
    checkKey(input.clientOrderId, 'clientOrderId', limits.text.clientOrderId),
    checkKey(input.idempotencyKey, 'idempotencyKey', limits.text.idempotencyKey),
  ].filter(isFailure);
  if (failures.length > 0 || isFailure(qty) || isFailure(limitPrice)) return { failures };
  const { side, symbol } = input;
  const type = input.type as NewOrder['type'];
  // A market order never rests, so the only time in force that says what happens to it is IOC.
  const timeInForce = input.timeInForce ?? (type === 'MARKET' ? 'IOC' : 'GTC');
  const clientOrderId = input.clientOrderId ?? null;
  const fingerprint = fingerprintOf(accountId, symbol, side, type, timeInForce, qty, limitPrice, clientOrderId);
  return { accountId, symbol, side, type, timeInForce, qty, limitPrice, clientOrderId, fingerprint };
};

import type { OrderType, TimeInForce } from '../../database/generated/enums.ts';
import { type Failure, failure, isFailure } from '../../errors.ts';
import { fingerprintOf } from '../../idempotency/once.ts';
import { parseDecimal } from '../../kernel/decimal.ts';
import { checkKey } from '../../kernel/key.ts';
import { limits } from '../../limits.ts';
import { checkPrice, checkQty, type Instrument } from '../../market/instrument.ts';
import type { NewOrder, PlaceOrderInput } from '../input.ts';

const problems = {
  MALFORMED: 'must be a plain decimal such as "12.5"',
  TOO_LARGE: 'is out of range',
} as const;

type Code = 'INVALID_QUANTITY' | 'INVALID_PRICE' | 'INVALID_AMOUNT';

const decimal = (text: string, scale: number, code: Code, field: string, symbol: string): bigint | Failure => {
  const units = parseDecimal(text, scale);
  if (units === 'TOO_MANY_DECIMALS')
    return failure(code, `${field} has at most ${scale} decimals for ${symbol}.`, field);
  return typeof units === 'string' ? failure(code, `${field} ${problems[units]}.`, field) : units;
};

/** A quantity of the instrument: positive, whole lots. */
export const checkedQty = (text: string, instrument: Instrument, field = 'qty'): bigint | Failure => {
  const qty = decimal(text, instrument.baseScale, 'INVALID_QUANTITY', field, instrument.symbol);
  return isFailure(qty) ? qty : (checkQty(instrument, qty, field) ?? qty);
};

/** A price of the instrument: positive, whole ticks. */
export const checkedPrice = (text: string, instrument: Instrument, field: string): bigint | Failure => {
  const price = decimal(text, instrument.priceScale, 'INVALID_PRICE', field, instrument.symbol);
  return isFailure(price) ? price : (checkPrice(instrument, price, field) ?? price);
};

const HUNDREDTHS = 2;
const WHOLE_bps = 10_000n;

/** A distance in percent, in hundredths of one. */
export const checkedTrail = (text: string, symbol: string): number | Failure => {
  const bps = decimal(text, HUNDREDTHS, 'INVALID_PRICE', 'trailPercent', symbol);
  if (isFailure(bps)) return bps;
  if (bps > 0n && bps < WHOLE_bps) return Number(bps);
  return failure('INVALID_PRICE', 'trailPercent must be above 0 and below 100.', 'trailPercent');
};

type PriceField = 'limitPrice' | 'stopPrice' | 'trailPrice' | 'trailPercent';

/** Which prices an order of each type needs; it takes no others. A trailing stop needs one of its two. */
const pricesOf: Record<OrderType, readonly PriceField[]> = {
  MARKET: [],
  LIMIT: ['limitPrice'],
  STOP: ['stopPrice'],
  STOP_LIMIT: ['stopPrice', 'limitPrice'],
  TRAILING_STOP: ['trailPrice', 'trailPercent'],
};

const checkPresence = (input: PlaceOrderInput): Failure[] => {
  const wanted = pricesOf[input.type];
  const given = (['limitPrice', 'stopPrice', 'trailPrice', 'trailPercent'] as const).filter(
    (name) => input[name] != null,
  );
  const surplus = given
    .filter((name) => !wanted.includes(name))
    .map((name) => failure('INVALID_PRICE', `A ${input.type} order takes no ${name}.`, name));
  if (input.type === 'TRAILING_STOP') {
    const trails = given.filter((name) => wanted.includes(name)).length;
    const message = 'A TRAILING_STOP order needs either trailPrice or trailPercent.';
    return trails === 1 ? surplus : [...surplus, failure('INVALID_PRICE', message, 'trailPrice')];
  }
  const missing = wanted
    .filter((name) => input[name] == null)
    .map((name) => failure('INVALID_PRICE', `A ${input.type} order needs ${name}.`, name));
  return [...surplus, ...missing];
};

/** A market order never rests, so the only time in force that says what happens to it is IOC. */
export const timeInForceOf = ({ type, timeInForce }: PlaceOrderInput): TimeInForce =>
  timeInForce ?? (type === 'MARKET' ? 'IOC' : 'GTC');

/** Orders that may rest: the others are over as soon as the venue has them. */
const mayRest = ({ type, timeInForce }: PlaceOrderInput): boolean =>
  type !== 'MARKET' && timeInForce !== 'IOC' && timeInForce !== 'FOK';

const checkTerms = (input: PlaceOrderInput): Failure[] => {
  const found: Failure[] = [];
  const add = (wrong: boolean, message: string, field: string): void => {
    if (wrong) found.push(failure('INVALID_INPUT', message, field));
  };
  const isStop = input.type === 'STOP' || input.type === 'STOP_LIMIT' || input.type === 'TRAILING_STOP';
  add(isStop && !mayRest(input), `A ${input.type} order waits for its price: use GTC or DAY.`, 'timeInForce');
  const mayPost = input.type === 'LIMIT' && mayRest(input);
  add(input.postOnly === true && !mayPost, 'postOnly is for LIMIT orders that may rest.', 'postOnly');
  add(input.expiresAt != null && !mayRest(input), 'expiresAt is for orders that may rest.', 'expiresAt');
  return found;
};

const readSize = (
  input: PlaceOrderInput,
  instrument: Instrument,
): { qty: bigint | null; notional: bigint | null } | Failure => {
  const { notional: cash, qty: text } = input;
  if ((cash == null) === (text == null)) return failure('INVALID_QUANTITY', 'Give either qty or notional.', 'qty');
  if (text != null) {
    const qty = decimal(text, instrument.baseScale, 'INVALID_QUANTITY', 'qty', instrument.symbol);
    return isFailure(qty) ? qty : { qty, notional: null };
  }
  if (input.type !== 'MARKET') return failure('INVALID_AMOUNT', 'notional is for MARKET orders.', 'notional');
  const notional = decimal(cash ?? '', instrument.quoteScale, 'INVALID_AMOUNT', 'notional', instrument.symbol);
  if (isFailure(notional)) return notional;
  if (notional <= 0n) return failure('INVALID_AMOUNT', 'notional must be positive.', 'notional');
  return { qty: null, notional };
};

/** What was sent, as far as it can be read: one that the instrument refuses for its tick or its lot is an order all the same. */
export interface CheckedOrder {
  order: NewOrder | undefined;
  failures: Failure[];
}

/** What says of one order that it is that order, in the account's books for ever: no tick and no lot, which change. */
const withFingerprint = (order: Omit<NewOrder, 'fingerprint'>): NewOrder => {
  const parts = Object.values(order).map((part) =>
    part instanceof Date ? part.toISOString() : (part?.toString() ?? null),
  );
  return { ...order, fingerprint: fingerprintOf(...parts) };
};

/** Reports every problem of the input at once. */
export const checkOrder = (input: PlaceOrderInput, accountId: string, instrument: Instrument): CheckedOrder => {
  const size = readSize(input, instrument);
  const price = (name: 'limitPrice' | 'stopPrice' | 'trailPrice'): bigint | Failure | null => {
    const text = input[name];
    if (text == null || !pricesOf[input.type].includes(name)) return null;
    return decimal(text, instrument.priceScale, 'INVALID_PRICE', name, instrument.symbol);
  };
  const prices = { limitPrice: price('limitPrice'), stopPrice: price('stopPrice'), trailPrice: price('trailPrice') };
  const trailing = input.type === 'TRAILING_STOP' && input.trailPercent != null;
  const trailBps = trailing ? checkedTrail(input.trailPercent ?? '', instrument.symbol) : null;
  const misfits = [
    'qty' in size && size.qty !== null ? checkQty(instrument, size.qty, 'qty') : undefined,
    ...Object.entries(prices).map(([name, units]) =>
      typeof units === 'bigint' ? checkPrice(instrument, units, name) : undefined,
    ),
  ].filter(isFailure);
  const wrong = [
    ...checkPresence(input),
    ...checkTerms(input),
    ...[size, ...Object.values(prices), trailBps].filter(isFailure),
    checkKey(input.clientOrderId, 'clientOrderId', limits.text.clientOrderId),
    checkKey(input.idempotencyKey, 'idempotencyKey', limits.text.idempotencyKey),
  ].filter(isFailure);
  if (wrong.length > 0) return { order: undefined, failures: [...wrong, ...misfits] };
  const { side, symbol, type } = input;
  const order = withFingerprint({
    accountId,
    symbol,
    side,
    type,
    timeInForce: timeInForceOf(input),
    ...(size as { qty: bigint | null; notional: bigint | null }),
    ...(prices as Record<keyof typeof prices, bigint | null>),
    trailBps: trailBps as number | null,
    postOnly: input.postOnly ?? false,
    expiresAt: input.expiresAt ?? null,
    clientOrderId: input.clientOrderId ?? null,
  });
  return { order, failures: misfits };
};

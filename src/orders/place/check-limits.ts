import { byState, type Failure, failure } from '../../errors.ts';
import { formatDecimal, MAX_UNITS, tenTo } from '../../kernel/decimal.ts';
import type { AccountRow, OrderRow } from '../../lane/rows.ts';
import { limits } from '../../limits.ts';
import { type Instrument, tradeValue } from '../../market/instrument.ts';
import type { Quote } from '../../venues/venue.ts';

export interface AccountLimits {
  /** In units of the account's currency, like `dailyNotional`. */
  maxOrderValue: bigint;
  maxOpenOrders: number;
  dailyNotional: bigint;
}

type Limited = Pick<AccountRow, 'maxOrderValue' | 'maxOpenOrders' | 'maxDailyNotional'>;
type Counted = Pick<AccountRow, 'notionalDay' | 'notionalUsed'>;

/** What an operator has set for the account, else everybody's default. */
export const limitsOf = (account: Limited, scale: number): AccountLimits => ({
  maxOrderValue: account.maxOrderValue ?? limits.trading.orderValue * tenTo(scale),
  maxOpenOrders: account.maxOpenOrders ?? limits.orders.openPerAccount,
  dailyNotional: account.maxDailyNotional ?? limits.trading.dailyNotional * tenTo(scale),
});

const DAY_ms = 86_400_000;
const dayOf = (at: Date): number => Math.floor(at.getTime() / DAY_ms);

/** What the account has used of its daily notional on the UTC day of this instant. */
export const notionalUsed = (account: Counted, at: Date): bigint =>
  account.notionalDay === dayOf(at) ? account.notionalUsed : 0n;

/** What says how large the order is. */
export const sizeField = ({ notional }: Pick<OrderRow, 'notional'>): 'qty' | 'notional' =>
  notional === null ? 'qty' : 'notional';

type Priced = Pick<OrderRow, 'type' | 'worstPrice' | 'trailPrice' | 'trailBps'>;

/** The field that an order's worst price hangs on; undefined where that is the market's. */
export const priceField = ({ type, trailPrice }: Priced): string | undefined => {
  if (type === 'TRAILING_STOP') return trailPrice === null ? 'trailPercent' : 'trailPrice';
  if (type === 'STOP') return 'stopPrice';
  return type === 'MARKET' ? undefined : 'limitPrice';
};

/** A price at which one whole unit already is worth more than a number holds is at fault by itself, whatever the quantity. */
const isPriceTooHigh = ({ worstPrice }: Priced, instrument: Instrument): boolean =>
  tradeValue(instrument, worstPrice, tenTo(instrument.baseScale)) > MAX_UNITS;

/** What makes the value of an order too large for any number. */
export const excessField = (order: Priced & Pick<OrderRow, 'notional'>, instrument: Instrument): string =>
  (isPriceTooHigh(order, instrument) ? priceField(order) : undefined) ?? sizeField(order);

/** The refusal of such a value. */
export const outOfRange = (field: string): Failure => {
  const code = field === 'qty' || field === 'notional' ? 'INVALID_QUANTITY' : 'INVALID_PRICE';
  return byState(failure(code, 'The value of the order is out of range.', field));
};

/**
 * What an order counts for: all of it at its worst price, and a sell at the bid where that is more, since a sell's worst
 * price is its least value; one by cash never for more than that cash. Fees are left out; fills and cancels change nothing any more.
 */
export const orderValue = (
  { side, worstPrice, qty, notional }: Pick<OrderRow, 'side' | 'worstPrice' | 'qty' | 'notional'>,
  instrument: Instrument,
  quote: Pick<Quote, 'bid'> | undefined,
): bigint => {
  const bid = quote?.bid ?? 0n;
  const value = tradeValue(instrument, side === 'SELL' && bid > worstPrice ? bid : worstPrice, qty);
  return notional !== null && notional < value ? notional : value;
};

/**
 * Whether one more order of this value, after `earlier` ones that are not counted yet, keeps to the limits of the account.
 * `added` is what counts for the day: less than the value where an order takes the place of another. `field` says how large it is,
 * `excess` what is at fault where no number holds the value.
 */
export const checkLimits = (
  account: Limited & Counted & Pick<AccountRow, 'openOrders'>,
  earlier: { orders: number; value: bigint },
  { value, added, field, excess = field }: { value: bigint; added: bigint; field: string; excess?: string },
  { quoteAsset, quoteScale }: Pick<Instrument, 'quoteAsset' | 'quoteScale'>,
  at: Date,
): Failure | undefined => {
  const allowed = limitsOf(account, quoteScale);
  const text = (units: bigint): string => `${formatDecimal(units, quoteScale)} ${quoteAsset}`;
  if (value > MAX_UNITS) return outOfRange(excess);
  if (account.openOrders + earlier.orders >= allowed.maxOpenOrders) {
    return failure('TOO_MANY_OPEN_ORDERS', `The account may have ${allowed.maxOpenOrders} open orders.`);
  }
  if (value > allowed.maxOrderValue) {
    const message = `The order is worth up to ${text(value)}; the account may place up to ${text(allowed.maxOrderValue)}.`;
    return failure('ORDER_TOO_LARGE', message, field);
  }
  const used = notionalUsed(account, at) + earlier.value;
  if (used + added <= allowed.dailyNotional) return undefined;
  const left = allowed.dailyNotional > used ? allowed.dailyNotional - used : 0n;
  const message = `The order adds up to ${text(added)}; ${text(left)} of today's ${text(allowed.dailyNotional)} is left.`;
  return failure('DAILY_LIMIT_REACHED', message, field);
};

/** Counts an accepted order. The counter of a new UTC day starts at nothing. */
export const countNotional = (account: Counted, value: bigint, at: Date): void => {
  account.notionalUsed = notionalUsed(account, at) + value;
  account.notionalDay = dayOf(at);
};

import { type Failure, failure, isFailure } from '../errors.ts';
import { type Once, refusedNow } from '../idempotency/once.ts';
import { formatDecimal, MAX_UNITS, parseDecimal } from '../kernel/decimal.ts';
import { checkPrice, checkQty, type Instrument, tradeValue } from '../market/instrument.ts';
import {
  type AmendInput,
  amendKey,
  amendTrade,
  findTrade,
  type NamedTrade,
  type Operator,
  refuseAmend,
  type TradeDeps,
} from './amend.ts';
import type { AmendedTrade } from './decide-amend.ts';

export interface CorrectTradeInput extends AmendInput {
  /** Decimal text; what is absent stays. */
  price?: string | null | undefined;
  qty?: string | null | undefined;
}

const readPrice = (text: string, instrument: Instrument): bigint | Failure => {
  const price = parseDecimal(text, instrument.priceScale);
  if (typeof price !== 'bigint') {
    return failure(
      'INVALID_PRICE',
      `price must be a plain decimal with at most ${instrument.priceScale} decimals.`,
      'price',
    );
  }
  return checkPrice(instrument, price, 'price') ?? price;
};

const readQty = (text: string, instrument: Instrument, executed: bigint): bigint | Failure => {
  const qty = parseDecimal(text, instrument.baseScale);
  if (typeof qty !== 'bigint') {
    return failure(
      'INVALID_QUANTITY',
      `qty must be a plain decimal with at most ${instrument.baseScale} decimals.`,
      'qty',
    );
  }
  // More than was executed would be more than the other side, or the order, has agreed to.
  if (qty > executed) {
    const most = formatDecimal(executed, instrument.baseScale);
    return failure('INVALID_QUANTITY', `qty must not be above what was executed, ${most}.`, 'qty');
  }
  return checkQty(instrument, qty, 'qty') ?? qty;
};

/** What the trade becomes, as far as the request and the trade itself say. */
const termsOf = (
  { price: newPrice, qty: newQty }: CorrectTradeInput,
  { trade, instrument }: NamedTrade,
): { price: bigint; qty: bigint; value: bigint } | Failure[] => {
  const [old] = trade.executions;
  if (old === undefined) throw new Error('a trade without a customer');
  const price = newPrice == null ? old.price : readPrice(newPrice, instrument);
  const qty = newQty == null ? old.qty : readQty(newQty, instrument, old.qty);
  if (isFailure(price) || isFailure(qty)) return [price, qty].filter(isFailure);
  if (price === old.price && qty === old.qty) {
    return [failure('INVALID_INPUT', 'The trade has this price and qty already.', 'price')];
  }
  const value = tradeValue(instrument, price, qty);
  if (value > MAX_UNITS) return [failure('INVALID_PRICE', 'The value of the trade is out of range.', 'price')];
  return { price, qty, value };
};

/** `correctTrade`: the trade was at another price, or of fewer units, for both of its sides. */
export const createCorrectTrade =
  (deps: TradeDeps) =>
  async (by: Operator, input: CorrectTradeInput): Promise<Once<AmendedTrade>> => {
    const named = await findTrade(deps, input);
    if ('failures' in named) return refusedNow(...named.failures);
    const key = amendKey(by, 'correctTrade', named, input, [input.price, input.qty]);
    const terms = termsOf(input, named);
    if (Array.isArray(terms)) return refuseAmend(deps, named, terms, key);
    const corrected = { tradeId: deps.ids.next(), ...terms };
    return amendTrade(deps, by, named, input, { action: 'correctTrade', corrected, key });
  };

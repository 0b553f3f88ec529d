import { type Failure, failure } from '../../errors.ts';
import type { OrderRow } from '../../lane/rows.ts';
import type { Instrument } from '../../market/instrument.ts';
import { isWider } from '../../venues/trail.ts';
import type { NewOrder } from '../input.ts';
import { type ListType, legsOf } from '../list.ts';
import { trailField, trailOf } from '../terms.ts';

const isStop = ({ type }: NewOrder): boolean => type === 'STOP' || type === 'STOP_LIMIT' || type === 'TRAILING_STOP';

type Code = 'INVALID_INPUT' | 'INVALID_PRICE' | 'INVALID_QUANTITY';

/** A problem of the order at that place of the list. */
const wrong = (code: Code, message: string, place: number, field: string): Failure =>
  failure(code, message, 'orders', String(place), field);

type Priced = Pick<NewOrder, 'side' | 'type' | 'limitPrice' | 'stopPrice'>;

/** Whether the stop of a pair is not behind its limit, as the market sees them. A trailing stop's price is its own affair. */
export const isPairCrossed = (profit: Priced, stop: Priced): boolean => {
  const [limit, trigger] = [profit.limitPrice ?? 0n, stop.type === 'TRAILING_STOP' ? null : stop.stopPrice];
  if (trigger === null) return false;
  return profit.side === 'SELL' ? limit <= trigger : limit >= trigger;
};

/** The prices that an entry has been given itself; a trailing stop's follow from the market. */
const pricesOf = ({ type, limitPrice, stopPrice }: Priced): bigint[] =>
  (type === 'TRAILING_STOP' ? [] : [limitPrice, stopPrice]).filter((price) => price !== null);

/** Whether an exit with a limit would give back less than its entry costs: at its limit, or at the price where a STOP begins to trade. */
export const isExitWorse = (entry: Priced, exit: Priced): boolean => {
  const cost = pricesOf(entry)[0];
  if (exit.type !== 'LIMIT' || cost === undefined || exit.limitPrice === null) return false;
  return entry.side === 'BUY' ? exit.limitPrice <= cost : exit.limitPrice >= cost;
};

/** Whether a stop against loss is reached already at a price at which its entry trades: it would end the position at once. */
export const isStopReached = (entry: Priced, { type, stopPrice }: Priced): boolean => {
  if (type === 'TRAILING_STOP' || stopPrice === null) return false;
  return pricesOf(entry).some((price) => (entry.side === 'BUY' ? stopPrice >= price : stopPrice <= price));
};

export const stopReached = ({ side }: Priced): string =>
  `The stop of an exit must be ${side === 'BUY' ? 'below' : 'above'} the price of its entry.`;

/** Whether a trailing exit would begin at no price at all, where its entry costs what it was given itself. */
export const isTrailWider = (
  entry: Priced,
  exit: Pick<NewOrder, 'side' | 'trailPrice' | 'trailBps'>,
  { tickSize }: Pick<Instrument, 'tickSize'>,
): boolean => {
  const trail = trailOf(exit);
  return trail !== null && pricesOf(entry).some((price) => isWider(exit.side, trail, price, tickSize));
};

export const trailWider = 'The trail of an exit is wider than the price of its entry.';

const checkPair = (profit: NewOrder, stop: NewOrder, at: number): Failure | undefined => {
  if (profit.type !== 'LIMIT') return wrong('INVALID_INPUT', 'The first exit must be a LIMIT order.', at, 'type');
  if (!isStop(stop)) return wrong('INVALID_INPUT', 'The second exit must be a stop.', at + 1, 'type');
  if (profit.side !== stop.side) return wrong('INVALID_INPUT', 'Both exits must be on one side.', at + 1, 'side');
  if (!isPairCrossed(profit, stop)) return undefined;
  const message = `The stop of a ${profit.side} pair must be ${profit.side === 'SELL' ? 'below' : 'above'} its limit.`;
  return wrong('INVALID_PRICE', message, at + 1, 'stopPrice');
};

const checkEntry = (entry: NewOrder, exits: readonly NewOrder[]): Failure | undefined => {
  for (const [index, exit] of exits.entries()) {
    if (exit.side === entry.side) {
      return wrong('INVALID_INPUT', 'What waits for the entry must be on its other side.', index + 1, 'side');
    }
    if (isExitWorse(entry, exit)) {
      return wrong('INVALID_PRICE', 'The exit’s limit must be better than the entry’s price.', index + 1, 'limitPrice');
    }
    if (isStopReached(entry, exit)) return wrong('INVALID_PRICE', stopReached(entry), index + 1, 'stopPrice');
  }
  return undefined;
};

const checkEach = (type: ListType, orders: readonly NewOrder[]): Failure | undefined => {
  const [first] = orders;
  for (const [at, order] of orders.entries()) {
    if (order.symbol !== first?.symbol)
      return wrong('INVALID_INPUT', 'All orders of a list trade one symbol.', at, 'symbol');
    if (order.qty === null || order.qty !== first.qty) {
      return wrong('INVALID_QUANTITY', 'All orders of a list have the same qty.', at, 'qty');
    }
    if (at === 0 && type !== 'OCO') continue;
    if (order.type === 'MARKET')
      return wrong('INVALID_INPUT', 'An exit waits for its price: use LIMIT or a stop.', at, 'type');
    if (order.timeInForce !== 'GTC' && order.timeInForce !== 'DAY') {
      return wrong('INVALID_INPUT', 'An exit waits for its price: use GTC or DAY.', at, 'timeInForce');
    }
  }
  return undefined;
};

/** Whether the orders make a list of that type: count, sides, sizes, and prices that do not contradict each other. */
export const checkList = (type: ListType, orders: readonly NewOrder[]): Failure | undefined => {
  const wanted = legsOf[type].length;
  const [first, second, third] = orders;
  if (first === undefined || second === undefined || orders.length !== wanted) {
    return failure('INVALID_INPUT', `A list of type ${type} has ${wanted} orders.`, 'orders');
  }
  const problem = checkEach(type, orders);
  if (problem !== undefined) return problem;
  if (type === 'OCO') return checkPair(first, second, 0);
  return checkEntry(first, orders.slice(1)) ?? (third === undefined ? undefined : checkPair(second, third, 1));
};

/** It rests until it is filled or its time is over; the others end as soon as the venue has them. */
const mayRest = ({ type, timeInForce }: OrderRow): boolean =>
  type !== 'MARKET' && timeInForce !== 'IOC' && timeInForce !== 'FOK';

/** An order that ends no more has no time; a DAY order, also one that waits for another, ends with the day of its placing. */
const endsBefore = (exit: OrderRow, entry: OrderRow): boolean =>
  mayRest(entry) && exit.expiresAt !== null && (entry.expiresAt === null || exit.expiresAt < entry.expiresAt);

/** What an entry and its exits contradict each other in, by their terms as the market and its hours make them. */
export const checkExits = (
  [entry, ...exits]: readonly OrderRow[],
  given: readonly NewOrder[],
  instrument: Instrument,
): Failure | undefined => {
  if (entry === undefined) return undefined;
  for (const [index, exit] of exits.entries()) {
    const trail = trailOf(exit);
    if (trail !== null && isTrailWider(entry, exit, instrument)) {
      return wrong('INVALID_PRICE', trailWider, index + 1, trailField(trail));
    }
    if (!endsBefore(exit, entry)) continue;
    const field = exit.expiresAt?.getTime() === given[index + 1]?.expiresAt?.getTime() ? 'expiresAt' : 'timeInForce';
    return wrong('INVALID_INPUT', 'An exit must not end before its entry.', index + 1, field);
  }
  return undefined;
};

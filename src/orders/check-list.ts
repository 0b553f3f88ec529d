import { type Failure, failure } from '../errors.ts';
import type { NewOrder } from './input.ts';
import { type ListType, legsOf } from './list.ts';

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

/** Whether an exit with a limit would give back less than its entry's limit costs. */
export const isExitWorse = (entry: Priced, exit: Priced): boolean => {
  if (exit.type !== 'LIMIT' || entry.limitPrice === null || exit.limitPrice === null) return false;
  return entry.side === 'BUY' ? exit.limitPrice <= entry.limitPrice : exit.limitPrice >= entry.limitPrice;
};

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
    if (!isExitWorse(entry, exit)) continue;
    return wrong('INVALID_PRICE', 'The exit’s limit must be better than the entry’s.', index + 1, 'limitPrice');
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

import type { KillSwitch } from '../../controls/kill-switch.ts';
import { byState, type Failure, failure } from '../../errors.ts';
import { formatDecimal, MAX_UNITS } from '../../kernel/decimal.ts';
import type { Books } from '../../lane/books.ts';
import type { AccountRow, OrderRow, Replacement } from '../../lane/rows.ts';
import type { Instrument } from '../../market/instrument.ts';
import { isWider } from '../../venues/trail.ts';
import type { Quote, Trail } from '../../venues/venue.ts';
import { isExit } from '../exits.ts';
import { type OrderRules, pairNeed, siblingOf, waitingFor } from '../list.ts';
import { EXECUTION_UNKNOWN, isChanging, isFinal } from '../order.ts';
import type { OwnOrder } from '../own-order.ts';
import { checkLimits, excessField, orderValue, outOfRange } from '../place/check-limits.ts';
import {
  isExitWorse,
  isPairCrossed,
  isStopReached,
  isTrailWider,
  stopReached,
  trailWider,
} from '../place/check-list.ts';
import { checkTrading } from '../place/check-trading.ts';
import { trailField, trailOf } from '../terms.ts';

/** What a replacement changes, in units; null stays as it is. */
export interface Changes {
  qty: bigint | null;
  limitPrice: bigint | null;
  stopPrice: bigint | null;
  trail: Trail | null;
  clientOrderId: string | null;
}

export interface ReplaceFacts extends OrderRules, OwnOrder {
  userId: string;
  changes: Changes;
  newOrderId: string;
  instrument: Instrument;
  quote: Quote | undefined;
  /** The kill switches that are engaged. */
  switches: readonly KillSwitch[];
}

/** Whether the order may be replaced at all now. */
const checkState = (order: OrderRow, at: Date): Failure | undefined => {
  if (isFinal(order.status)) return failure('TOO_LATE_TO_REPLACE', `The order is already ${order.status}.`);
  if (isChanging(order.status)) return failure('CHANGE_PENDING', 'An earlier change of the order is not answered yet.');
  if (order.reason === EXECUTION_UNKNOWN) {
    return failure('EXECUTION_UNKNOWN', 'The venue has not said yet whether it has the order.', 'id');
  }
  if (order.expiresAt !== null && order.expiresAt <= at)
    return failure('TOO_LATE_TO_REPLACE', 'The time of the order is over.');
  if (order.type === 'MARKET') return failure('NOT_SUPPORTED', 'A MARKET order has no terms that could change.', 'id');
  if (order.triggeredAt !== null && order.type !== 'STOP_LIMIT')
    return failure('TOO_LATE_TO_REPLACE', 'The stop was reached: it is a market order now.');
  return undefined;
};

/** Whether an order of its kind has these prices, and its stop waits still where that is to change. */
const checkPrices = (order: OrderRow, { limitPrice, stopPrice, trail }: Changes): Failure | undefined => {
  const { type, trailPrice } = order;
  const takesNo = (field: string): Failure => failure('INVALID_PRICE', `A ${type} order takes no ${field}.`, field);
  if (limitPrice !== null && order.limitPrice === null) return takesNo('limitPrice');
  if (stopPrice !== null && type === 'TRAILING_STOP') {
    return failure(
      'INVALID_PRICE',
      'The stop of a TRAILING_STOP order follows the market; change its trail.',
      'stopPrice',
    );
  }
  if (stopPrice !== null && order.stopPrice === null) return takesNo('stopPrice');
  if (stopPrice !== null && order.triggeredAt !== null) {
    const message = 'The stop was reached, and the order is a limit order now: only qty and limitPrice change.';
    return byState(failure('INVALID_PRICE', message, 'stopPrice'));
  }
  if (trail === null) return undefined;
  const field = trailField(trail);
  if (type !== 'TRAILING_STOP') return takesNo(field);
  const own = trailPrice === null ? 'trailPercent' : 'trailPrice';
  if (field === own) return undefined;
  return failure('INVALID_PRICE', `The order trails by ${own}, and stays with that: change ${own}.`, field);
};

/** Whether the order takes these changes, whatever the account may do. */
const checkChanges = (
  books: Books,
  order: OrderRow,
  { changes, accountId, instrument }: ReplaceFacts,
): Failure | undefined => {
  const price = checkPrices(order, changes);
  if (price !== undefined) return price;
  if (changes.qty !== null && isExit(order)) {
    const message = 'An exit is for what its entry filled, and both of a pair for the same: only its prices change.';
    return failure('NOT_SUPPORTED', message, 'qty');
  }
  if (changes.qty !== null && changes.qty <= order.filledQty) {
    const filled = formatDecimal(order.filledQty, instrument.baseScale);
    return byState(failure('INVALID_QUANTITY', `qty must be above what is filled already, ${filled}.`, 'qty'));
  }
  if (changes.clientOrderId !== null && books.isNameTaken(accountId, changes.clientOrderId)) {
    const message = 'The account has used this clientOrderId for another order.';
    return failure('DUPLICATE_CLIENT_ORDER_ID', message, 'newClientOrderId');
  }
  return undefined;
};

/** What moved the stop of the order. */
const stopField = ({ trail }: Changes): string => (trail === null ? 'stopPrice' : trailField(trail));

/** What made the order larger, or dearer. */
const sizeField = (changes: Changes): string => {
  if (changes.qty !== null) return 'qty';
  return changes.limitPrice !== null ? 'limitPrice' : stopField(changes);
};

/** What made its value too large for any number: the price where that changes and is too high by itself. */
const excessOf = (after: OrderRow, { changes, instrument }: ReplaceFacts): string => {
  const field = excessField(after, instrument);
  const { limitPrice, stopPrice, trail } = changes;
  const moved = { limitPrice, stopPrice, ...(trail && { [trailField(trail)]: trail }) };
  return (moved as Record<string, unknown>)[field] == null ? sizeField(changes) : field;
};

/** Whether the new prices contradict those of the other orders of its list, as they may not when a list is placed. */
const checkPlaceInList = (
  books: Books,
  after: OrderRow,
  { changes, instrument }: ReplaceFacts,
): Failure | undefined => {
  const field = changes.stopPrice === null && changes.trail === null ? 'limitPrice' : stopField(changes);
  const sibling = siblingOf(books, after);
  const pair = after.type === 'LIMIT' ? ([after, sibling] as const) : ([sibling, after] as const);
  if (pair[0] !== undefined && pair[1] !== undefined && isPairCrossed(pair[0], pair[1])) {
    return byState(failure('INVALID_PRICE', 'The stop of a pair must be behind its limit.', field));
  }
  const exits = after.status === 'HELD' ? [after] : waitingFor(books, after);
  const entries = after.status === 'HELD' && after.listId !== null ? books.ordersOf(after.listId) : [after];
  const entry = entries.find(({ leg, status }) => leg === 'ENTRY' && !isFinal(status));
  if (entry === undefined) return undefined;
  if (exits.some((exit) => isExitWorse(entry, exit))) {
    return byState(failure('INVALID_PRICE', 'The exit’s limit must be better than the entry’s price.', field));
  }
  if (exits.some((exit) => isStopReached(entry, exit))) {
    return byState(failure('INVALID_PRICE', stopReached(entry), field));
  }
  return exits.some((exit) => isTrailWider(entry, exit, instrument))
    ? byState(failure('INVALID_PRICE', trailWider, field))
    : undefined;
};

/** What the orders of the list will be worth that grow with the replacement, and how much that is more than before. */
const valuesOf = (books: Books, order: OrderRow, after: OrderRow, { instrument, quote }: ReplaceFacts) => {
  const grown = waitingFor(books, order).map((leg) => [leg, { ...leg, qty: leg.qty + after.qty - order.qty }] as const);
  let [largest, added] = [0n, 0n];
  for (const [before, next] of [[order, after] as const, ...grown]) {
    const value = orderValue(next, instrument, quote);
    const more = value - orderValue(before, instrument, quote);
    if (more <= 0n) continue;
    added += more;
    if (value > largest) largest = value;
  }
  return { largest, added };
};

const checkFunds = (
  books: Books,
  order: OrderRow,
  replacement: Replacement,
  facts: ReplaceFacts,
): Failure | undefined => {
  const { accountId, instrument, changes } = facts;
  const needed = pairNeed(books, { ...order, replacement }, facts);
  const field = sizeField(changes);
  if (needed > MAX_UNITS) return outOfRange(excessOf({ ...order, worstPrice: BigInt(replacement.worstPrice) }, facts));
  const { posted, held } = books.balance(accountId, order.reserveAsset);
  const more = needed - order.reserve - (siblingOf(books, order)?.reserve ?? 0n);
  if (more <= posted - held) return undefined;
  const scale = order.side === 'BUY' ? instrument.quoteScale : instrument.baseScale;
  const text = (amount: bigint): string => `${formatDecimal(amount, scale)} ${order.reserveAsset}`;
  const message = `The replacement needs ${text(more)} more; ${text(posted - held)} is available.`;
  return failure('INSUFFICIENT_FUNDS', message, field);
};

/** As for a new order; but it is nothing in the input of a replacement that says which instrument it is. */
const checkStopped = (account: AccountRow, { instrument, switches }: ReplaceFacts): Failure | undefined => {
  const stopped = checkTrading(account, instrument, switches);
  return stopped && failure(stopped.code, stopped.message);
};

/** Whether the account may replace the order at all now, and the order takes these changes. */
export const checkAsked = (
  books: Books,
  account: AccountRow,
  order: OrderRow,
  facts: ReplaceFacts,
  at: Date,
): Failure | undefined =>
  (account.status === 'ACTIVE' ? undefined : failure('ACCOUNT_CLOSED', 'The account is closed.', 'id')) ??
  checkState(order, at) ??
  checkChanges(books, order, facts) ??
  checkStopped(account, facts);

/**
 * Whether the order that the replacement makes could be placed: its price, its place in its list, its value and its need.
 * Answers what it adds to the account's day.
 */
export const checkTerms = (
  books: Books,
  account: AccountRow,
  { order, after, replacement }: { order: OrderRow; after: OrderRow; replacement: Replacement },
  facts: ReplaceFacts,
  at: Date,
): Failure | { added: bigint } => {
  const moved = stopField(facts.changes);
  const trail = facts.changes.trail && trailOf(after);
  if (trail !== null && isWider(after.side, trail, after.trailPeak ?? 0n, facts.instrument.tickSize))
    return byState(failure('INVALID_PRICE', 'The trail is wider than the price.', moved));
  if (after.worstPrice > MAX_UNITS) return byState(failure('INVALID_PRICE', 'The price is out of range.', moved));
  const { largest, added } = valuesOf(books, order, after, facts);
  const value = { value: largest, added, field: sizeField(facts.changes), excess: excessOf(after, facts) };
  // What only gives way is within any limit.
  const overLimit = (): Failure | undefined =>
    added === 0n ? undefined : checkLimits(account, { orders: -1, value: 0n }, value, facts.instrument, at);
  return (
    checkPlaceInList(books, after, facts) ?? overLimit() ?? checkFunds(books, order, replacement, facts) ?? { added }
  );
};

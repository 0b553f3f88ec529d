import type { KillSwitch } from '../controls/kill-switch.ts';
import { failure } from '../errors.ts';
import type { Answer } from '../idempotency/once.ts';
import { formatDecimal, MAX_UNITS } from '../kernel/decimal.ts';
import type { Books } from '../lane/books.ts';
import type { OrderRow, Replacement } from '../lane/rows.ts';
import { collarPrice, type Instrument } from '../market/instrument.ts';
import type { Report } from '../venues/venue.ts';
import { checkLimits, countNotional, orderValue } from './check-limits.ts';
import { checkTrading } from './check-trading.ts';
import { countOpened } from './decide-place.ts';
import { siblingOf } from './list.ts';
import { askReplace, closeAtFilled, confirmReplace, isFinal, isHere } from './order.ts';
import { adjustReserve, type FeeRates, reserveOf } from './risk.ts';
import { orderEvent } from './view.ts';

/** What a replacement changes, in units; null stays as it is. */
export interface Changes {
  qty: bigint | null;
  limitPrice: bigint | null;
  stopPrice: bigint | null;
  clientOrderId: string | null;
}

export interface ReplaceFacts {
  userId: string;
  accountId: string;
  orderId: string | null;
  clientOrderId: string | null;
  changes: Changes;
  newOrderId: string;
  instrument: Instrument;
  rates: FeeRates;
  /** The kill switches that are engaged. */
  switches: readonly KillSwitch[];
}

const refuse = (...failures: ReturnType<typeof failure>[]): Answer<OrderRow> => ({ ok: false, failures });

const problemOf = (books: Books, order: OrderRow, { changes, accountId, instrument }: ReplaceFacts) => {
  if (isFinal(order.status)) return failure('TOO_LATE_TO_REPLACE', `The order is already ${order.status}.`);
  if (order.pendingSince !== null)
    return failure('CHANGE_PENDING', 'An earlier change of the order is not answered yet.');
  if (order.type === 'MARKET' || order.type === 'TRAILING_STOP' || order.triggeredAt !== null) {
    return failure('NOT_SUPPORTED', 'Only LIMIT, STOP and STOP_LIMIT orders that wait can be replaced.', 'id');
  }
  if (changes.limitPrice !== null && order.limitPrice === null) {
    return failure('INVALID_PRICE', `A ${order.type} order takes no limitPrice.`, 'limitPrice');
  }
  if (changes.stopPrice !== null && order.stopPrice === null) {
    return failure('INVALID_PRICE', `A ${order.type} order takes no stopPrice.`, 'stopPrice');
  }
  if (order.status !== 'HELD' && siblingOf(books, order) !== undefined) {
    return failure(
      'NOT_SUPPORTED',
      'Of a pair of exits that is in the market none can be replaced; cancel it and place it anew.',
      'id',
    );
  }
  if (changes.qty !== null && order.listId !== null) {
    return failure('NOT_SUPPORTED', 'The orders of a list keep their qty.', 'qty');
  }
  if (changes.qty !== null && changes.qty <= order.filledQty) {
    const filled = formatDecimal(order.filledQty, instrument.baseScale);
    return failure('INVALID_QUANTITY', `qty must be above what is filled already, ${filled}.`, 'qty');
  }
  if (changes.clientOrderId !== null && books.orderOf(accountId, changes.clientOrderId) !== undefined) {
    const message = 'The account has used this clientOrderId for another order.';
    return failure('DUPLICATE_CLIENT_ORDER_ID', message, 'newClientOrderId');
  }
  return undefined;
};

const replacementOf = (order: OrderRow, { changes, newOrderId, instrument }: ReplaceFacts): Replacement => {
  const limitPrice = changes.limitPrice ?? order.limitPrice;
  const stopPrice = changes.stopPrice ?? order.stopPrice;
  const collar =
    stopPrice === null ? undefined : collarPrice(instrument, order.side, { bid: stopPrice, ask: stopPrice });
  const worstPrice = limitPrice ?? collar ?? order.worstPrice;
  return {
    newOrderId,
    clientOrderId: changes.clientOrderId ?? newOrderId,
    qtyChange: ((changes.qty ?? order.qty) - order.qty).toString(),
    limitPrice: limitPrice?.toString() ?? null,
    stopPrice: stopPrice?.toString() ?? null,
    worstPrice: worstPrice.toString(),
  };
};

/** What the new terms add to the value of the order; less counts for nothing. */
const addedValue = (order: OrderRow, { qtyChange, worstPrice }: Replacement, instrument: Instrument): bigint => {
  const { side, qty } = order;
  const after = orderValue(
    { side, worstPrice: BigInt(worstPrice), qty: qty + BigInt(qtyChange) },
    instrument,
    undefined,
  );
  const more = after - orderValue(order, instrument, undefined);
  return more > 0n ? more : 0n;
};

/**
 * Asks for other terms of an open order. The hold grows at once to what the worse of the two needs, so that whichever the
 * venue answers is covered; it shrinks to the right one with the answer.
 */
export const decideReplace = (books: Books, at: Date, facts: ReplaceFacts): Answer<OrderRow> => {
  const { accountId, instrument, rates } = facts;
  const order =
    facts.orderId === null ? books.orderOf(accountId, facts.clientOrderId ?? '') : books.order(facts.orderId);
  const account = books.account(accountId);
  if (order === undefined || order.accountId !== accountId || account?.userId !== facts.userId) {
    return refuse(failure('NOT_FOUND', 'The order does not exist.', facts.orderId === null ? 'clientOrderId' : 'id'));
  }
  const problem = problemOf(books, order, facts) ?? checkTrading(account, instrument, facts.switches);
  if (problem !== undefined) return refuse(problem);
  const replacement = replacementOf(order, facts);
  const added = addedValue(order, replacement, instrument);
  const overLimit = checkLimits(account, { orders: -1, value: 0n }, added, instrument, at);
  if (overLimit !== undefined) return refuse(overLimit);
  const needed = reserveOf({ ...order, replacement }, instrument, rates);
  if (needed > MAX_UNITS) return refuse(failure('INVALID_QUANTITY', 'The value of the order is out of range.', 'qty'));
  const { posted, held } = books.balance(accountId, order.reserveAsset);
  if (needed - order.reserve > posted - held) {
    const scale = order.side === 'BUY' ? instrument.quoteScale : instrument.baseScale;
    const text = (units: bigint): string => `${formatDecimal(units, scale)} ${order.reserveAsset}`;
    const message = `The replacement needs ${text(needed - order.reserve)} more; ${text(posted - held)} is available.`;
    return refuse(failure('INSUFFICIENT_FUNDS', message, facts.changes.qty === null ? 'limitPrice' : 'qty'));
  }
  countNotional(account, added, at);
  const status = order.status;
  const here = isHere(order.status);
  askReplace(order, replacement, at);
  if (here) replaceHere(books, order, status, facts, at);
  else {
    books.hold(accountId, order.reserveAsset, adjustReserve(order, instrument, rates));
    books.touch(order);
    books.emit(accountId, 'ORDER_PENDING_REPLACE', orderEvent(order), at);
  }
  return { ok: true, value: { ...order } };
};

const replaceHere = (
  books: Books,
  order: OrderRow,
  status: OrderRow['status'],
  facts: ReplaceFacts,
  at: Date,
): void => {
  const leaves = order.qty - order.filledQty + BigInt(order.replacement?.qtyChange ?? 0);
  open(books, order, { leavesQty: leaves, status }, facts, at);
  books.hold(order.accountId, order.reserveAsset, adjustReserve(order, facts.instrument, facts.rates));
  books.touch(order);
  const account = books.account(order.accountId);
  if (account !== undefined) account.openOrders -= 1;
  books.emit(order.accountId, 'ORDER_REPLACED', orderEvent(order), at);
};

interface Opening {
  leavesQty: bigint;
  status: OrderRow['status'];
}

/** Writes the new order and closes the old one for it. */
const open = (
  books: Books,
  order: OrderRow,
  { leavesQty, status }: Opening,
  facts: Pick<ReplaceFacts, 'instrument' | 'rates'>,
  at: Date,
): void => {
  const { replacement } = order;
  if (replacement === null) throw new Error('the venue replaced an order that nobody asked to replace');
  const units = (text: string | null): bigint | null => (text === null ? null : BigInt(text));
  const row: OrderRow = {
    ...order,
    id: replacement.newOrderId,
    clientOrderId: replacement.clientOrderId,
    qty: leavesQty,
    filledQty: 0n,
    filledValue: 0n,
    fees: 0n,
    reserve: 0n,
    limitPrice: units(replacement.limitPrice),
    stopPrice: units(replacement.stopPrice),
    worstPrice: BigInt(replacement.worstPrice),
    status,
    createdAt: at,
    updatedAt: at,
    pendingSince: null,
    replacement: null,
    replacesId: order.id,
  };
  confirmReplace(order, row.id, at);
  row.reserve = reserveOf(row, facts.instrument, facts.rates);
  books.addOrder(row);
  books.hold(row.accountId, row.reserveAsset, row.reserve);
  countOpened(books, row);
  books.emit(row.accountId, 'ORDER_NEW', orderEvent(row), at);
};

/** The venue has replaced the order: the rest goes on under the new one, or there is no rest. */
export const applyReplaced = (
  books: Books,
  order: OrderRow,
  report: Extract<Report, { kind: 'REPLACED' }>,
  facts: { instrumentOf(symbol: string): Instrument; rates: FeeRates },
  at: Date,
): string | undefined => {
  if (order.status !== 'PENDING_REPLACE') return undefined;
  if (report.leavesQty === 0n) {
    closeAtFilled(order, 'REPLACED_BY_NOTHING', at);
    return 'ORDER_FILLED';
  }
  const instrument = facts.instrumentOf(order.symbol);
  open(books, order, { leavesQty: report.leavesQty, status: 'NEW' }, { instrument, rates: facts.rates }, at);
  return 'ORDER_REPLACED';
};

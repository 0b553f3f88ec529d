import type { KillSwitch } from '../../controls/kill-switch.ts';
import { type Failure, failure } from '../../errors.ts';
import type { Answer } from '../../idempotency/once.ts';
import { formatDecimal, MAX_UNITS } from '../../kernel/decimal.ts';
import type { Books } from '../../lane/books.ts';
import type { OrderRow } from '../../lane/rows.ts';
import { type MarketHours, sessionOf } from '../../market/calendar.ts';
import type { Instrument } from '../../market/instrument.ts';
import type { Quote } from '../../venues/venue.ts';
import type { NewOrder } from '../input.ts';
import { newRow } from '../new-row.ts';
import { isFinal } from '../order.ts';
import { type FeeRates, reserveOf } from '../risk.ts';
import { termsOf } from '../terms.ts';
import { orderEvent } from '../view.ts';
import { checkLimits, countNotional, excessField, orderValue, outOfRange, sizeField } from './check-limits.ts';
import { checkSession, enterSession } from './check-session.ts';
import { checkTrading } from './check-trading.ts';

export interface PlaceFacts {
  order: NewOrder;
  userId: string;
  /** The id that the order gets, made before the decision so that a decision that runs twice names one order. */
  id: string;
  instrument: Instrument;
  quote: Quote | undefined;
  rates: FeeRates;
  /** The kill switches that are engaged. */
  switches: readonly KillSwitch[];
  hours: MarketHours;
}

/** An order that may be placed as far as everything but its money goes. */
export type Prepared = { row: OrderRow; value: bigint } | { failures: readonly Failure[] };

const no = (...failures: Failure[]): Prepared => ({ failures });

/**
 * The order that is there already under the name of this one, and is this one. Nothing that was checked when it was placed is
 * asked of a repeat again.
 */
export const repeatedOrder = (books: Books, order: NewOrder, userId: string): OrderRow | undefined => {
  const { accountId, clientOrderId, fingerprint } = order;
  if (clientOrderId === null || books.account(accountId)?.userId !== userId) return undefined;
  const earlier = books.orderOf(accountId, clientOrderId);
  return earlier?.fingerprint === fingerprint ? earlier : undefined;
};

/** What a repeat of the order is answered with, if it is one. */
const decideRepeat = (books: Books, order: NewOrder, userId: string): Answer<OrderRow> | undefined => {
  const repeated = repeatedOrder(books, order, userId);
  return repeated && { ok: true, value: { ...repeated } };
};

/**
 * Whether the account may place the order, against its rows as they are under the batch's locks; `before` are the orders
 * that come with it. Changes nothing.
 */
export const prepareOrder = (
  books: Books,
  at: Date,
  facts: PlaceFacts,
  before: { orders: number; value: bigint } = { orders: 0, value: 0n },
): Prepared => {
  const { order, instrument } = facts;
  const account = books.account(order.accountId);
  if (account === undefined || account.userId !== facts.userId) {
    return no(failure('NOT_FOUND', 'The account does not exist.', 'accountId'));
  }
  if (account.status !== 'ACTIVE') return no(failure('ACCOUNT_CLOSED', 'The account is closed.', 'accountId'));
  const { accountId, clientOrderId } = order;
  if (clientOrderId !== null && books.isNameTaken(accountId, clientOrderId)) {
    const message = 'The account has used this clientOrderId for another order.';
    return no(failure('DUPLICATE_CLIENT_ORDER_ID', message, 'clientOrderId'));
  }
  const stopped = checkTrading(account, instrument, facts.switches);
  if (stopped !== undefined) return no(stopped);
  const session = sessionOf(instrument.kind, facts.hours, at);
  const shut = checkSession(order, session);
  if (shut !== undefined) return no(shut);
  if (order.expiresAt !== null && order.expiresAt <= at) {
    return no(failure('INVALID_INPUT', 'expiresAt must be in the future.', 'expiresAt'));
  }
  const terms = termsOf(order, instrument, facts.quote, facts.rates);
  if ('code' in terms) return no(terms);
  const row = newRow(facts, terms, at);
  enterSession(row, session, at);
  const value = orderValue(row, instrument, facts.quote);
  const size = { value, added: value, field: sizeField(row), excess: excessField(row, instrument) };
  const problem = checkLimits(account, before, size, instrument, at);
  return problem === undefined ? { row, value } : no(problem);
};

/** Whether the account has what an order, or the orders of a list together, would hold back. */
export const checkFunds = (
  books: Books,
  row: OrderRow,
  reserve: bigint,
  instrument: Instrument,
): Failure | undefined => {
  const field = sizeField(row);
  if (reserve > MAX_UNITS) return outOfRange(excessField(row, instrument));
  const { posted, held } = books.balance(row.accountId, row.reserveAsset);
  if (reserve <= posted - held) return undefined;
  const scale = row.reserveAsset === instrument.quoteAsset ? instrument.quoteScale : instrument.baseScale;
  const text = (units: bigint): string => `${formatDecimal(units, scale)} ${row.reserveAsset}`;
  const message = `The order needs ${text(reserve)}; ${text(posted - held)} is available.`;
  return failure('INSUFFICIENT_FUNDS', message, field);
};

/** Books the order with its reserve, and its value in the account's day. */
export const acceptOrder = (books: Books, row: OrderRow, reserve: bigint, value: bigint, at: Date): void => {
  row.reserve = reserve;
  books.hold(row.accountId, row.reserveAsset, reserve);
  countOpened(books, row);
  const account = books.account(row.accountId);
  if (account !== undefined) countNotional(account, value, at);
  books.addOrder(row);
  books.emit(row.accountId, 'ORDER_ACCEPTED', orderEvent(row), at);
};

/** `placeOrder`, decided. */
export const decidePlace = (books: Books, at: Date, facts: PlaceFacts): Answer<OrderRow> => {
  const repeated = decideRepeat(books, facts.order, facts.userId);
  if (repeated !== undefined) return repeated;
  const prepared = prepareOrder(books, at, facts);
  if ('failures' in prepared) return { ok: false, failures: prepared.failures };
  const { row, value } = prepared;
  const reserve = reserveOf(row, facts.instrument, facts.rates);
  const problem = checkFunds(books, row, reserve, facts.instrument);
  if (problem !== undefined) return { ok: false, failures: [problem] };
  acceptOrder(books, row, reserve, value, at);
  return { ok: true, value: { ...row } };
};

/** The same for what was sent: where something is wrong with it now, it may still be a repeat. */
export const decideSent = (
  books: Books,
  at: Date,
  facts: PlaceFacts,
  failures: readonly Failure[],
): Answer<OrderRow> =>
  failures.length === 0
    ? decidePlace(books, at, facts)
    : (decideRepeat(books, facts.order, facts.userId) ?? { ok: false, failures });

/** Counts an order that is open now. */
export const countOpened = (books: Books, order: OrderRow): void => {
  const account = books.account(order.accountId);
  if (account === undefined) return;
  account.openOrders += 1;
  books.touch(account);
};

/** Takes a closed order out of its account's count of open ones. */
export const countClosed = (books: Books, order: OrderRow): void => {
  const account = books.account(order.accountId);
  if (account === undefined || !isFinal(order.status)) return;
  account.openOrders -= 1;
  books.touch(account);
};

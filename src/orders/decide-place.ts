import { failure } from '../errors.ts';
import type { Answer } from '../idempotency/once.ts';
import { formatDecimal, MAX_UNITS } from '../kernel/decimal.ts';
import type { Books } from '../lane/books.ts';
import type { OrderRow } from '../lane/rows.ts';
import { limits } from '../limits.ts';
import type { Instrument } from '../market/instrument.ts';
import type { Quote } from '../venues/venue.ts';
import type { NewOrder } from './input.ts';
import { isFinal } from './order.ts';
import { type FeeRates, reserveOf } from './risk.ts';
import { type Terms, termsOf } from './terms.ts';
import { orderEvent } from './view.ts';

export interface PlaceFacts {
  order: NewOrder;
  userId: string;
  /** The id that the order gets, made before the decision so that a decision that runs twice names one order. */
  id: string;
  instrument: Instrument;
  quote: Quote | undefined;
  rates: FeeRates;
}

const refuse = (...failures: ReturnType<typeof failure>[]): Answer<OrderRow> => ({ ok: false, failures });

const scaleOf = (instrument: Instrument, asset: string): number =>
  asset === instrument.quoteAsset ? instrument.quoteScale : instrument.baseScale;

const newRow = (facts: PlaceFacts, terms: Terms, at: Date): OrderRow => ({
  id: facts.id,
  accountId: facts.order.accountId,
  clientOrderId: facts.order.clientOrderId ?? facts.id,
  fingerprint: facts.order.fingerprint,
  symbol: facts.order.symbol,
  side: facts.order.side,
  type: facts.order.type,
  timeInForce: facts.order.timeInForce,
  qty: terms.qty,
  filledQty: 0n,
  filledValue: 0n,
  limitPrice: facts.order.limitPrice,
  stopPrice: terms.stopPrice,
  worstPrice: terms.worstPrice,
  reserve: 0n,
  reserveAsset: facts.order.side === 'BUY' ? facts.instrument.quoteAsset : facts.instrument.baseAsset,
  fees: 0n,
  status: 'PENDING_NEW',
  reason: null,
  createdAt: at,
  updatedAt: at,
  filledAt: null,
  canceledAt: null,
  expiredAt: null,
  trailPrice: facts.order.trailPrice,
  trailBps: facts.order.trailBps,
  trailPeak: terms.trailPeak,
  triggeredAt: null,
  notional: facts.order.notional,
  postOnly: facts.order.postOnly,
  expiresAt: facts.order.expiresAt,
  pendingSince: null,
  replacement: null,
  rootOrderId: facts.id,
  replacesId: null,
  replacedById: null,
  listId: null,
  leg: null,
});

/** Whether the account may place the order, against its rows as they are under the batch's locks; then places it. */
export const decidePlace = (books: Books, at: Date, facts: PlaceFacts): Answer<OrderRow> => {
  const { order, instrument } = facts;
  const account = books.account(order.accountId);
  if (account === undefined || account.userId !== facts.userId) {
    return refuse(failure('NOT_FOUND', 'The account does not exist.', 'accountId'));
  }
  if (account.status !== 'ACTIVE') return refuse(failure('ACCOUNT_CLOSED', 'The account is closed.', 'accountId'));
  const earlier = order.clientOrderId === null ? undefined : books.orderOf(order.accountId, order.clientOrderId);
  if (earlier !== undefined) {
    if (earlier.fingerprint === order.fingerprint) return { ok: true, value: { ...earlier } };
    const message = 'The account has used this clientOrderId for another order.';
    return refuse(failure('DUPLICATE_CLIENT_ORDER_ID', message, 'clientOrderId'));
  }
  if (instrument.status !== 'TRADING') {
    return refuse(failure('INSTRUMENT_HALTED', `Trading in ${instrument.symbol} is halted.`, 'symbol'));
  }
  if (account.openOrders >= limits.orders.openPerAccount) {
    const message = `The account already has ${limits.orders.openPerAccount} open orders.`;
    return refuse(failure('TOO_MANY_OPEN_ORDERS', message));
  }
  if (order.expiresAt !== null && order.expiresAt <= at) {
    return refuse(failure('INVALID_INPUT', 'expiresAt must be in the future.', 'expiresAt'));
  }
  const terms = termsOf(order, instrument, facts.quote, facts.rates);
  if ('code' in terms) return refuse(terms);
  const row = newRow(facts, terms, at);
  const reserve = reserveOf(row, instrument, facts.rates);
  if (reserve > MAX_UNITS) return refuse(failure('INVALID_QUANTITY', 'The value of the order is out of range.', 'qty'));
  const { posted, held } = books.balance(account.id, row.reserveAsset);
  if (reserve > posted - held) {
    const scale = scaleOf(instrument, row.reserveAsset);
    const text = (units: bigint): string => `${formatDecimal(units, scale)} ${row.reserveAsset}`;
    const message = `The order needs ${text(reserve)}; ${text(posted - held)} is available.`;
    return refuse(failure('INSUFFICIENT_FUNDS', message, order.notional === null ? 'qty' : 'notional'));
  }
  row.reserve = reserve;
  books.hold(account.id, row.reserveAsset, reserve);
  countOpened(books, row);
  books.addOrder(row);
  books.emit(account.id, 'ORDER_ACCEPTED', orderEvent(row), at);
  return { ok: true, value: { ...row } };
};

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

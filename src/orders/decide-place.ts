import { failure } from '../errors.ts';
import type { Answer } from '../idempotency/once.ts';
import { formatDecimal, MAX_UNITS } from '../kernel/decimal.ts';
import type { Books } from '../lane/books.ts';
import type { OrderRow } from '../lane/rows.ts';
import { limits } from '../limits.ts';
import { collarPrice, type Instrument } from '../market/instrument.ts';
import type { Quote } from '../venues/venue.ts';
import type { NewOrder } from './input.ts';
import { isFinal } from './order.ts';
import { type FeeRates, reserveOf } from './risk.ts';
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

const newRow = (facts: PlaceFacts, worstPrice: bigint, at: Date): OrderRow => ({
  id: facts.id,
  accountId: facts.order.accountId,
  clientOrderId: facts.order.clientOrderId ?? facts.id,
  fingerprint: facts.order.fingerprint,
  symbol: facts.order.symbol,
  side: facts.order.side,
  type: facts.order.type,
  timeInForce: facts.order.timeInForce,
  qty: facts.order.qty,
  filledQty: 0n,
  filledValue: 0n,
  limitPrice: facts.order.limitPrice,
  stopPrice: null,
  worstPrice,
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
  trailPrice: null,
  trailBps: null,
  trailPeak: null,
  triggeredAt: null,
  notional: null,
  postOnly: false,
  expiresAt: null,
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
  const worstPrice = order.limitPrice ?? (facts.quote && collarPrice(instrument, order.side, facts.quote));
  if (worstPrice === undefined) {
    return refuse(failure('NO_MARKET', `There is no price for a market order in ${instrument.symbol} now.`, 'symbol'));
  }
  const row = newRow(facts, worstPrice, at);
  const reserve = reserveOf(row, row.qty, instrument, facts.rates);
  if (reserve > MAX_UNITS) return refuse(failure('INVALID_QUANTITY', 'The value of the order is out of range.', 'qty'));
  const { posted, held } = books.balance(account.id, row.reserveAsset);
  if (reserve > posted - held) {
    const scale = scaleOf(instrument, row.reserveAsset);
    const text = (units: bigint): string => `${formatDecimal(units, scale)} ${row.reserveAsset}`;
    const message = `The order needs ${text(reserve)}; ${text(posted - held)} is available.`;
    return refuse(failure('INSUFFICIENT_FUNDS', message, 'qty'));
  }
  row.reserve = reserve;
  books.hold(account.id, row.reserveAsset, reserve);
  account.openOrders += 1;
  books.addOrder(row);
  books.emit(account.id, 'ORDER_ACCEPTED', orderEvent(row), at);
  return { ok: true, value: { ...row } };
};

/** Takes a closed order out of its account's count of open ones. */
export const countClosed = (books: Books, order: OrderRow): void => {
  const account = books.account(order.accountId);
  if (account === undefined || !isFinal(order.status)) return;
  account.openOrders -= 1;
  books.touch(account);
};

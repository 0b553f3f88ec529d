import type { OrderSide } from '../database/generated/enums.ts';
import type { Ids } from '../kernel/ids.ts';
import type { Books } from '../lane/books.ts';
import type { ExecutionRow, OrderRow } from '../lane/rows.ts';
import { tradeLines } from '../ledger/entries.ts';
import { holdFill, positionAfter } from '../ledger/holding.ts';
import { house } from '../ledger/house.ts';
import { tradeValue } from '../market/instrument.ts';
import { type OrderName, type Report, type TradeReport, type TradeSide, UNKNOWN_ORDER } from '../venues/venue.ts';
import { isLateEntry, protectLateFill } from './decide-late.ts';
import { countClosed } from './decide-place.ts';
import { applyReplaced } from './decide-replace.ts';
import { execIdOf } from './exec-id.ts';
import { followList, type OrderRules, settleReserve, shutOut } from './list.ts';
import {
  acknowledge,
  closeAtFilled,
  confirmCancel,
  defer,
  fill,
  isFinal,
  markUnknown,
  refuseCancel,
  refuseReplace,
  reject,
  trail,
  trigger,
} from './order.ts';
import { type FeeRates, feeOf, rateOf } from './risk.ts';
import { orderEvent } from './view.ts';

export interface SettleFacts extends OrderRules {
  ids: Ids;
}

/** What reports could not settle: the venue must be asked what became of these orders. */
export type Doubts = OrderName[];

/** Says what happened to an order: its row changed, its hold follows, its account gets an event. */
const changed = (
  books: Books,
  order: OrderRow,
  wasFinal: boolean,
  type: string,
  more: object,
  facts: SettleFacts,
  at: Date,
): void => {
  settleReserve(books, order, facts);
  books.touch(order);
  if (!wasFinal) countClosed(books, order);
  books.emit(order.accountId, type, { ...orderEvent(order), ...more }, at);
  followList(books, order, facts, at);
};

interface Leg {
  side: OrderSide;
  liquidity: 'MAKER' | 'TAKER';
  /** Null: a maker of the house, which pays itself no fee. */
  order: OrderRow | null;
  feeBps: bigint;
  fee: bigint;
}

const legOf = (
  books: Books,
  party: TradeSide,
  { side, liquidity }: Pick<Leg, 'side' | 'liquidity'>,
  value: bigint,
  rates: FeeRates,
): Leg => {
  if (party === null) return { side, liquidity, order: null, feeBps: 0n, fee: 0n };
  const order = books.order(party.orderId);
  if (order === undefined) throw new Error('a fill of an order that does not exist');
  if (order.side !== side) throw new Error('the venue filled the wrong side of an order');
  const feeBps = rateOf(order, liquidity, rates);
  return { side, liquidity, order, feeBps, fee: feeOf(value, feeBps) };
};

const legsOf = (books: Books, trade: TradeReport, value: bigint, rates: FeeRates): Leg[] => {
  const makerSide = trade.takerSide === 'BUY' ? 'SELL' : 'BUY';
  return [
    legOf(books, trade.taker, { side: trade.takerSide, liquidity: 'TAKER' }, value, rates),
    legOf(books, trade.maker, { side: makerSide, liquidity: 'MAKER' }, value, rates),
  ];
};

const settleLeg = (books: Books, trade: TradeReport, leg: Leg, value: bigint, facts: SettleFacts, at: Date): void => {
  const { order } = leg;
  if (order === null) return;
  const { qty, price, tradeId, symbol } = trade;
  const wasFinal = isFinal(order.status);
  const isLate = isLateEntry(books, order);
  fill(order, qty, value, leg.fee, at);
  const id = facts.ids.next();
  const held = { executionId: id, accountId: order.accountId, symbol, side: leg.side, qty, value };
  const position = holdFill(books, held, at);
  const execution: ExecutionRow = {
    id,
    execId: execIdOf(trade, leg.side),
    tradeId,
    orderId: order.id,
    accountId: order.accountId,
    symbol,
    side: leg.side,
    qty,
    price,
    value,
    fee: leg.fee,
    feeBps: Number(leg.feeBps),
    liquidity: leg.liquidity,
    cumQty: order.filledQty,
    createdAt: at,
    kind: 'TRADE',
    bustsId: null,
    correctsId: null,
    ...positionAfter(position),
  };
  books.addExecution(execution);
  if (!wasFinal) shutOut(books, order, facts, at);
  const type = order.status === 'FILLED' ? 'ORDER_FILLED' : 'ORDER_PARTIALLY_FILLED';
  changed(books, order, wasFinal, type, { fill: { id: execution.id, qty, price, value, fee: leg.fee } }, facts, at);
  if (isLate) protectLateFill(books, order, { filledQty: qty, filledValue: value }, facts, at);
};

const settleTrade = (books: Books, trade: TradeReport, facts: SettleFacts, at: Date): void => {
  const instrument = facts.instrumentOf(trade.symbol);
  const value = tradeValue(instrument, trade.price, trade.qty);
  const legs = legsOf(books, trade, value, facts.rates);
  const [buy, sell] = trade.takerSide === 'BUY' ? legs : [legs[1], legs[0]];
  const { baseAsset, quoteAsset } = instrument;
  books.book(
    { id: facts.ids.next(), kind: 'TRADE', reference: trade.tradeId, createdAt: at },
    tradeLines({
      buyer: buy?.order?.accountId ?? house.venue,
      seller: sell?.order?.accountId ?? house.venue,
      baseAsset,
      quoteAsset,
      qty: trade.qty,
      value,
      buyerFee: buy?.fee ?? 0n,
      sellerFee: sell?.fee ?? 0n,
    }),
  );
  for (const leg of legs) settleLeg(books, trade, leg, value, facts, at);
};

type OrderReport = Exclude<Report, TradeReport>;

/** What a report about one order changes; the type of its event, or nothing when the report was repeated or came too late. */
const applyReport = (
  books: Books,
  order: OrderRow,
  report: OrderReport,
  facts: SettleFacts,
  at: Date,
): string | undefined => {
  switch (report.kind) {
    case 'ACKNOWLEDGED':
      return acknowledge(order, at) ? 'ORDER_NEW' : undefined;
    case 'OUTCOME_UNKNOWN':
      return markUnknown(order, at) ? 'ORDER_EXECUTION_UNKNOWN' : undefined;
    case 'REJECTED':
      return reject(order, report.reason, at) ? `ORDER_${order.status}` : undefined;
    case 'DEFERRED':
      return defer(order, at) ? `ORDER_${order.status}` : undefined;
    case 'CANCELED':
      return confirmCancel(order, order.status === 'PENDING_CANCEL' ? order.reason : report.reason, at)
        ? `ORDER_${order.status}`
        : undefined;
    case 'CANCEL_REFUSED':
      // Nothing is there to be kept: reconciliation finds out whether anything still comes.
      if (report.reason === UNKNOWN_ORDER) return undefined;
      return refuseCancel(order, at) ? 'ORDER_CANCEL_REJECTED' : undefined;
    case 'REPLACED':
      return applyReplaced(books, order, report, facts, at);
    case 'REPLACE_REFUSED':
      return refuseReplace(order, report, at) ? 'ORDER_REPLACE_REJECTED' : undefined;
    case 'TRIGGERED':
      return trigger(order, at) ? 'ORDER_TRIGGERED' : undefined;
    case 'TRAILED':
      return trail(order, report, at) ? 'ORDER_TRAILED' : undefined;
    case 'SPENT':
      if (isFinal(order.status)) return undefined;
      closeAtFilled(order, 'NOTIONAL_BUYS_NOTHING', at);
      return order.status === 'FILLED' ? 'ORDER_FILLED' : 'ORDER_CANCELED';
  }
};

/**
 * Books a trade once. A side that the books do not know is the new order of a replacement that was not heard of yet: the trade
 * waits until it is.
 */
const tradeOnce = (books: Books, trade: TradeReport, facts: SettleFacts, at: Date): Doubts => {
  if (books.hasExecution(execIdOf(trade, 'BUY')) || books.hasExecution(execIdOf(trade, 'SELL'))) return [];
  const parties = [trade.taker, trade.maker].filter((party) => party !== null);
  const known = parties.filter(({ orderId }) => books.order(orderId) !== undefined);
  if (known.length < parties.length) return known.map((party) => ({ ...party, symbol: trade.symbol }));
  settleTrade(books, trade, facts, at);
  return [];
};

/** Whether the report counts fills that are not booked yet, which the order must still hold for. It counts busted ones too. */
const isEarly = (order: OrderRow, report: OrderReport): boolean =>
  'cumQty' in report && report.cumQty !== undefined && report.cumQty > order.filledQty + order.bustedQty;

/** A refusal says that another report was to say what became of the order; of an unknown outcome none will. */
const riddles: ReadonlySet<Report['kind']> = new Set(['CANCEL_REFUSED', 'REPLACE_REFUSED', 'OUTCOME_UNKNOWN']);

/** Later places are higher. Also when nothing else of the order changes, because a cancel or a replacement overtook it. */
const takePlace = (books: Books, order: OrderRow, place: bigint | undefined): void => {
  if (place === undefined || isFinal(order.status) || place <= (order.place ?? 0n)) return;
  order.place = place;
  books.touch(order);
};

/**
 * Books what a venue reported, in whatever order it came. A report that changes nothing any more, because it was repeated, is
 * ignored; one that cannot be booked without another one is left to reconciliation.
 */
export const decideSettle = (books: Books, at: Date, reports: readonly Report[], facts: SettleFacts): Doubts => {
  const doubts: Doubts = [];
  for (const report of reports) {
    if (report.kind === 'TRADE') {
      doubts.push(...tradeOnce(books, report, facts, at));
      continue;
    }
    const order = books.order(report.orderId);
    if (order === undefined) continue;
    const wasFinal = isFinal(order.status);
    if ('place' in report && report.kind !== 'REPLACED') takePlace(books, order, report.place);
    const type = isEarly(order, report) ? undefined : applyReport(books, order, report, facts, at);
    if (type !== undefined) changed(books, order, wasFinal, type, {}, facts, at);
    if (!isFinal(order.status) && (isEarly(order, report) || riddles.has(report.kind))) {
      doubts.push({ orderId: order.id, accountId: order.accountId, symbol: order.symbol });
    }
  }
  return doubts;
};

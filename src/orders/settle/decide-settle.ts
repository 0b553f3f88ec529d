import type { Books } from '../../lane/books.ts';
import type { OrderRow } from '../../lane/rows.ts';
import { type OrderName, type Report, type TradeReport, UNKNOWN_ORDER } from '../../venues/venue.ts';
import { cancelNext } from '../change/decide-cancel.ts';
import { applyReplaced } from '../change/decide-replace.ts';
import {
  acknowledge,
  closeAtFilled,
  confirmCancel,
  defer,
  isFinal,
  markUnknown,
  refuseCancel,
  refuseReplace,
  reject,
} from '../order.ts';
import { fitExits, holdExits } from './decide-fit.ts';
import { protectLateFills } from './decide-late.ts';
import { changed, type SettleFacts, settleTrade } from './decide-trade.ts';
import { execIdOf } from './exec-id.ts';
import { trail, trigger } from './stop-order.ts';

/** What reports could not settle: the venue must be asked what became of these orders. */
export type Doubts = OrderName[];

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
    const { replacement } = order;
    if ('place' in report && report.kind !== 'REPLACED') takePlace(books, order, report.place);
    const type = isEarly(order, report) ? undefined : applyReport(books, order, report, facts, at);
    if (type !== undefined) {
      changed(books, order, wasFinal, type, {}, facts, at);
      cancelNext(books, order, replacement, facts, at);
      protectLateFills(books, order, facts, at);
    }
    // What was just refused is not asked again before the venue has said how it is.
    if (riddles.has(report.kind)) holdExits(books, order, facts);
    else fitExits(books, order, facts, at);
    if (!isFinal(order.status) && (isEarly(order, report) || riddles.has(report.kind))) {
      doubts.push({ orderId: order.id, accountId: order.accountId, symbol: order.symbol });
    }
  }
  return doubts;
};

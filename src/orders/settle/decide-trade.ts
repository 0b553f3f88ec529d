import type { OrderSide } from '../../database/generated/enums.ts';
import type { Ids } from '../../kernel/ids.ts';
import type { Books } from '../../lane/books.ts';
import type { ExecutionRow, OrderRow } from '../../lane/rows.ts';
import { tradeLines } from '../../ledger/entries.ts';
import { holdFill, positionAfter } from '../../ledger/holding.ts';
import { house } from '../../ledger/house.ts';
import { cover, repay } from '../../ledger/shortfall.ts';
import { tradeValue } from '../../market/instrument.ts';
import type { TradeReport, TradeSide } from '../../venues/venue.ts';
import { isExit } from '../exits.ts';
import { followList, letGo, type OrderRules, settleReserve, shutOut } from '../list.ts';
import { boughtIn } from '../new-row.ts';
import { fill, isFinal } from '../order.ts';
import { countClosed, countOpened } from '../place/decide-place.ts';
import { feeOf, rateOf } from '../risk.ts';
import { orderEvent } from '../view.ts';
import { fitExits } from './decide-fit.ts';
import { isLateEntry, protectLateFills } from './decide-late.ts';
import { execIdOf } from './exec-id.ts';

/** What one trade means for the orders, positions and cash of both of its sides. */

export interface SettleFacts extends OrderRules {
  ids: Ids;
}

/** Says what happened to an order: its row changed, its hold follows, its account gets an event. */
export const changed = (
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
  books.emit(order.accountId, type, Object.assign(orderEvent(order), more), at);
  followList(books, order, facts, at);
};

interface Leg {
  side: OrderSide;
  liquidity: 'MAKER' | 'TAKER';
  /** Null: a maker of the house, which pays itself no fee. */
  order: OrderRow | null;
  /** Of the execution. */
  id: string;
  feeBps: bigint;
  fee: bigint;
}

const legOf = (
  books: Books,
  party: TradeSide,
  { side, liquidity }: Pick<Leg, 'side' | 'liquidity'>,
  value: bigint,
  { rates, ids }: Pick<SettleFacts, 'rates' | 'ids'>,
): Leg => {
  const id = ids.next();
  if (party === null) return { side, liquidity, order: null, id, feeBps: 0n, fee: 0n };
  const order = books.order(party.orderId);
  if (order === undefined) throw new Error('a fill of an order that does not exist');
  if (order.side !== side) throw new Error('the venue filled the wrong side of an order');
  const feeBps = rateOf(order, liquidity, rates);
  return { side, liquidity, order, id, feeBps, fee: feeOf(value, feeBps) };
};

const legsOf = (books: Books, trade: TradeReport, value: bigint, facts: SettleFacts): Leg[] => {
  const makerSide = trade.takerSide === 'BUY' ? 'SELL' : 'BUY';
  return [
    legOf(books, trade.taker, { side: trade.takerSide, liquidity: 'TAKER' }, value, facts),
    legOf(books, trade.maker, { side: makerSide, liquidity: 'MAKER' }, value, facts),
  ];
};

const settleLeg = (books: Books, trade: TradeReport, leg: Leg, value: bigint, facts: SettleFacts, at: Date): void => {
  const { order, id } = leg;
  if (order === null) return;
  const { qty, price, tradeId, symbol } = trade;
  const wasFinal = isFinal(order.status);
  const isLate = isLateEntry(books, order);
  fill(order, qty, value, leg.fee, at);
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
  if (!wasFinal) shutOut(books, order, at);
  const type = order.status === 'FILLED' ? 'ORDER_FILLED' : 'ORDER_PARTIALLY_FILLED';
  changed(books, order, wasFinal, type, { fill: { id: execution.id, qty, price, value, fee: leg.fee } }, facts, at);
  if (isLate) order.unprotectedQty += qty;
  protectLateFills(books, order, facts, at);
  fitExits(books, order, facts, at);
};

/**
 * A fill of an order that is closed, and so holds nothing any more, or of an exit that holds no more than its entry had filled by
 * then: what is missing by now is made up for. What another open order holds is never too little.
 */
const makeUp = (books: Books, trade: TradeReport, leg: Leg, value: bigint, facts: SettleFacts, at: Date): void => {
  const { order, side, id, fee } = leg;
  if (order === null) return;
  if (!isFinal(order.status)) {
    if (!isExit(order)) return;
    letGo(books, order);
  }
  const { accountId } = order;
  const { baseAsset, quoteAsset } = facts.instrumentOf(trade.symbol);
  if (side === 'BUY') {
    const loan = { entryId: facts.ids.next(), auditId: facts.ids.next(), reference: id, accountId, asset: quoteAsset };
    cover(books, loan, value + fee, at);
  } else {
    const { posted, held } = books.balance(accountId, baseAsset);
    buyIn(books, order, trade.qty - (posted - held), trade.price, facts, at);
  }
};

export const settleTrade = (
  books: Books,
  trade: TradeReport,
  facts: SettleFacts,
  at: Date,
  /** The side that is no customer. */
  other: string = house.venue,
): void => {
  const instrument = facts.instrumentOf(trade.symbol);
  const value = tradeValue(instrument, trade.price, trade.qty);
  const legs = legsOf(books, trade, value, facts);
  for (const leg of legs) makeUp(books, trade, leg, value, facts, at);
  const [buy, sell] = trade.takerSide === 'BUY' ? legs : [legs[1], legs[0]];
  const { baseAsset, quoteAsset } = instrument;
  books.book(
    { id: facts.ids.next(), kind: 'TRADE', reference: trade.tradeId, createdAt: at },
    tradeLines({
      buyer: buy?.order?.accountId ?? other,
      seller: sell?.order?.accountId ?? other,
      baseAsset,
      quoteAsset,
      qty: trade.qty,
      value,
      buyerFee: buy?.fee ?? 0n,
      sellerFee: sell?.fee ?? 0n,
    }),
  );
  for (const leg of legs) settleLeg(books, trade, leg, value, facts, at);
  for (const { order, id } of legs) {
    if (order === null) continue;
    const { accountId } = order;
    repay(books, { entryId: facts.ids.next(), reference: id, accountId, asset: quoteAsset }, at);
  }
};

/**
 * Units that an account must give and has not: it buys them from the house at the price at which it gives them, free of fees, by
 * an order of its own. So the trade is booked as it was, position and lots are what executions make, and what the market has done
 * since is the house's.
 */
export const buyIn = (
  books: Books,
  owing: OrderRow,
  qty: bigint,
  price: bigint,
  facts: SettleFacts,
  at: Date,
): void => {
  if (qty <= 0n) return;
  const { accountId, symbol } = owing;
  const instrument = facts.instrumentOf(symbol);
  const order = boughtIn(owing, { id: facts.ids.next(), qty, price, quoteAsset: instrument.quoteAsset }, at);
  books.addOrder(order);
  countOpened(books, order);
  books.emit(accountId, 'ORDER_ACCEPTED', { ...orderEvent(order), coversOrderId: owing.id }, at);
  const loan = { entryId: facts.ids.next(), auditId: facts.ids.next(), reference: order.id, accountId };
  cover(books, { ...loan, asset: instrument.quoteAsset }, tradeValue(instrument, price, qty), at);
  const trade = { kind: 'TRADE' as const, tradeId: facts.ids.next(), symbol, price, qty, takerSide: 'BUY' as const };
  settleTrade(books, { ...trade, taker: { orderId: order.id, accountId }, maker: null }, facts, at, house.cover);
};

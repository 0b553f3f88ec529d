import type { OrderSide } from '../database/generated/enums.ts';
import { byState, type Failure, failure } from '../errors.ts';
import type { Answer } from '../idempotency/once.ts';
import { formatDecimal, MAX_UNITS } from '../kernel/decimal.ts';
import type { Ids } from '../kernel/ids.ts';
import type { Books, Line } from '../lane/books.ts';
import type { EntryRow, ExecutionRow, OrderRow } from '../lane/rows.ts';
import { shortOf } from '../ledger/decide-reversal.ts';
import { reversed, tradeLines } from '../ledger/entries.ts';
import { holdFill, lotOf, positionAfter, unholdFill } from '../ledger/holding.ts';
import { repay } from '../ledger/shortfall.ts';
import type { Instrument } from '../market/instrument.ts';
import { isExit } from '../orders/exits.ts';
import { followList, type OrderRules, reserveChanges, settleReserve } from '../orders/list.ts';
import { amendFills } from '../orders/order.ts';
import { feeOf } from '../orders/risk.ts';
import { fitExits, freedByFit } from '../orders/settle/decide-fit.ts';
import { execIdOf } from '../orders/settle/exec-id.ts';
import { orderEvent } from '../orders/view.ts';
import { makeUp } from './decide-cover.ts';

/** What was executed in truth; it gets a trade id of its own, so that it can be corrected or busted in its turn. */
export interface CorrectedTrade {
  tradeId: string;
  price: bigint;
  qty: bigint;
  value: bigint;
}

export interface AmendFacts {
  /** Of the trade; what is read before the lane, because it never changes. */
  trade: { tradeId: string; entry: EntryRow; lines: readonly Line[]; executions: readonly ExecutionRow[] };
  /** Null when the trade is busted. */
  corrected: CorrectedTrade | null;
  reason: string;
  /** Whether the house makes up for what a side no longer has. */
  covers: boolean;
  /** The input's field that names the trade. */
  field: string;
  instrument: Instrument;
  rules: OrderRules;
  ids: Ids;
}

/** What was done. */
export interface AmendedTrade {
  tradeId: string;
  correctedTradeId: string | null;
  entryIds: string[];
  amendedAt: Date;
}

/** The reason that a closed order gets, and the name of the event. */
const typeOf = (corrected: CorrectedTrade | null): 'TRADE_BUSTED' | 'TRADE_CORRECTED' =>
  corrected === null ? 'TRADE_BUSTED' : 'TRADE_CORRECTED';

/** Who gave the cash and got the units, and the other way round, makers of the house included. */
export const partiesOf = (lines: readonly Line[], { baseAsset }: Instrument): Record<OrderSide, string> => {
  const units = lines.filter(({ asset }) => asset === baseAsset);
  const buyer = units.find(({ amount }) => amount > 0n);
  const seller = units.find(({ amount }) => amount < 0n);
  if (buyer === undefined || seller === undefined) throw new Error('a trade without two sides');
  return { BUY: buyer.accountId, SELL: seller.accountId };
};

const orderOf = (books: Books, { orderId }: ExecutionRow): OrderRow => {
  const order = books.order(orderId);
  if (order === undefined) throw new Error('an execution names an order that does not exist');
  return order;
};

/** What the corrected side pays: by the rate of the execution itself; of one that was booked before rates were kept, its share. */
const feeFor = ({ fee, feeBps, value: booked }: ExecutionRow, value: bigint): bigint =>
  feeBps === null ? (value * fee) / booked : feeOf(value, BigInt(feeBps));

const correctedLines = (corrected: CorrectedTrade, { trade, instrument }: AmendFacts): Line[] => {
  const { BUY: buyer, SELL: seller } = partiesOf(trade.lines, instrument);
  const fee = (side: OrderSide): bigint => {
    const execution = trade.executions.find((row) => row.side === side);
    return execution === undefined ? 0n : feeFor(execution, corrected.value);
  };
  const { baseAsset, quoteAsset } = instrument;
  const { qty, value } = corrected;
  const fees = { buyerFee: fee('BUY'), sellerFee: fee('SELL') };
  return tradeLines({ buyer, seller, baseAsset, quoteAsset, qty, value, ...fees });
};

/** What the customer of one side has ruled out: a price worse than the order's limit, or more cash than the order was given. */
const beyondOrder = (
  books: Books,
  old: ExecutionRow,
  corrected: CorrectedTrade,
  facts: AmendFacts,
): string | undefined => {
  const { limitPrice, side, notional, filledValue, fees } = orderOf(books, old);
  const { price, value } = corrected;
  const name = side === 'BUY' ? 'BUYER' : 'SELLER';
  if (limitPrice !== null && (side === 'BUY' ? price > limitPrice : price < limitPrice)) {
    const limit = formatDecimal(limitPrice, facts.instrument.priceScale);
    return `The price is worse than the limit ${limit} of the ${name}'s order.`;
  }
  const spent = filledValue + fees - old.value - old.fee + value + feeFor(old, value);
  return side === 'BUY' && notional !== null && spent > notional
    ? `The price takes more cash than the ${name}'s order was given.`
    : undefined;
};

const beyondOrders = (books: Books, facts: AmendFacts): Failure | undefined => {
  const { corrected, trade } = facts;
  if (corrected === null) return undefined;
  for (const execution of trade.executions) {
    const message = beyondOrder(books, execution, corrected, facts);
    if (message !== undefined) return byState(failure('INVALID_PRICE', message, 'price'));
  }
  return undefined;
};

/** What the order loses with the old execution and gains with the corrected one. */
const amendOrder = (order: OrderRow, old: ExecutionRow, { corrected }: AmendFacts, at: Date): void => {
  const { qty = 0n, value = 0n } = corrected ?? {};
  const fee = corrected === null ? 0n : feeFor(old, value);
  const change = { qty: qty - old.qty, value: value - old.value, fee: fee - old.fee };
  amendFills(order, change, typeOf(corrected), at);
};

/** What the order and those that wait for it need, or let go of. An exit takes what there is, so it keeps nothing from being taken back. */
const needed = (books: Books, order: OrderRow, rules: OrderRules): Line[] =>
  reserveChanges(books, order, rules).filter(({ amount }) => amount < 0n || !isExit(order));

/** What the orders, and those that wait for them, let go of: tried on the order and taken off again. */
const released = (books: Books, facts: AmendFacts, at: Date): Line[] =>
  facts.trade.executions.flatMap((execution) => {
    const order = orderOf(books, execution);
    const before = { ...order };
    amendOrder(order, execution, facts, at);
    const lines = reversed([...needed(books, order, facts.rules), ...freedByFit(books, order, facts.rules)]);
    Object.assign(order, before);
    return lines;
  });

const outOfRange = (books: Books, lines: readonly Line[]): boolean =>
  [...Map.groupBy(lines, ({ accountId, asset }) => `${accountId} ${asset}`).values()].some((group) => {
    const { accountId, asset } = group[0] as Line;
    const after = group.reduce((sum, { amount }) => sum + amount, books.balance(accountId, asset).posted);
    return after > MAX_UNITS || after < -MAX_UNITS;
  });

/** `after` is what both sides must have available: the lines, and what their orders let go of. */
const problemOf = (
  books: Books,
  lines: readonly Line[],
  after: readonly Line[],
  facts: AmendFacts,
): Failure | undefined => {
  const { trade, instrument, field } = facts;
  if (books.isReversed(trade.entry.id)) {
    return failure('TRADE_ALREADY_BUSTED', 'The trade was busted or corrected before.', field);
  }
  const worse = beyondOrders(books, facts);
  if (worse !== undefined) return worse;
  if (outOfRange(books, lines)) {
    return byState(failure('INVALID_PRICE', 'The value of the trade is out of range.', 'price'));
  }
  const short = facts.covers ? undefined : shortOf(books, after);
  if (short === undefined) return undefined;
  const { accountId, asset, amount } = short;
  const { posted, held } = books.balance(accountId, asset);
  const scale = asset === instrument.baseAsset ? instrument.baseScale : instrument.quoteScale;
  const text = (units: bigint): string => `${formatDecimal(units, scale)} ${asset}`;
  const side = partiesOf(trade.lines, instrument).BUY === accountId ? 'BUYER' : 'SELLER';
  const message = `The ${side}, account ${accountId}, would have to give back ${text(-amount)}; ${text(posted - held)} is available.`;
  return failure('INSUFFICIENT_FUNDS', message, field);
};

const heldFill = ({ id, accountId, symbol, side, qty, value }: ExecutionRow) => ({
  ...{ executionId: id, accountId, symbol, side, qty, value },
});

/** Takes one side's execution back and books the corrected one, if there is one, in its place. */
const amendSide = (books: Books, old: ExecutionRow, bustId: string, facts: AmendFacts, at: Date): void => {
  const { corrected, rules, ids, reason } = facts;
  const order = orderOf(books, old);
  amendOrder(order, old, facts, at);
  const { qty = 0n, value = 0n } = corrected ?? {};
  const fee = corrected === null ? 0n : feeFor(old, value);
  // Both rows say what the order has filled after both of them: in between it never was anything else.
  const shared = { ...old, cumQty: order.filledQty, createdAt: at };

  const bust = (): void => {
    const row = { ...shared, id: bustId, execId: `${old.execId}-BUST`, kind: 'BUST' as const, bustsId: old.id };
    const position = unholdFill(books, heldFill(old), row.id, at);
    books.addExecution({ ...row, correctsId: null, ...positionAfter(position) });
  };
  const rebook = ({ tradeId, price }: CorrectedTrade): string => {
    const execId = execIdOf({ tradeId }, old.side);
    const row = { ...shared, id: ids.next(), execId, tradeId, price, qty, value, fee, correctsId: old.id };
    const age = old.side === 'BUY' ? lotOf(books, old.id) : undefined;
    const position = holdFill(books, heldFill(row), at, age && { sequence: age.sequence, openedAt: age.openedAt });
    books.addExecution({ ...row, ...positionAfter(position) });
    return row.id;
  };
  // A corrected buy stands in its place before the old one goes, so that sells of its units have them from it; a corrected
  // sell takes from what the old one gave back.
  let id: string | null = null;
  if (corrected !== null && old.side === 'BUY') id = rebook(corrected);
  bust();
  if (corrected !== null && old.side === 'SELL') id = rebook(corrected);

  settleReserve(books, order, rules);
  books.touch(order);
  const fill = corrected && { id, tradeId: corrected.tradeId, price: corrected.price, qty, value, fee };
  const about = { executionId: old.id, tradeId: old.tradeId, fill, explanation: reason };
  books.emit(old.accountId, typeOf(corrected), { ...orderEvent(order), ...about }, at);
  followList(books, order, rules, at);
};

/**
 * Busts a trade, or books it as it was in truth, both sides at once: the exact opposite of its entry, at its own time, and
 * positions, lots and orders as if it had not been, or had been as corrected. What a side has no longer available is not taken,
 * unless the house is to make up for it.
 */
export const decideAmend = (books: Books, at: Date, facts: AmendFacts): Answer<AmendedTrade> => {
  const { trade, corrected, ids, instrument } = facts;
  const back = reversed(trade.lines);
  const forth = corrected === null ? [] : correctedLines(corrected, facts);
  const after = [...back, ...forth, ...released(books, facts, at)];
  const problem = problemOf(books, [...back, ...forth], after, facts);
  if (problem !== undefined) return { ok: false, failures: [problem] };
  const sides = trade.executions.map((old) => ({ old, bustId: ids.next() }));
  for (const { old, bustId } of facts.covers ? sides : []) {
    makeUp(books, { old, bustId, order: orderOf(books, old), after }, facts, at);
  }
  const entryIds = [ids.next()];
  books.book({ id: entryIds[0] as string, kind: 'REVERSAL', reference: trade.entry.id, createdAt: at }, back);
  if (corrected !== null) {
    const entry: EntryRow = { id: ids.next(), kind: 'TRADE', reference: corrected.tradeId, createdAt: at };
    books.book(entry, forth);
    entryIds.push(entry.id);
  }
  for (const { old, bustId } of sides) amendSide(books, old, bustId, facts, at);
  for (const { old } of sides) fitExits(books, orderOf(books, old), { ...facts.rules, ids }, at);
  for (const { old, bustId } of sides) {
    const loan = { reference: bustId, accountId: old.accountId, asset: instrument.quoteAsset };
    repay(books, { entryId: ids.next(), ...loan }, at);
  }
  const correctedTradeId = corrected?.tradeId ?? null;
  return { ok: true, value: { tradeId: trade.tradeId, correctedTradeId, entryIds, amendedAt: at } };
};

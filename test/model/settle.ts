import type { Command } from '../../src/venues/paper/engine.ts';
import type { Report, VenueOrder } from '../../src/venues/venue.ts';
import { factsOf, MAKER_BPS, TAKER_BPS } from './facts.ts';
import { rebuild } from './holdings.ts';
import { collarAt, stopAt } from './prices.ts';
import { isClosed } from './sessions.ts';
import {
  accountOf,
  assetOf,
  availableOf,
  entryOf,
  isExit,
  isHere,
  isOpen,
  leaves,
  type Order,
  type State,
  siblingOf,
  type Trade,
  waitingFor,
  worthAt,
} from './state.ts';

/** What the venue is told, and what becomes of its answers. */

export const ownerOf = (state: State, key: string): Order => {
  const found = state.orders.find((order) => order.key === key);
  if (found === undefined) throw new Error(`the model has no order ${key}`);
  return found;
};

/** What a buy by cash may spend on units, so that the fee still fits. */
export const budgetOf = ({ side, notional, filledValue }: Pick<Order, 'side' | 'notional' | 'filledValue'>) =>
  notional === null || side === 'SELL' ? null : (notional * 10_000n) / (10_000n + TAKER_BPS) - filledValue;

export const submit = (order: Order): { kind: 'SUBMIT'; order: VenueOrder } => {
  const { key, owner, symbol, side, type, timeInForce, worstPrice, stopPrice, trailPeak, postOnly } = order;
  const { trailPrice, trailBps } = order;
  const trail = trailPrice !== null ? { price: trailPrice } : trailBps !== null ? { bps: Number(trailBps) } : null;
  const told: VenueOrder = {
    orderId: key,
    accountId: owner,
    symbol,
    side,
    type,
    timeInForce,
    leavesQty: leaves(order),
    worstPrice,
    stopPrice,
    trail,
    trailPeak,
    place: null,
    triggered: order.triggeredAt !== null,
    postOnly,
    budget: budgetOf(order),
    group: isExit(order) ? order.list : null,
  };
  return { kind: 'SUBMIT', order: told };
};

const end = (state: State, order: Order, status: 'CANCELED' | 'EXPIRED', reason: string | null): void => {
  Object.assign(order, { status, reason, asked: null });
  if (status === 'EXPIRED') order.expiredAt = state.now;
  else order.canceledAt = state.now;
};

/** The order is over with what it has. */
export const close = (state: State, order: Order, reason: string | null): void =>
  end(state, order, reason === 'TIME_IS_OVER' ? 'EXPIRED' : 'CANCELED', reason);

/** A trailing stop begins where its entry was filled, to the tick, and so does its collar. */
const trailFrom = (leg: Order, { filledQty, filledValue }: { filledQty: bigint; filledValue: bigint }): void => {
  const facts = factsOf(leg.symbol);
  const middle = filledValue / (filledQty * facts.unitValue);
  leg.trailPeak = middle - (middle % facts.tick);
  leg.stopPrice = stopAt(leg, leg.trailPeak);
  leg.worstPrice = collarAt(facts, leg.side, leg.stopPrice);
};

/** What happened to an entry, for those that wait for it: what it fills is set aside for them, or they end. */
const followEntry = (state: State, entry: Order, legs: readonly Order[], queue: Command[]): void => {
  const { filledQty, filledValue, leavesQty } = entryOf(state, entry.list);
  const isOver = leavesQty === 0n;
  if (isOver && filledQty === 0n) {
    for (const leg of legs) close(state, leg, 'ENTRY_CLOSED');
    return;
  }
  if (isOver) {
    for (const leg of legs) if (leg.type === 'TRAILING_STOP') trailFrom(leg, { filledQty, filledValue });
  }
  // What they keep back follows from what the entry has filled: it may be more than there is.
  if (availableOf(state, entry.owner, assetOf(legs[0]!)) < 0n) {
    for (const leg of legs) close(state, leg, 'INSUFFICIENT_FUNDS');
    return;
  }
  for (const leg of legs) {
    leg.qty = filledQty + leavesQty;
    if (!isOver) continue;
    // In the market or, while that is halted, for later.
    leg.status = state.halted.has(leg.symbol) || isClosed(state, leg.symbol) ? 'ACCEPTED' : 'PENDING_NEW';
    if (leg.status === 'PENDING_NEW') queue.push(submit(leg));
  }
};

/** What happened to an order, for those that belong to it. */
export const follow = (state: State, order: Order, queue: Command[]): void => {
  const sibling = siblingOf(state, order);
  if (isExit(order) && !isOpen(order) && order.status !== 'REPLACED' && sibling !== undefined && isHere(sibling)) {
    close(state, sibling, 'SIBLING_CLOSED');
  }
  const legs = waitingFor(state, order);
  if (legs.length > 0) followEntry(state, order, legs, queue);
};

export const feeOf = (value: bigint, liquidity: 'MAKER' | 'TAKER'): bigint =>
  (value * (liquidity === 'MAKER' ? MAKER_BPS : TAKER_BPS)) / 10_000n;

/** What an order and its owner's cash have of one side of a trade. */
export const give = (state: State, order: Order, trade: Trade, liquidity: 'MAKER' | 'TAKER'): void => {
  const { key, qty, price, value } = trade;
  const fee = feeOf(value, liquidity);
  order.fills.push({ trade: key, qty, price, value, fee, liquidity });
  order.filledQty += qty;
  order.filledValue += value;
  order.fees += fee;
  accountOf(state, order.owner).cash -= fee + (order.side === 'BUY' ? value : -value);
};

const fill = (state: State, order: Order, trade: Trade, liquidity: 'MAKER' | 'TAKER'): void => {
  give(state, order, trade, liquidity);
  if (order.filledQty === order.qty) Object.assign(order, { status: 'FILLED', filledAt: state.now });
  else if (order.status === 'NEW') order.status = 'PARTIALLY_FILLED';
  rebuild(state, order.owner, order.symbol);
};

/** The rest goes on under the new order. */
export const replaced = (state: State, order: Order, status: string): void => {
  const next = order.replacement;
  if (next === null) throw new Error('nobody asked to replace the order');
  Object.assign(order, { status: 'REPLACED', replacedBy: next.key, replacement: null });
  state.orders.push({ ...next, status });
};

export const byFills = ({ filledQty }: Order): string => (filledQty > 0n ? 'PARTIALLY_FILLED' : 'NEW');

/** What becomes of an open order by a report that is no trade. */
export const hear = (state: State, order: Order, report: Exclude<Report, { kind: 'TRADE' }>): void => {
  if (report.kind === 'ACKNOWLEDGED' && order.status === 'PENDING_NEW') order.status = byFills(order);
  if (report.kind === 'CANCELED') close(state, order, order.status === 'PENDING_CANCEL' ? order.asked : report.reason);
  if (report.kind === 'TRIGGERED') order.triggeredAt = state.now;
  if (report.kind === 'TRAILED') {
    const { trailPeak, stopPrice, worstPrice } = report;
    Object.assign(order, { trailPeak, stopPrice, worstPrice });
  }
  if (report.kind === 'REPLACED') replaced(state, order, 'NEW');
  if (report.kind === 'SPENT') {
    if (order.filledQty === 0n) close(state, order, 'NOTIONAL_BUYS_NOTHING');
    else Object.assign(order, { qty: order.filledQty, status: 'FILLED', filledAt: state.now });
  }
};

const apply = (state: State, report: Report, queue: Command[]): void => {
  if (report.kind === 'TRADE') {
    const sides = [
      [report.taker, 'TAKER'],
      [report.maker, 'MAKER'],
    ] as const;
    const { symbol, price, qty } = report;
    // Each desk counts its own.
    const trade: Trade = {
      key: `${symbol} ${report.tradeId}`,
      symbol,
      price,
      qty,
      value: worthAt(factsOf(symbol), price, qty),
      sides: [],
    };
    state.trades.push(trade);
    for (const [side, liquidity] of sides) {
      if (side === null) throw new Error('there are no makers');
      const order = ownerOf(state, side.orderId);
      trade.sides.push({ order: order.key, owner: order.owner, side: order.side, liquidity });
      fill(state, order, trade, liquidity);
      const sibling = siblingOf(state, order);
      if (sibling !== undefined) close(state, sibling, 'GROUP_SETTLED');
      follow(state, order, queue);
    }
    return;
  }
  const order = ownerOf(state, report.orderId);
  if (!isOpen(order)) return;
  hear(state, order, report);
  follow(state, order, queue);
};

/** Tells the venue, and books what it says until it has nothing more to say. */
export const tell = (state: State, commands: readonly Command[]): void => {
  const queue = [...commands];
  for (let command = queue.shift(); command !== undefined; command = queue.shift()) {
    const symbol =
      'order' in command
        ? command.order.symbol
        : 'replacement' in command
          ? command.replacement.symbol
          : command.symbol;
    for (const report of state.desks[symbol]?.execute(command) ?? []) apply(state, report, queue);
  }
};

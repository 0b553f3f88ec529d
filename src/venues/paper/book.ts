import type { VenueFill, VenueOrder } from '../venue.ts';
import { createLadder, type Ladder, type Queued } from './ladder.ts';

/** What the book needs of an order; a maker's quote has no account. */
export type BookOrder = Pick<
  VenueOrder,
  'orderId' | 'side' | 'type' | 'timeInForce' | 'leavesQty' | 'worstPrice' | 'postOnly' | 'budget' | 'group'
> & { accountId: string | null };

/** An order, or a maker's quote, in the book. */
export interface Resting extends Queued<Resting> {
  orderId: string;
  /** null: one of the venue's own makers. */
  readonly accountId: string | null;
  readonly side: VenueOrder['side'];
  readonly postOnly: boolean;
  readonly group: string | null;
}

/** A trade at the resting order's price. */
export interface Fill {
  price: bigint;
  qty: bigint;
  orderId: string;
  accountId: string | null;
}

/** Why the book itself ended what an order had left. */
export type EndReason =
  | 'IOC_REMAINDER'
  | 'FOK_NOT_FILLABLE'
  | 'NO_LIQUIDITY_WITHIN_COLLAR'
  | 'SELF_TRADE_PREVENTION'
  | 'POST_ONLY_WOULD_TAKE'
  | 'SPENT';

export interface Outcome {
  fills: Fill[];
  ended: EndReason | null;
}

export interface Foresight {
  fills: VenueFill[];
  ended: EndReason | null;
}

export interface DepthLevel {
  price: bigint;
  qty: bigint;
}

export interface Book {
  add(order: BookOrder): Outcome;
  /** Rests, whatever it meets: nothing trades. */
  keep(order: BookOrder): void;
  /** What `add` would lead to now; nothing changes. */
  preview(order: BookOrder): Foresight;
  /** False when nothing with this id rests here. */
  cancel(orderId: string): boolean;
  /** Gives a resting order another id and no more quantity than it has; it keeps its place. */
  shrink(orderId: string, newOrderId: string, leavesQty: bigint): void;
  /** The order as it rests, if it does. */
  find(orderId: string): Readonly<Resting> | undefined;
  best(side: VenueOrder['side']): Readonly<DepthLevel> | undefined;
  depth(side: VenueOrder['side'], levels: number): DepthLevel[];
}

export interface BookOptions {
  lotSize: bigint;
  /** Units of the quote asset per price unit and base unit. */
  unitValue: bigint;
  /** Told of each fill of a resting order that has a group, before the next one: it may cancel others. */
  groupTraded(group: string, orderId: string): void;
}

const opposite = { BUY: 'SELL', SELL: 'BUY' } as const;

const reaches = (order: BookOrder, price: bigint): boolean =>
  order.side === 'BUY' ? price <= order.worstPrice : price >= order.worstPrice;

const isOwn = (order: BookOrder, resting: Resting): boolean =>
  order.accountId !== null && order.accountId === resting.accountId;

const smaller = (one: bigint, other: bigint): bigint => {
  if (one < other) return one;
  return other;
};

/** What becomes of a rest that nothing in the book meets. */
const endOfRest = (order: BookOrder): EndReason | null => {
  if (order.type !== 'LIMIT' && order.type !== 'STOP_LIMIT') return 'NO_LIQUIDITY_WITHIN_COLLAR';
  return order.timeInForce === 'IOC' ? 'IOC_REMAINDER' : null;
};

/**
 * A limit order book of one instrument with price-time priority. It is a pure state machine: no clock, no randomness,
 * no ids of its own. A stop that comes here has been triggered. Quantities and prices stay `bigint` throughout, because
 * the orders come and the fills go as such: the same code on numbers, which would need checks and conversions besides,
 * measured at most a sixth faster.
 */
export const createBook = ({ lotSize, unitValue, groupTraded }: BookOptions): Book => {
  const sides: Record<VenueOrder['side'], Ladder<Resting>> = { BUY: createLadder('BUY'), SELL: createLadder('SELL') };
  const resting = new Map<string, Resting>();

  /** Whole lots that the cash pays for. */
  const lotsFor = (cash: bigint, price: bigint): bigint => {
    const qty = cash / (price * unitValue);
    return qty - (qty % lotSize);
  };

  const isSpent = (budget: bigint | null, price: bigint): boolean => budget !== null && lotsFor(budget, price) === 0n;

  const tradable = ({ leavesQty, level }: Resting, wanted: bigint, budget: bigint | null): bigint => {
    const qty = smaller(leavesQty, wanted);
    return budget === null ? qty : smaller(qty, lotsFor(budget, level.price));
  };

  /**
   * What a match would come to. An own order in the way would stop it; of the orders of one group, only the first would be
   * left to trade.
   */
  const look = (order: BookOrder, against: Ladder<Resting>): Foresight => {
    let { leavesQty, budget } = order;
    const fills: VenueFill[] = [];
    const groups = new Set<string>();
    for (let rank = 0, level = against.level(0); level !== undefined; rank += 1, level = against.level(rank)) {
      if (!reaches(order, level.price)) break;
      for (let maker = level.first; maker !== undefined; maker = maker.next) {
        if (maker.group !== null && groups.has(maker.group)) continue;
        if (maker.group !== null) groups.add(maker.group);
        const qty = tradable(maker, leavesQty, budget);
        if (qty === 0n) return { fills, ended: 'SPENT' };
        if (isOwn(order, maker)) return { fills, ended: 'SELF_TRADE_PREVENTION' };
        fills.push({ price: level.price, qty });
        leavesQty -= qty;
        if (budget !== null) budget -= qty * level.price * unitValue;
        if (leavesQty === 0n) return { fills, ended: null };
        if (isSpent(budget, level.price)) return { fills, ended: 'SPENT' };
      }
    }
    return { fills, ended: order.timeInForce === 'FOK' ? 'FOK_NOT_FILLABLE' : endOfRest(order) };
  };

  const fill = (maker: Resting, qty: bigint): Fill => {
    const { level, orderId, accountId, group } = maker;
    sides[maker.side].reduce(maker, qty);
    if (maker.leavesQty === 0n) resting.delete(orderId);
    if (group !== null) groupTraded(group, orderId);
    return { price: level.price, qty, orderId, accountId };
  };

  const match = (order: BookOrder, against: Ladder<Resting>): Outcome & { leavesQty: bigint } => {
    const fills: Fill[] = [];
    let { leavesQty, budget } = order;
    while (leavesQty > 0n) {
      const level = against.level(0);
      const maker = level?.first;
      if (maker === undefined || !reaches(order, maker.level.price))
        return { fills, leavesQty, ended: endOfRest(order) };
      const { price } = maker.level;
      const qty = tradable(maker, leavesQty, budget);
      if (qty === 0n) return { fills, leavesQty, ended: 'SPENT' };
      if (isOwn(order, maker)) return { fills, leavesQty, ended: 'SELF_TRADE_PREVENTION' };
      fills.push(fill(maker, qty));
      leavesQty -= qty;
      if (budget !== null) budget -= qty * price * unitValue;
      // Prices only get worse from here.
      if (leavesQty > 0n && isSpent(budget, price)) return { fills, leavesQty, ended: 'SPENT' };
    }
    return { fills, leavesQty, ended: null };
  };

  /** Why the order does not come in at all: it must not take, or would not be filled whole. */
  const obstacle = (order: BookOrder, against: Ladder<Resting>): EndReason | null => {
    const level = against.level(0);
    if (order.postOnly && level !== undefined && reaches(order, level.price)) return 'POST_ONLY_WOULD_TAKE';
    if (order.timeInForce !== 'FOK') return null;
    const { ended } = look(order, against);
    return ended === null || ended === 'SPENT' ? null : 'FOK_NOT_FILLABLE';
  };

  const rest = ({ orderId, accountId, side, worstPrice, postOnly, group }: BookOrder, leavesQty: bigint): void => {
    const ladder = sides[side];
    const [previous, next] = [undefined, undefined];
    const level = ladder.levelAt(worstPrice);
    const entry: Resting = { orderId, accountId, side, postOnly, group, leavesQty, level, previous, next };
    ladder.append(entry);
    resting.set(orderId, entry);
  };

  return {
    add: (order) => {
      const against = sides[opposite[order.side]];
      const refused = obstacle(order, against);
      if (refused !== null) return { fills: [], ended: refused };
      const { fills, leavesQty, ended } = match(order, against);
      if (leavesQty > 0n && ended === null) rest(order, leavesQty);
      return { fills, ended };
    },
    keep: (order) => rest(order, order.leavesQty),
    preview: (order) => {
      const against = sides[opposite[order.side]];
      const refused = obstacle(order, against);
      return refused === null ? look(order, against) : { fills: [], ended: refused };
    },
    cancel: (orderId) => {
      const found = resting.get(orderId);
      if (found === undefined) return false;
      resting.delete(orderId);
      sides[found.side].remove(found);
      return true;
    },
    shrink: (orderId, newOrderId, leavesQty) => {
      const found = resting.get(orderId);
      if (found === undefined || leavesQty > found.leavesQty)
        throw new Error('an order in the book cannot grow in place');
      resting.delete(orderId);
      found.orderId = newOrderId;
      resting.set(newOrderId, found);
      sides[found.side].reduce(found, found.leavesQty - leavesQty);
    },
    find: (orderId) => resting.get(orderId),
    best: (side) => sides[side].level(0),
    depth: (side, count) => {
      const levels: DepthLevel[] = [];
      for (let rank = 0; rank < count; rank += 1) {
        const level = sides[side].level(rank);
        if (level === undefined) break;
        levels.push({ price: level.price, qty: level.qty });
      }
      return levels;
    },
  };
};

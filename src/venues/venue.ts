import type { OrderSide, OrderType, TimeInForce } from '../database/generated/enums.ts';

/** How far a trailing stop follows the market: a distance in price units, or in hundredths of a percent. */
export type Trail = { price: bigint } | { bps: number };

/** An order as a venue sees it. Prices and quantities are the instrument's units. */
export interface VenueOrder {
  orderId: string;
  accountId: string;
  symbol: string;
  side: OrderSide;
  type: OrderType;
  timeInForce: TimeInForce;
  /** What is still to be filled. */
  leavesQty: bigint;
  /**
   * The worst price it may trade at: its limit, or the collar of an order without one. Of a sell STOP or TRAILING_STOP it binds
   * nobody: what is reached is a market order of that moment, whose collar hangs on the best bid.
   */
  worstPrice: bigint;
  /** Where a STOP or STOP_LIMIT is triggered; a trailing stop's moves with the market. Null for the others. */
  stopPrice: bigint | null;
  trail: Trail | null;
  /** The best price that the market has had for a trailing stop, when it comes back after a restart. */
  trailPeak: bigint | null;
  /** A stop that was triggered before: it comes back as the market or limit order that it has become. */
  triggered: boolean;
  /** Must rest: cancelled with POST_ONLY_WOULD_TAKE instead of taking. */
  postOnly: boolean;
  /** What a market buy may still spend, fees left out, in units of the quote asset; null when its quantity is its only bound. */
  budget: bigint | null;
  /** Orders of one group shut each other out: when one of them trades or ends, the others are cancelled in the same command. */
  group: string | null;
  /** The place in time that the venue said it has, when it comes back after a restart. */
  place: bigint | null;
}

/** What an order would trade with one resting order. */
export interface VenueFill {
  price: bigint;
  qty: bigint;
}

/** What a replacement changes. What is null stays. */
export interface VenueReplacement {
  orderId: string;
  accountId: string;
  symbol: string;
  newOrderId: string;
  /** Added to what the order leaves at the moment of the replacement; negative to reduce. */
  qtyChange: bigint;
  worstPrice: bigint | null;
  /** Of a trailing stop, where it stands by what is known of its peak. A venue on which it stands elsewhere says so: `TRAILED`. */
  stopPrice: bigint | null;
  /** The new distance of a trailing stop from its peak, which stays: the stop follows from both at once. */
  trail: Trail | null;
}

/** One side of a trade. The venue's own makers have no order of ours. */
export type TradeSide = { orderId: string; accountId: string } | null;

export interface TradeReport {
  kind: 'TRADE';
  tradeId: string;
  symbol: string;
  price: bigint;
  qty: bigint;
  /** The side that came in; it took liquidity. */
  takerSide: OrderSide;
  taker: TradeSide;
  /** The side that rested in the book. */
  maker: TradeSide;
}

/** An order as everybody names it. */
export interface OrderName {
  orderId: string;
  accountId: string;
  symbol: string;
}

/**
 * What the venue has executed of an order in all, where it says so. Fills that it counts and that have not come yet are on their
 * way or lost: until they are booked, nothing that the order holds back is released.
 */
interface Counted {
  cumQty?: bigint;
}

/** The reason of a refusal when the venue does not know the order: it never came, or is on its way still. */
export const UNKNOWN_ORDER = 'UNKNOWN_ORDER';

/**
 * A venue that keeps orders by time says with `place` which one an order has from here on: those that came earlier have lower
 * ones. Without it, an order keeps the place that it had, a new one that of the order that it replaces.
 */
interface Placed {
  place?: bigint;
}

/**
 * Where a trailing stop stands. Its collar goes with it where the venue says so: `worstPrice`, which is never worse than the one
 * before. Without it the collar stays where it was.
 */
export interface Trailed {
  trailPeak: bigint;
  stopPrice: bigint;
  worstPrice?: bigint;
}

/** What a venue says about an order. `CANCELED` also ends what an IOC, FOK or market order could not fill. */
export type Report =
  | ({ kind: 'ACKNOWLEDGED' } & OrderName & Placed)
  /** Nothing trades now, for this reason, and the order can wait: it was not taken and may be given again. */
  | ({ kind: 'DEFERRED'; reason: string } & OrderName)
  | TradeReport
  /** The venue does not take the order. */
  | ({ kind: 'REJECTED'; reason: string } & OrderName)
  /** Nobody can say whether the venue has the order: a submit was not answered. It is never sent again before `status` tells. */
  | ({ kind: 'OUTCOME_UNKNOWN' } & OrderName)
  | ({ kind: 'CANCELED'; reason: string } & OrderName & Counted)
  | ({ kind: 'CANCEL_REFUSED'; reason: string } & OrderName)
  /**
   * The new order has the old one's place in the book, or a new one, and leaves `leavesQty`; nothing when that is 0. In place of
   * a stop that was triggered it is what that had become, also where this was not reported.
   */
  | ({ kind: 'REPLACED'; newOrderId: string; leavesQty: bigint } & OrderName & Counted & Placed)
  | ({ kind: 'REPLACE_REFUSED'; newOrderId: string; reason: string } & OrderName)
  /** A stop's price was reached; fills may follow. */
  | ({ kind: 'TRIGGERED' } & OrderName & Placed)
  /** A trailing stop followed the market. */
  | ({ kind: 'TRAILED' } & Trailed & OrderName & Placed)
  /** A market order's budget does not buy another lot: it is done with what it has. */
  | ({ kind: 'SPENT' } & OrderName & Counted);

/** What a venue would report of an order; a trade that did not happen has no id and no other side. */
export type Foreseen = Exclude<Report, TradeReport> | ({ kind: 'TRADE' } & VenueFill);

/** The report that ended an order at its venue; an order that is simply filled has none. */
export type EndReport = Extract<Report, { kind: 'REJECTED' | 'CANCELED' | 'REPLACED' | 'SPENT' }>;

/** What a venue knows of an order at this moment. `executions` are at least all that may not have been booked. */
export type VenueStatus =
  /** It does not know the order: it never came, or is on its way still. */
  | { state: 'UNKNOWN' }
  | { state: 'OPEN'; executions: readonly TradeReport[]; triggered: boolean; trailed?: Trailed }
  | { state: 'CLOSED'; executions: readonly TradeReport[]; end: EndReport | null };

/** LATER: they must be told again. FAILED: they were tried and cannot be booked as they are. */
export type Booking = 'BOOKED' | 'LATER' | 'FAILED';

export interface Quote {
  symbol: string;
  /** Price units; null while a side of the book is empty. */
  bid: bigint | null;
  ask: bigint | null;
  /** Base asset units at the best price. */
  bidSize: bigint;
  askSize: bigint;
  last: bigint | null;
  at: Date;
  /** Its source does not answer; this is what it said last. */
  stale?: boolean;
}

/**
 * Where orders are executed. What is asked and what is reported may come late, twice, in another order or not at all:
 * settlement and reconciliation (orders/settle/reconcile.ts) end right all the same. A trade has the same id whenever it is told.
 */
export interface Venue {
  /**
   * Whether it knows the ids of orders that it has had: then a submit, or a replacement, that is sent twice has one effect.
   * A cancel always may be sent twice.
   */
  readonly idempotent: boolean;
  submit(orders: readonly VenueOrder[]): void;
  cancel(orders: readonly OrderName[]): void;
  replace(replacements: readonly VenueReplacement[]): void;
  quote(symbol: string): Quote | undefined;
  /** What it would report at once of the order, and of nothing else, if that were submitted now, as far as it can be known. */
  preview(order: VenueOrder): readonly Foreseen[];
  /**
   * The reports of one call belong together: they are settled in one transaction or not at all. The listener answers with a
   * promise of what became of them (`Booking`), for a venue that can tell them again.
   */
  onReports(listener: (reports: readonly Report[]) => unknown): void;
  /** Answers at the venue's own pace; rejects when it does not answer, and is asked again later. */
  status(order: OrderName): Promise<VenueStatus>;
  /**
   * Only of a venue whose memory ends with its process: empties it and fills it from the orders that the database holds, in
   * time priority. Every other venue has kept its orders and is asked for what became of them.
   */
  restore?(openOrders: readonly VenueOrder[]): void;
}

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
  /** The worst price it may trade at: its limit, or the collar of an order without one. */
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
}

/** What an order trades, or would trade, with one resting order. */
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
  stopPrice: bigint | null;
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

/** What a venue says about an order. `CANCELED` also ends what an IOC, FOK or market order could not fill. */
export type Report =
  | { kind: 'ACKNOWLEDGED'; orderId: string; accountId: string; symbol: string }
  | TradeReport
  | { kind: 'CANCELED'; orderId: string; accountId: string; symbol: string; reason: string }
  | { kind: 'CANCEL_REFUSED'; orderId: string; accountId: string; symbol: string; reason: string }
  /** The new order has the old one's place in the book, or a new one, and leaves `leavesQty`; nothing when that is 0. */
  | { kind: 'REPLACED'; orderId: string; accountId: string; symbol: string; newOrderId: string; leavesQty: bigint }
  | { kind: 'REPLACE_REFUSED'; orderId: string; accountId: string; symbol: string; reason: string }
  /** A stop's price was reached; fills may follow. */
  | { kind: 'TRIGGERED'; orderId: string; accountId: string; symbol: string }
  /** A trailing stop followed the market. */
  | { kind: 'TRAILED'; orderId: string; accountId: string; symbol: string; trailPeak: bigint; stopPrice: bigint }
  /** A market order's budget does not buy another lot: it is done with what it has. */
  | { kind: 'SPENT'; orderId: string; accountId: string; symbol: string };

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
}

/** Where orders are executed. Reports come to the listener in the order in which they happened. */
export interface Venue {
  submit(orders: readonly VenueOrder[]): void;
  cancel(orders: readonly { orderId: string; accountId: string; symbol: string }[]): void;
  replace(replacements: readonly VenueReplacement[]): void;
  quote(symbol: string): Quote | undefined;
  /** What the order would trade if it were submitted now; nothing for a stop that waits. */
  preview(order: VenueOrder): readonly VenueFill[];
  /** The reports of one command belong together: they are settled in one transaction or not at all. */
  onReports(listener: (reports: readonly Report[]) => void): void;
}

import type { OrderSide, TimeInForce } from '../database/generated/enums.ts';

/** An order as a venue sees it. Prices and quantities are the instrument's units. */
export interface VenueOrder {
  orderId: string;
  accountId: string;
  symbol: string;
  side: OrderSide;
  type: 'MARKET' | 'LIMIT';
  timeInForce: TimeInForce;
  /** What is still to be filled. */
  leavesQty: bigint;
  /** The worst price it may trade at: its limit, or a market order's collar. */
  worstPrice: bigint;
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
  | { kind: 'CANCEL_REFUSED'; orderId: string; accountId: string; symbol: string; reason: string };

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
  quote(symbol: string): Quote | undefined;
  /** The reports of one command belong together: they are settled in one transaction or not at all. */
  onReports(listener: (reports: readonly Report[]) => void): void;
}

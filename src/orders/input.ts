import type { OrderSide, OrderType, TimeInForce } from '../database/generated/enums.ts';
import type { ListType } from './list.ts';

type Maybe<Value> = Value | null | undefined;

/** What a client sends to place an order. Amounts are decimal text. */
export interface PlaceOrderInput {
  accountId?: Maybe<string>;
  symbol: string;
  side: OrderSide;
  type: OrderType;
  timeInForce?: Maybe<TimeInForce>;
  qty?: Maybe<string>;
  /** Cash instead of a quantity, for MARKET orders. */
  notional?: Maybe<string>;
  limitPrice?: Maybe<string>;
  stopPrice?: Maybe<string>;
  trailPrice?: Maybe<string>;
  trailPercent?: Maybe<string>;
  postOnly?: Maybe<boolean>;
  expiresAt?: Maybe<Date>;
  clientOrderId?: Maybe<string>;
  idempotencyKey?: Maybe<string>;
}

/** Orders that belong together. */
export interface PlaceOrderListInput {
  type: ListType;
  accountId?: Maybe<string>;
  orders: readonly Omit<PlaceOrderInput, 'accountId' | 'idempotencyKey'>[];
  idempotencyKey?: Maybe<string>;
}

/** The same as an order, checked as far as the request alone can be: everything here is true whatever the account holds. */
export interface NewOrder {
  accountId: string;
  symbol: string;
  side: OrderSide;
  type: OrderType;
  timeInForce: TimeInForce;
  /** Null when the order is given by cash. */
  qty: bigint | null;
  notional: bigint | null;
  limitPrice: bigint | null;
  stopPrice: bigint | null;
  trailPrice: bigint | null;
  trailBps: number | null;
  postOnly: boolean;
  expiresAt: Date | null;
  clientOrderId: string | null;
  fingerprint: string;
}

export interface ReplaceOrderInput {
  id?: Maybe<string>;
  clientOrderId?: Maybe<string>;
  accountId?: Maybe<string>;
  /** The new total quantity, what is filled included. */
  qty?: Maybe<string>;
  limitPrice?: Maybe<string>;
  stopPrice?: Maybe<string>;
  trailPrice?: Maybe<string>;
  trailPercent?: Maybe<string>;
  newClientOrderId?: Maybe<string>;
  idempotencyKey?: Maybe<string>;
}

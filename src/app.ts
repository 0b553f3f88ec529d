import type { Ledger } from './ledger/ledger.ts';
import type { Market } from './market/market.ts';
import type { Orders } from './orders/orders.ts';

/** The use cases that resolvers call. */
export interface Services {
  market: Market;
  ledger: Ledger;
  orders: Orders;
}

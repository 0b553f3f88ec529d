import type { Ledger } from './ledger/ledger.ts';
import type { Orders } from './orders/orders.ts';

/** The use cases that resolvers call. */
export interface Services {
  ledger: Ledger;
  orders: Orders;
}

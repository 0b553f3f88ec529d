import type { Admin } from './admin/admin.ts';
import type { Audit } from './audit/audit.ts';
import type { Identity } from './identity/identity.ts';
import type { Ledger } from './ledger/ledger.ts';
import type { Market } from './market/market.ts';
import type { Orders } from './orders/orders.ts';
import type { ProfileService } from './profile/profile.ts';

/** The use cases that resolvers call. */
export interface Services {
  admin: Admin;
  audit: Audit;
  identity: Identity;
  market: Market;
  ledger: Ledger;
  orders: Orders;
  profile: ProfileService;
}

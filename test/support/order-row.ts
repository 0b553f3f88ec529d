import type { OrderRow } from '../../src/lane/rows.ts';
import { untouched } from '../../src/orders/new-row.ts';
import { at } from './books.ts';

const key = {
  id: 'order',
  accountId: 'a',
  clientOrderId: 'order',
  rootOrderId: 'order',
  fingerprint: '00'.repeat(32),
  listId: null,
  entryListId: null,
  leg: null,
};
const terms = {
  symbol: 'AAPL',
  side: 'BUY',
  type: 'LIMIT',
  timeInForce: 'GTC',
  qty: 10_000n,
  limitPrice: 100n,
} as const;
const none = { stopPrice: null, trailPrice: null, trailBps: null, trailPeak: null, notional: null, expiresAt: null };
const rest = { worstPrice: 100n, reserveAsset: 'USD', postOnly: false, feeBps: 20 };

/** A limit buy to which nothing has happened yet but what is said. */
export const orderRow = (more: Partial<OrderRow> = {}): OrderRow => ({
  ...untouched(at),
  ...key,
  ...terms,
  ...none,
  ...rest,
  ...more,
});

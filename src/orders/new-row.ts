import type { OrderRow } from '../lane/rows.ts';
import type { PlaceFacts } from './place/decide-place.ts';
import { worstRate } from './risk.ts';
import type { Terms } from './terms.ts';

/** What every order begins with: nothing has happened to it yet. */
export const untouched = (at: Date) => ({
  filledQty: 0n,
  bustedQty: 0n,
  unprotectedQty: 0n,
  filledValue: 0n,
  fees: 0n,
  reserve: 0n,
  status: 'PENDING_NEW' as const,
  reason: null,
  createdAt: at,
  updatedAt: at,
  filledAt: null,
  canceledAt: null,
  expiredAt: null,
  triggeredAt: null,
  pendingSince: null,
  replacement: null,
  replacesId: null,
  replacedById: null,
  place: null,
});

/** Why an order exists that nobody has placed: the house sells the account what it must give and has not. */
export const BUY_IN = 'BUY_IN';

/** The order by which an account gets units from the house at `price`, that it owes for another order. It pays no fee. */
export const boughtIn = (
  owing: OrderRow,
  { id, qty, price, quoteAsset }: { id: string; qty: bigint; price: bigint; quoteAsset: string },
  at: Date,
): OrderRow => ({
  ...owing,
  ...untouched(at),
  ...{ id, clientOrderId: id, rootOrderId: id, qty, reason: BUY_IN, worstPrice: price, reserveAsset: quoteAsset },
  ...{ side: 'BUY', type: 'MARKET', timeInForce: 'FOK', limitPrice: null, stopPrice: null, notional: null },
  ...{ trailPrice: null, trailBps: null, trailPeak: null, postOnly: false, expiresAt: null },
  ...{ listId: null, entryListId: null, leg: null },
  feeBps: 0,
});

/** The row of a new order. */
export const newRow = (facts: PlaceFacts, terms: Terms, at: Date): OrderRow => ({
  ...untouched(at),
  id: facts.id,
  accountId: facts.order.accountId,
  clientOrderId: facts.order.clientOrderId ?? facts.id,
  fingerprint: facts.order.fingerprint,
  symbol: facts.order.symbol,
  side: facts.order.side,
  type: facts.order.type,
  timeInForce: facts.order.timeInForce,
  qty: terms.qty,
  limitPrice: facts.order.limitPrice,
  stopPrice: terms.stopPrice,
  worstPrice: terms.worstPrice,
  reserveAsset: facts.order.side === 'BUY' ? facts.instrument.quoteAsset : facts.instrument.baseAsset,
  trailPrice: facts.order.trailPrice,
  trailBps: facts.order.trailBps,
  trailPeak: terms.trailPeak,
  notional: facts.order.notional,
  postOnly: facts.order.postOnly,
  expiresAt: facts.order.expiresAt,
  rootOrderId: facts.id,
  listId: null,
  entryListId: null,
  leg: null,
  feeBps: Number(worstRate(facts.rates)),
});

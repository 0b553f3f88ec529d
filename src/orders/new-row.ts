import type { OrderRow } from '../lane/rows.ts';
import type { PlaceFacts } from './decide-place.ts';
import { worstRate } from './risk.ts';
import type { Terms } from './terms.ts';

/** What every order begins with: nothing has happened to it yet. */
export const untouched = (at: Date) => ({
  filledQty: 0n,
  bustedQty: 0n,
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
  leg: null,
  feeBps: Number(worstRate(facts.rates)),
});

import type { OrderRow } from '../lane/rows.ts';

/** The fields of an order that are amounts or times; JSON carries them as text. */
const amounts = [
  'qty',
  'filledQty',
  'filledValue',
  'limitPrice',
  'stopPrice',
  'worstPrice',
  'reserve',
  'fees',
  'trailPrice',
  'trailPeak',
  'notional',
  'place',
] as const;
const times = [
  'createdAt',
  'updatedAt',
  'filledAt',
  'canceledAt',
  'expiredAt',
  'triggeredAt',
  'expiresAt',
  'pendingSince',
] as const;

/** An order as it was when an answer was stored. */
export const reviveOrder = (json: Record<string, string | null>): OrderRow => {
  const order: Record<string, unknown> = { ...json };
  // Absent in an answer that a version stored which did not know the field yet.
  for (const name of amounts) order[name] = json[name] == null ? null : BigInt(json[name]);
  for (const name of times) order[name] = json[name] === null ? null : new Date(json[name] as string);
  return order as unknown as OrderRow;
};

/** What an account's event says about an order: its state after the event, in units. */
export const orderEvent = (order: OrderRow): object => ({
  orderId: order.id,
  clientOrderId: order.clientOrderId,
  symbol: order.symbol,
  side: order.side,
  status: order.status,
  qty: order.qty,
  filledQty: order.filledQty,
  filledValue: order.filledValue,
  fees: order.fees,
  reason: order.reason,
});

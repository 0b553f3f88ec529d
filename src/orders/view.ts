import type { OrderRow } from '../lane/rows.ts';

/** The fields of an order that are amounts or times; JSON carries them as text. */
const amounts = [
  'qty',
  'filledQty',
  'bustedQty',
  'unprotectedQty',
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
export const reviveOrder = (stored: Record<string, string | null>): OrderRow => {
  // An answer that was stored before orders had them lacks these: nothing was busted then.
  const { bustedQty = '0', unprotectedQty = '0' } = stored;
  const json: typeof stored = { ...stored, bustedQty, unprotectedQty };
  const order: Record<string, unknown> = { ...json };
  // Absent in an answer that a version stored which did not know the field yet.
  for (const name of amounts) order[name] = json[name] == null ? null : BigInt(json[name]);
  order.feeBps ??= null;
  order.entryListId ??= null;
  for (const name of times) order[name] = json[name] === null ? null : new Date(json[name] as string);
  return order as unknown as OrderRow;
};

/** What an account's event says about an order: its state after the event, in units as text. */
export const orderEvent = (order: OrderRow) => ({
  orderId: order.id,
  clientOrderId: order.clientOrderId,
  symbol: order.symbol,
  side: order.side,
  status: order.status,
  qty: String(order.qty),
  filledQty: String(order.filledQty),
  bustedQty: String(order.bustedQty),
  filledValue: String(order.filledValue),
  fees: String(order.fees),
  reason: order.reason,
});

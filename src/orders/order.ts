import type { OrderStatus } from '../database/generated/enums.ts';
import type { OrderRow } from '../lane/rows.ts';

/** The life of an order: FIX 4.4 states, moved only by the functions of this file. All of them are pure on the row. */

const finals: ReadonlySet<OrderStatus> = new Set(['FILLED', 'CANCELED', 'REPLACED', 'REJECTED', 'EXPIRED']);

export const isFinal = (status: OrderStatus): boolean => finals.has(status);

/** What is still to be filled; nothing once the order is closed. */
export const leavesQty = (order: OrderRow): bigint => (isFinal(order.status) ? 0n : order.qty - order.filledQty);

/** The state by precedence when no change is pending: FILLED > PARTIALLY_FILLED > NEW. */
const byFills = (order: OrderRow): OrderStatus => {
  if (order.filledQty === order.qty) return 'FILLED';
  return order.filledQty > 0n ? 'PARTIALLY_FILLED' : 'NEW';
};

/** The venue has the order. A cancel that overtook the acknowledgement stays pending. */
export const acknowledge = (order: OrderRow, at: Date): boolean => {
  if (order.status !== 'PENDING_NEW' && order.status !== 'ACCEPTED') return false;
  order.status = 'NEW';
  order.updatedAt = at;
  return true;
};

/** Books a fill. FILLED ends a pending change; a fill after CANCELED is counted and the state stays. */
export const fill = (order: OrderRow, qty: bigint, value: bigint, fee: bigint, at: Date): void => {
  if (qty <= 0n || order.filledQty + qty > order.qty) throw new Error('fill is larger than what the order leaves');
  order.filledQty += qty;
  order.filledValue += value;
  order.fees += fee;
  order.updatedAt = at;
  if (isFinal(order.status)) return;
  const status = byFills(order);
  if (status === 'FILLED') {
    order.status = status;
    order.filledAt = at;
  } else if (order.status !== 'PENDING_CANCEL' && order.status !== 'PENDING_REPLACE') {
    order.status = status;
  }
};

/** Somebody asks; the venue has not answered yet. Without a reason it is the customer. */
export const askCancel = (order: OrderRow, reason: string | null, at: Date): void => {
  if (isFinal(order.status)) throw new Error('a closed order cannot be cancelled');
  order.status = 'PENDING_CANCEL';
  order.reason = reason;
  order.updatedAt = at;
};

/** The venue took the order off its book: what was filled stays filled. */
export const confirmCancel = (order: OrderRow, reason: string | null, at: Date): boolean => {
  if (isFinal(order.status)) return false;
  order.status = 'CANCELED';
  order.reason = reason;
  order.canceledAt = at;
  order.updatedAt = at;
  return true;
};

/** The venue would not cancel: back to the state that the fills give. */
export const refuseCancel = (order: OrderRow, at: Date): boolean => {
  if (order.status !== 'PENDING_CANCEL') return false;
  order.status = byFills(order);
  order.reason = null;
  order.updatedAt = at;
  return true;
};

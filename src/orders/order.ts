import type { OrderStatus } from '../database/generated/enums.ts';
import type { OrderRow, Replacement } from '../lane/rows.ts';
import { UNKNOWN_ORDER } from '../venues/venue.ts';

/** The life of an order: FIX 4.4 states, moved only by the functions of this file. All of them are pure on the row. */

const finals: ReadonlySet<OrderStatus> = new Set(['FILLED', 'CANCELED', 'REPLACED', 'REJECTED', 'EXPIRED']);

export const isFinal = (status: OrderStatus): boolean => finals.has(status);

/** Orders that no venue has now: they wait for their parent or for the next session, and change without asking anybody. */
export const isHere = (status: OrderStatus): boolean =>
  status === 'HELD' || status === 'ACCEPTED' || status === 'DONE_FOR_DAY';

/** Orders of which a change waits for an answer of their venue; there is one at a time. */
export const isChanging = (status: OrderStatus): boolean => status === 'PENDING_CANCEL' || status === 'PENDING_REPLACE';

/** Orders that wait for an answer of their venue. */
export const isPending = (status: OrderStatus): boolean => status === 'PENDING_NEW' || isChanging(status);

/** Why an order is asked to cancel when its time is over. */
export const TIME_IS_OVER = 'TIME_IS_OVER';

/** Why an order is PENDING_NEW still: nobody can say whether its venue has it. */
export const EXECUTION_UNKNOWN = 'EXECUTION_UNKNOWN';

/** What is still to be filled; nothing once the order is closed. */
export const leavesQty = (order: OrderRow): bigint => (isFinal(order.status) ? 0n : order.qty - order.filledQty);

/** The state by precedence when no change is pending: FILLED > PARTIALLY_FILLED > NEW. */
const byFills = (order: OrderRow): OrderStatus => {
  if (order.filledQty === order.qty) return 'FILLED';
  return order.filledQty > 0n ? 'PARTIALLY_FILLED' : 'NEW';
};

/** No change is pending any more. */
const settleChange = (order: OrderRow, at: Date): void => {
  order.pendingSince = null;
  order.replacement = null;
  order.updatedAt = at;
};

/** The venue has said something of the order, so it has it. */
const nowKnown = (order: OrderRow): void => {
  if (order.reason === EXECUTION_UNKNOWN) order.reason = null;
};

/** A submit was not answered: the order stays as it is, and whoever looks at it sees why. */
export const markUnknown = (order: OrderRow, at: Date): boolean => {
  if (order.status !== 'PENDING_NEW' || order.reason === EXECUTION_UNKNOWN) return false;
  order.reason = EXECUTION_UNKNOWN;
  order.updatedAt = at;
  return true;
};

/** The venue has the order. A cancel that overtook the acknowledgement stays pending. */
export const acknowledge = (order: OrderRow, at: Date): boolean => {
  if (order.status !== 'PENDING_NEW' && order.status !== 'ACCEPTED') return false;
  order.status = byFills(order);
  nowKnown(order);
  order.updatedAt = at;
  return true;
};

/** Its session is over: it waits for the next one. Orders with a pending change are answered first. */
export const doneForDay = (order: OrderRow, at: Date): boolean => {
  if (order.status !== 'NEW' && order.status !== 'PARTIALLY_FILLED') return false;
  order.status = 'DONE_FOR_DAY';
  order.updatedAt = at;
  return true;
};

/** Its session has begun: the venue gets it, for the first time or again. */
export const submitAgain = (order: OrderRow, at: Date): boolean => {
  if (order.status !== 'ACCEPTED' && order.status !== 'DONE_FOR_DAY') return false;
  order.status = 'PENDING_NEW';
  order.place = null;
  order.updatedAt = at;
  return true;
};

/**
 * Its venue does not trade now and has not taken it: it waits for the market, or it is over if that was asked for meanwhile.
 * What was asked to change of it stays as it was.
 */
export const defer = (order: OrderRow, at: Date): boolean => {
  if (isFinal(order.status) || isHere(order.status)) return false;
  if (order.status === 'PENDING_CANCEL') return confirmCancel(order, order.reason, at);
  order.status = order.place === null && order.filledQty === 0n ? 'ACCEPTED' : 'DONE_FOR_DAY';
  nowKnown(order);
  settleChange(order, at);
  return true;
};

/** Books a fill. FILLED ends a pending change; a fill after CANCELED is counted and the state stays. */
export const fill = (order: OrderRow, qty: bigint, value: bigint, fee: bigint, at: Date): void => {
  const filledQty = order.filledQty + qty;
  // An order by cash is as large as what it bought; that it is spent may be heard of before its last fill.
  if (order.notional !== null && isFinal(order.status) && filledQty > order.qty) order.qty = filledQty;
  if (qty <= 0n || filledQty > order.qty) throw new Error('fill is larger than what the order leaves');
  order.filledQty += qty;
  order.filledValue += value;
  order.fees += fee;
  order.updatedAt = at;
  // A stop that trades was triggered, whether or not that was heard.
  if (order.stopPrice !== null) order.triggeredAt ??= at;
  if (isFinal(order.status)) return;
  nowKnown(order);
  const status = byFills(order);
  if (status === 'FILLED') {
    order.status = status;
    order.filledAt = at;
    settleChange(order, at);
  } else if (order.status !== 'PENDING_CANCEL' && order.status !== 'PENDING_REPLACE') {
    order.status = status;
  }
};

/** Somebody asks; the venue has not answered yet. Without a reason it is the customer. */
export const askCancel = (order: OrderRow, reason: string | null, at: Date): void => {
  if (isFinal(order.status)) throw new Error('a closed order cannot be cancelled');
  order.status = 'PENDING_CANCEL';
  order.reason = reason;
  order.pendingSince = at;
  order.updatedAt = at;
};

/** The customer asks for other terms; the venue has not answered yet. One change at a time. */
export const askReplace = (order: OrderRow, replacement: Replacement, at: Date): void => {
  if (isFinal(order.status) || isChanging(order.status)) throw new Error('the order takes no replacement now');
  order.status = 'PENDING_REPLACE';
  order.replacement = replacement;
  order.pendingSince = at;
  order.updatedAt = at;
};

/** The venue has the new order in place of this one; what was filled stays here. */
export const confirmReplace = (order: OrderRow, replacedById: string, at: Date): void => {
  order.status = 'REPLACED';
  order.replacedById = replacedById;
  settleChange(order, at);
};

/** The rest is given up because nothing of it can be had: what was filled is the whole order. */
export const closeAtFilled = (order: OrderRow, reason: string, at: Date): void => {
  settleChange(order, at);
  if (order.filledQty === 0n) {
    confirmCancel(order, reason, at);
    return;
  }
  order.qty = order.filledQty;
  order.status = 'FILLED';
  order.filledAt = at;
};

/**
 * The venue keeps the old order: back to the state that the fills give. When it does not know the order, and has never shown that
 * it has it, nobody can say what became of it. An answer to an earlier question comes too late.
 */
export const refuseReplace = (
  order: OrderRow,
  { newOrderId, reason }: { newOrderId: string; reason: string },
  at: Date,
): boolean => {
  if (order.status !== 'PENDING_REPLACE' || order.replacement?.newOrderId !== newOrderId) return false;
  order.status = byFills(order);
  if (reason === UNKNOWN_ORDER && order.status === 'NEW' && order.place === null) {
    order.status = 'PENDING_NEW';
    order.reason = EXECUTION_UNKNOWN;
  }
  settleChange(order, at);
  return true;
};

/** The venue took the order off its book: what was filled stays filled. One that was asked because it was due is EXPIRED. */
export const confirmCancel = (order: OrderRow, reason: string | null, at: Date): boolean => {
  if (isFinal(order.status)) return false;
  order.status = reason === TIME_IS_OVER ? 'EXPIRED' : 'CANCELED';
  order.reason = reason;
  if (reason === TIME_IS_OVER) order.expiredAt = at;
  else order.canceledAt = at;
  settleChange(order, at);
  return true;
};

/** The venue does not take the order. One that has traded is over with what it has. */
export const reject = (order: OrderRow, reason: string, at: Date): boolean => {
  if (isFinal(order.status)) return false;
  if (order.filledQty > 0n) return confirmCancel(order, reason, at);
  order.status = 'REJECTED';
  order.reason = reason;
  settleChange(order, at);
  return true;
};

/** What becomes of an order's fills when one of them is taken back or corrected; never more than before is filled. */
export interface Amendment {
  qty: bigint;
  value: bigint;
  fee: bigint;
}

/**
 * A fill was taken back or corrected. Its quantity is not worked again: an open order, of which the venue has no more than what
 * it leaves, is restated without it (FIX ExecRestatementReason 5); a FILLED one ends as CANCELED; what had ended otherwise
 * stays as it ended.
 */
export const amendFills = (order: OrderRow, { qty, value, fee }: Amendment, reason: string, at: Date): void => {
  if (qty > 0n) throw new Error('an amendment fills no more');
  order.filledQty += qty;
  order.bustedQty -= qty;
  // Exits in the market would have to be asked for, so what has none yet goes first.
  const unprotected = order.unprotectedQty + qty;
  order.unprotectedQty = unprotected > 0n ? unprotected : 0n;
  order.filledValue += value;
  order.fees += fee;
  order.updatedAt = at;
  if (!isFinal(order.status)) {
    order.qty += qty;
    if (order.status === 'PARTIALLY_FILLED') order.status = byFills(order);
  } else if (order.status === 'FILLED' && order.filledQty < order.qty) {
    order.status = 'CANCELED';
    order.reason = reason;
    order.filledAt = null;
    order.canceledAt = at;
  }
};

/** The venue would not cancel: back to the state that the fills give. */
export const refuseCancel = (order: OrderRow, at: Date): boolean => {
  if (order.status !== 'PENDING_CANCEL') return false;
  order.status = byFills(order);
  order.reason = null;
  settleChange(order, at);
  return true;
};

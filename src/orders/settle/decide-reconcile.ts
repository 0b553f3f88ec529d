import type { OrderRow } from '../../lane/rows.ts';
import { limits } from '../../limits.ts';
import type { Report, VenueStatus } from '../../venues/venue.ts';
import { isFinal, isHere } from '../order.ts';
import type { Ask } from '../venue/dispatch.ts';

/** Why an order is closed that its venue does not know and that is not sent a second time. */
const NEVER_ARRIVED = 'NEVER_ARRIVED';

export interface ReconcileFacts {
  /** See `Venue.idempotent`. */
  idempotent: boolean;
  at: Date;
}

/** Whether what was sent has had the time to arrive. */
const hasArrived = ({ pendingSince, updatedAt }: OrderRow, at: Date): boolean =>
  at.getTime() - (pendingSince ?? updatedAt).getTime() >= limits.venue.unknown_ms;

const nameOf = ({ id, accountId, symbol }: OrderRow) => ({ orderId: id, accountId, symbol });

/**
 * The reports that a venue's answer stands for: what it has done with the order, in the order in which that must be booked. What
 * is booked already changes nothing a second time.
 */
export const reportsOf = (order: OrderRow, status: VenueStatus, { idempotent, at }: ReconcileFacts): Report[] => {
  const name = nameOf(order);
  if (status.state === 'UNKNOWN') {
    const isLost = !idempotent && !isFinal(order.status) && !isHere(order.status) && hasArrived(order, at);
    const kind = order.status === 'PENDING_NEW' ? 'REJECTED' : 'CANCELED';
    return isLost ? [{ kind, ...name, reason: NEVER_ARRIVED }] : [];
  }
  const reports: Report[] = [{ kind: 'ACKNOWLEDGED', ...name }];
  // Before the fills: a stop that trades follows the market no more.
  if (status.state === 'OPEN' && status.trailed !== undefined)
    reports.push({ kind: 'TRAILED', ...name, ...status.trailed });
  reports.push(...status.executions);
  if (status.state === 'CLOSED') return status.end === null ? reports : [...reports, status.end];
  if (status.triggered) reports.push({ kind: 'TRIGGERED', ...name });
  if (order.replacement !== null && !idempotent && hasArrived(order, at)) {
    const { newOrderId } = order.replacement;
    reports.push({ kind: 'REPLACE_REFUSED', ...name, newOrderId, reason: NEVER_ARRIVED });
  }
  return reports;
};

/**
 * What the venue must be told again when the reports above are booked. A cancel may always be repeated; a submit and a
 * replacement only to a venue that knows them again.
 */
export const againOf = (
  order: OrderRow,
  { state }: VenueStatus,
  { idempotent }: Pick<ReconcileFacts, 'idempotent'>,
): Ask[] => {
  if (isFinal(order.status) || isHere(order.status) || state === 'CLOSED') return [];
  const asks: Ask[] = [];
  if (state === 'UNKNOWN' && idempotent) asks.push('submit');
  if (order.status === 'PENDING_CANCEL') asks.push('cancel');
  if (order.status === 'PENDING_REPLACE' && idempotent) asks.push('replace');
  return asks;
};

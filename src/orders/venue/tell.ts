import type { OrderRow } from '../../lane/rows.ts';
import type { VenueOrder } from '../../venues/venue.ts';
import { EXECUTION_UNKNOWN } from '../order.ts';
import type { FeeRates } from '../risk.ts';
import type { Dispatch } from './dispatch.ts';
import { venueOrderOf, venueReplacementOf } from './venue-order.ts';

/** Tells the venue what it was not told yet of orders that wait for it: of the order itself first, then of what is asked. */
export const tellPending = (dispatch: Dispatch, orders: readonly OrderRow[], rates: FeeRates): void => {
  for (const order of orders) {
    const told: VenueOrder[] = [venueOrderOf(order, rates)];
    const { id: orderId, status, reason } = order;
    const mayRepeat = dispatch.idempotent || reason !== EXECUTION_UNKNOWN;
    if (status === 'PENDING_NEW' && mayRepeat && !dispatch.isTold('submit', { orderId })) dispatch.submit(told);
    if (status === 'PENDING_CANCEL' && !dispatch.isTold('cancel', { orderId })) {
      if (dispatch.idempotent) dispatch.submit(told);
      dispatch.cancel(told);
    }
    if (status !== 'PENDING_REPLACE') continue;
    const asked = venueReplacementOf(order);
    if (dispatch.isTold('replace', asked)) continue;
    if (dispatch.idempotent) dispatch.submit(told);
    dispatch.replace([asked]);
  }
};

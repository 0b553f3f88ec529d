import { limits } from '../limits.ts';
import type { Log } from '../telemetry/log.ts';

/**
 * Orders whose reports could not be booked time and again. A venue that is rebuilt with one of them would only report the same,
 * and be rebuilt once more: nobody else's orders would go on.
 */
export const createHopeless = (log: Pick<Log, 'error'>) => {
  const failures = new Map<string, number>();
  return {
    failed: (orderIds: readonly string[]): void => {
      for (const orderId of orderIds) {
        const times = (failures.get(orderId) ?? 0) + 1;
        failures.set(orderId, times);
        if (times === limits.venue.bookings)
          log.error({ orderId }, 'an order is left out of the venue: what is reported of it cannot be booked');
      }
    },
    booked: (orderIds: readonly string[]): void => {
      if (failures.size > 0) for (const orderId of orderIds) failures.delete(orderId);
    },
    has: (orderId: string): boolean => (failures.get(orderId) ?? 0) >= limits.venue.bookings,
  };
};

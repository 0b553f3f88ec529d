import { limits } from '../../limits.ts';
import type { Report } from '../../venues/venue.ts';

/** The order that a report is about; of a trade the one that came last, because nothing happens without it. */
const subjectOf = (report: Report): string =>
  (report.kind === 'TRADE' ? (report.taker ?? report.maker)?.orderId : report.orderId) ?? '';

/** One message's reports, in their order, apart by what they are about. */
export const bySubject = (reports: readonly Report[]): Report[][] => {
  const parts: Report[][] = [];
  for (const report of reports) {
    const last = parts.at(-1);
    if (last?.[0] !== undefined && subjectOf(last[0]) === subjectOf(report)) last.push(report);
    else parts.push([report]);
  }
  return parts;
};

/**
 * How often in a row reports of an order could not be booked. A venue that is rebuilt with one of which that is so time and again
 * would only report the same, and be rebuilt once more: nobody else's orders would go on.
 */
export const createFailures = () => {
  const failures = new Map<string, number>();
  return {
    /** The order that these are about, if it is to be given up now. */
    failed: ([report]: readonly Report[]): string | undefined => {
      const orderId = report === undefined ? '' : subjectOf(report);
      const times = (failures.get(orderId) ?? 0) + 1;
      failures.set(orderId, times);
      return times === limits.venue.bookings ? orderId : undefined;
    },
    booked: (orderIds: readonly string[]): void => {
      if (failures.size > 0) for (const orderId of orderIds) failures.delete(orderId);
    },
  };
};

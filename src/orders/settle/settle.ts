import { systemTimers, type Timers } from '../../kernel/timers.ts';
import type { OrderRow } from '../../lane/rows.ts';
import { limits } from '../../limits.ts';
import type { Log } from '../../telemetry/log.ts';
import type { IsOurs } from '../../venues/lease.ts';
import type { Booking, OrderName, Report, Venue, VenueOrder } from '../../venues/venue.ts';
import { isHere, isPending } from '../order.ts';
import type { OrderDeps } from '../orders.ts';
import type { Dispatch } from '../venue/dispatch.ts';
import { tellPending } from '../venue/tell.ts';
import { venueOrderOf } from '../venue/venue-order.ts';
import { decideSettle } from './decide-settle.ts';
import type { SettleFacts } from './decide-trade.ts';
import { settleNeeds } from './settle-needs.ts';
import { bySubject, createFailures } from './unbookable.ts';

/** As the venue had them. What it gave no place, because an older version had it booked, comes first. */
const byPlace = ({ place: one }: VenueOrder, { place: other }: VenueOrder): number =>
  Number((one ?? 0n) - (other ?? 0n));

/**
 * Joins a venue to the lane: what it reports is booked, in order, a command's reports in one transaction. When reports
 * can never be booked, the venue's view has left the database's; it is rebuilt from the database, and reports that were
 * made from the old view are dropped. An order of which that is so again and again is left out.
 */
export const createSettlement = (
  deps: Omit<OrderDeps, 'venue'> & {
    venue: Pick<Venue, 'onReports' | 'restore'>;
    dispatch: Dispatch;
    log: Log;
    timers?: Timers;
  },
) => {
  const { lane, venue, dispatch, store, log, timers = systemTimers } = deps;
  const facts: SettleFacts = {
    instrumentOf: deps.instrumentOf,
    rates: deps.rates,
    hours: deps.hours,
    ids: deps.ids,
  };
  /** Counts rebuilds: reports of an earlier view are not booked any more. Broken: nothing is, until the next restore. */
  let view = 0;
  let broken = true;
  /** Of the lease under which the books were made last. */
  let current: IsOurs = () => false;
  const failures = createFailures();
  const doubts = new Map<string, OrderName>();
  const doubt = (orders: readonly OrderName[]): void => {
    for (const order of orders) doubts.set(order.orderId, order);
  };

  /**
   * Gives a venue without a memory every open order as the database has it, and asks again for what was not answered, unless
   * that could be done twice. A venue that another process runs by now stays suspended.
   */
  const remake = (isOurs: IsOurs): Promise<void> =>
    lane.alone(async () => {
      const known: VenueOrder[] = [];
      const pending: OrderRow[] = [];
      for await (const open of store.open()) {
        // Their rows as a whole would be five times as large as what the venue keeps of them.
        for (const order of open) {
          if (dispatch.isLeftOut(order.id)) continue;
          if (order.status !== 'PENDING_NEW' && !isHere(order.status)) known.push(venueOrderOf(order, deps.rates));
          if (isPending(order.status)) pending.push(order);
        }
      }
      // The lease may have been lost while the lane was busy, or the database answered.
      if (!isOurs()) return;
      view += 1;
      broken = false;
      dispatch.take();
      venue.restore?.(known.sort(byPlace));
      if (venue.restore !== undefined || dispatch.idempotent) tellPending(dispatch, pending, deps.rates);
      else dispatch.assumeTold(pending);
    });

  /** Books nothing more of what the venue says until the next restore. */
  const suspend = (): void => {
    view += 1;
    broken = true;
    dispatch.leave();
  };

  const rebuild = async (error: unknown, isOurs: IsOurs): Promise<void> => {
    if (!isOurs()) return;
    suspend();
    log.error({ err: error }, 'reports of the venue could not be booked; its books are rebuilt');
    while (broken && isOurs()) {
      // What cannot be booked may come again at once: the venue must not turn in circles over it.
      await timers.sleep(limits.lane.rebuildPause_ms);
      await remake(isOurs).catch((problem: unknown) => {
        log.error({ err: problem }, 'the books of the venue could not be rebuilt yet');
      });
    }
  };

  const book = async (reports: readonly Report[], seen: number): Promise<Booking> => {
    const needs = settleNeeds(reports, facts.instrumentOf);
    try {
      await lane.settle({
        size: reports.length,
        needs,
        decide: (books, at) => (seen === view ? decideSettle(books, at, reports, facts) : []),
        committed: (doubtful) => {
          if (seen !== view) return;
          dispatch.booked(reports);
          failures.booked(needs.orders);
          doubt(doubtful);
        },
      });
      return seen === view ? 'BOOKED' : 'LATER';
    } catch (error) {
      if (seen !== view) return 'LATER';
      const parts = bySubject(reports);
      if (parts.length > 1) return bookApart(parts, seen);
      const hopeless = failures.failed(reports);
      if (hopeless !== undefined) {
        dispatch.leaveOut(hopeless);
        log.error({ orderId: hopeless }, 'an order is left out of the venue: what is reported of it cannot be booked');
      }
      void rebuild(error, current);
      return 'FAILED';
    }
  };
  /** So that only the culprit fails. */
  const bookApart = async (parts: readonly Report[][], seen: number): Promise<Booking> => {
    for (const part of parts) {
      const booking = await book(part, seen);
      if (booking !== 'BOOKED') return booking;
    }
    return 'BOOKED';
  };

  venue.onReports((reports) => (broken ? Promise.resolve<Booking>('LATER') : book(reports, view)));
  return {
    /** Makes the books under a lease that was just taken. */
    restore: (isOurs: IsOurs): Promise<void> => {
      current = isOurs;
      return remake(isOurs);
    },
    /** Makes the books anew while the venue runs; tries until it can, or the venue runs elsewhere. */
    restoreNow: (): Promise<void> => {
      const isOurs = current;
      return remake(isOurs).catch((error: unknown) => rebuild(error, isOurs));
    },
    suspend,
    /** Changes whenever what the venue said before is not to be booked any more. */
    view: () => view,
    doubt,
    /** Orders that the venue must be asked about at once; each is given out once. */
    takeDoubts: (): OrderName[] => {
      const taken = [...doubts.values()];
      doubts.clear();
      return taken;
    },
  };
};

export type Settlement = ReturnType<typeof createSettlement>;

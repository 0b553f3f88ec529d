import { createSweep } from '../kernel/sweep.ts';
import type { Timers } from '../kernel/timers.ts';
import { createMarks } from '../ledger/history/marks.ts';
import type { HistoryStore } from '../ledger/history/store.ts';
import { limits } from '../limits.ts';
import type { DeadlineStore } from '../orders/change/deadline-store.ts';
import type { OrderDeps } from '../orders/orders.ts';
import { createReconcile } from '../orders/settle/reconcile.ts';
import { createSettlement } from '../orders/settle/settle.ts';
import { createDueTasks } from '../orders/venue/due.ts';
import { createSessions } from '../orders/venue/sessions.ts';
import type { Log } from '../telemetry/log.ts';
import type { IsOurs } from '../venues/lease.ts';
import type { OpenMarket } from './market.ts';

export interface DutyNeeds {
  orders: OrderDeps;
  market: Pick<OpenMarket, 'instruments' | 'venue' | 'dispatch'>;
  deadlines: DeadlineStore;
  history: HistoryStore;
  log: Log;
  timers: Timers;
}

/** What the one process that runs the venue does for it: sessions, what is due, settlement, doubtful orders, marks. */
export const createDuties = ({ orders, market, deadlines, history, log, timers }: DutyNeeds) => {
  const { clock } = orders;
  const { instruments, venue, dispatch } = market;
  const sessions = createSessions({ ...orders, desks: venue, instruments });
  const sweep = createSweep({
    tasks: { sessions: sessions.pass, ...createDueTasks({ ...orders, deadlines }) },
    every_ms: limits.orders.sweep_ms,
    log,
    timers,
  });
  const settlement = createSettlement({ ...orders, venue, dispatch, log, timers });
  // Apart from the sweep: what must happen at its time does not wait for a venue that answers late.
  const reconciling = createSweep({
    tasks: { reconcile: createReconcile({ ...orders, venue, dispatch, settlement, log }) },
    every_ms: limits.venue.reconcile_ms,
    log,
    timers,
  });
  const marks = createMarks({ history, instruments: instruments.all, quote: venue.quote, clock, log, timers });

  return {
    sweep: sweep.pass,
    reconcile: reconciling.pass,
    /** With the lease: starts the venue and all that belongs to it. */
    takeUp: async (isOurs: IsOurs): Promise<void> => {
      sessions.setDesks();
      // The makers first: a market order that waits for a venue since the last one ended must meet their quotes.
      const symbols = instruments.all().map(({ symbol }) => symbol);
      const leftOff = await history.marksAt(symbols, clock.now());
      if (!isOurs()) return;
      venue.start(leftOff);
      await settlement.restore(isOurs);
      if (!isOurs()) return;
      sweep.start();
      reconciling.start();
      await marks.start();
    },
    /** Without the lease, from one moment to the next. */
    drop: (): void => {
      void sweep.stop();
      void reconciling.stop();
      marks.stop();
      void venue.stop();
      settlement.suspend();
    },
    /** For new terms of an instrument, or a new one: its book takes them when it is made anew. */
    termsChanged: (isNew: boolean): void => {
      sessions.setDesks();
      if (!isNew) void settlement.restoreNow();
    },
    /** Resolves when what was under way has been handed to the lane. */
    stop: async (): Promise<void> => {
      const unkept = (error: unknown): void => log.warn({ err: error }, 'the last marks were not kept');
      if (dispatch.isHere()) await marks.record().catch(unkept);
      marks.stop();
      await venue.stop();
      await Promise.all([sweep.stop(), reconciling.stop()]);
    },
  };
};

export type Duties = ReturnType<typeof createDuties>;

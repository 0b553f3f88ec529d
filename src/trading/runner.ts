import { connectPipeline } from '../database/connect.ts';
import type { Database } from '../database/database.ts';
import type { Timers } from '../kernel/timers.ts';
import type { OrderDeps } from '../orders/orders.ts';
import { createLook } from '../orders/venue/look.ts';
import type { Log } from '../telemetry/log.ts';
import { QUESTIONS } from '../venues/foresight/ask.ts';
import { createLease } from '../venues/lease.ts';
import { CHANNEL } from '../venues/wake.ts';
import type { Duties } from './duties.ts';
import type { OpenMarket } from './market.ts';

export interface RunnerNeeds {
  database: Pick<Database, 'connection'>;
  orders: OrderDeps;
  market: OpenMarket;
  duties: Duties;
  log: Log;
  timers: Timers;
}

/** Has this process run the venue while it holds the lease, and wait for the lease while another one does. */
export const createRunner = ({ database, orders, market, duties, log, timers }: RunnerNeeds) => {
  const { instruments, venue, dispatch, sharedQuotes, elsewhere, answer } = market;
  const pending = createLook({ ...orders, dispatch, log, timers });
  const lease = createLease({
    connect: () => connectPipeline(database.connection),
    log,
    timers,
    hears: { [elsewhere.channel]: elsewhere.heard },
    hearsAsHolder: { [CHANNEL]: pending.look, [QUESTIONS]: answer },
    taken: duties.takeUp,
    lost: () => {
      duties.drop();
      sharedQuotes.forget();
    },
  });

  return {
    look: pending.look,
    runsVenue: lease.held,
    ready: lease.taken,
    start: async (): Promise<void> => {
      instruments.onStatus((symbol, status) => (status === 'HALTED' ? venue.halt(symbol) : venue.resume(symbol)));
      instruments.onTerms((instrument, isNew) => {
        venue.list?.(instrument);
        if (dispatch.isHere()) duties.termsChanged(isNew);
      });
      await lease.start();
      await sharedQuotes.start();
      pending.start();
    },
    /** Stops the market, books what it reported last, and then lets the next process have it. */
    stop: async (): Promise<void> => {
      pending.stop();
      sharedQuotes.stop();
      await duties.stop();
      await orders.lane.drain();
      await lease.stop();
    },
  };
};

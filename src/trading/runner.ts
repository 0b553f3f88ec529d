import type { KnownControls } from '../controls/open.ts';
import { CHANGED } from '../controls/store.ts';
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
  controls: Pick<KnownControls, 'refresh'>;
  log: Log;
  timers: Timers;
}

/** Has this process run the venue while it holds the lease, and wait for the lease while another one does. */
export const createRunner = ({ database, orders, market, duties, controls, log, timers }: RunnerNeeds) => {
  const { instruments, venue, dispatch, sharedQuotes, elsewhere, answer } = market;
  const pending = createLook({ ...orders, dispatch, log, timers });
  /** What an operator has set through another process. */
  const readAgain = (): void => {
    void instruments.refresh();
    controls.refresh();
  };
  const lease = createLease({
    connect: () => connectPipeline(database.connection),
    log,
    timers,
    hears: { [elsewhere.channel]: elsewhere.heard, [CHANGED]: readAgain },
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

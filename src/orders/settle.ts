import type { Log } from '../telemetry/log.ts';
import type { Report } from '../venues/venue.ts';
import { decideSettle, type SettleFacts, settleNeeds } from './decide-settle.ts';
import type { OrderDeps } from './orders.ts';

/** Books a venue's reports through the lane. If they can never be booked, the venue's view is wrong and is rebuilt. */
export const createSettle = (deps: OrderDeps & { log: Log; rebuild: () => Promise<void> }) => {
  const facts: SettleFacts = {
    instrumentOf: (symbol) => {
      const instrument = deps.market.find(symbol);
      if (instrument === undefined) throw new Error('the venue reported an unknown symbol');
      return instrument;
    },
    rates: deps.rates,
    ids: deps.ids,
  };
  return (reports: readonly Report[]): void => {
    deps.lane
      .settle({
        needs: settleNeeds(reports, facts.instrumentOf),
        decide: (books, at) => decideSettle(books, at, reports, facts),
      })
      .catch(async (error: unknown) => {
        deps.log.error({ err: error }, 'reports of the venue could not be booked; its books are rebuilt');
        await deps.rebuild();
      })
      .catch((error: unknown) => deps.log.fatal({ err: error }, 'the books of the venue could not be rebuilt'));
  };
};

import type { Ids } from '../../src/kernel/ids.ts';
import { createPaperVenue, type MarketVenue, type PaperOptions } from '../../src/venues/paper/paper.ts';
import { createRandom } from '../../src/venues/paper/random.ts';
import type { OrderName, TradeReport, VenueStatus } from '../../src/venues/venue.ts';
import { createFaultyVenue } from '../support/faulty-venue.ts';
import { createNetwork } from './network.ts';
import type { Schedule } from './schedule.ts';

/** An exchange that lives on when the server dies, behind a network of the seed's. */
export const createFarVenue = (options: {
  schedule: Schedule;
  seed: number;
  idempotent: boolean;
  counts: boolean;
  ids: Ids;
  say(line: string): void;
  accuse(crime: string): void;
  executed: TradeReport[];
  idle(): Promise<void>;
}) => {
  const { schedule, seed, ids, idempotent, counts, say, accuse, executed, idle } = options;
  const network = createNetwork({
    random: createRandom(seed, 'network'),
    schedule,
    idempotent,
    counts,
    log: say,
    accuse,
    idle,
  });
  let faulty: ReturnType<typeof createFaultyVenue> | undefined;
  let status: ((order: OrderName) => Promise<VenueStatus>) | undefined;
  const make = (paper: PaperOptions): MarketVenue => {
    if (faulty === undefined) {
      const exchange = createPaperVenue({ ...paper, ids });
      exchange.onReports((reports) => {
        executed.push(...reports.filter((report) => report.kind === 'TRADE'));
      });
      status = exchange.status;
      // It is open already when the server connects, and stays so when the server stops.
      exchange.start();
      // Nor does it halt when our operators do.
      const own = { start: () => {}, stop: () => {}, halt: () => {}, resume: () => {} };
      faulty = createFaultyVenue({ ...exchange, ...own }, network);
    }
    return faulty.connect();
  };
  return {
    make,
    disconnect: () => faulty?.disconnect(),
    heal: network.heal,
    status: (order: OrderName) => status?.(order),
  };
};

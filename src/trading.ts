import { createCommand } from './audit/command.ts';
import type { Config } from './config.ts';
import { openControls } from './controls/open.ts';
import { createControlStore } from './controls/store.ts';
import { createInFlight } from './idempotency/in-flight.ts';
import { systemTimers, type Timers } from './kernel/timers.ts';
import { openLane } from './lane/open.ts';
import { createPeek } from './lane/peek-store.ts';
import { createAccountFinder } from './ledger/accounts.ts';
import { createHistoryStore } from './ledger/history/store.ts';
import { createLedgerStore } from './ledger/store.ts';
import type { Budget } from './limiter/budget.ts';
import { seedMarket } from './market/store.ts';
import { createDeadlineStore } from './orders/change/deadline-store.ts';
import type { OrderDeps } from './orders/orders.ts';
import { createOrderStore } from './orders/store.ts';
import { withFreshQuotes } from './orders/venue/dispatch.ts';
import { tellPending } from './orders/venue/tell.ts';
import { createDuties } from './trading/duties.ts';
import { type MarketNeeds, openMarket } from './trading/market.ts';
import { createRunner } from './trading/runner.ts';
import { createTradingServices } from './trading/services.ts';

export interface TradingOptions extends Omit<MarketNeeds, 'config' | 'timers' | 'isRun'> {
  config: Pick<Config, 'paper' | 'fees'> & Partial<Pick<Config, 'marketHours'>>;
  /** How many orders a user may place. */
  orderBudget: Budget;
  /** The machine's when absent. */
  timers?: Timers;
}

/** The stores that several parts share, with the rows that all parts count on. */
const openStores = async ({ database, clock }: Pick<TradingOptions, 'database' | 'clock'>) => {
  const stores = {
    ledger: createLedgerStore(database),
    history: createHistoryStore(database),
    controls: createControlStore(database),
  };
  await seedMarket(database);
  await stores.ledger.seedChart();
  await stores.ledger.openHouse(clock.now());
  return stores;
};

/** Joins market, ledger, orders, lane and the venue: everything that moves money. */
export const createTrading = async (options: TradingOptions) => {
  const { config, database, clock, ids, log, timers = systemTimers } = options;
  const stores = await openStores(options);
  const market = await openMarket({ ...options, timers, isRun: () => runner.ready() });
  const { venue, dispatch } = market;
  const controls = await openControls({ config, store: stores.controls, venue, log, timers });
  const lane = openLane(database, {
    clock,
    log,
    timers,
    released: (orders) => tellPending(dispatch, orders, config.fees),
  });
  const orders: OrderDeps = {
    lane,
    accounts: createAccountFinder(stores.ledger),
    market: market.market,
    instrumentOf: market.market.instrumentOf,
    venue: withFreshQuotes(dispatch),
    store: createOrderStore(database),
    peek: createPeek(database.pool),
    inFlight: createInFlight(),
    command: createCommand({ database, clock, ids }),
    rates: config.fees,
    switches: controls.switches.get,
    hours: controls.hours.get,
    budget: options.orderBudget,
    clock,
    ids,
  };
  const deadlines = createDeadlineStore(database);
  const duties = createDuties({ orders, market, deadlines, history: stores.history, log, timers });
  const runner = createRunner({ database, orders, market, duties, controls, log, timers });

  return {
    services: createTradingServices({
      database,
      orders,
      market,
      controls,
      stores,
      paperDeposits: config.paper.deposits,
    }),
    venue,
    lane,
    quotesAreStale: market.quotesAreStale,
    /** Does what is due now instead of a moment later. */
    sweep: duties.sweep,
    /** Asks the venue now what became of doubtful orders. */
    reconcile: duties.reconcile,
    /** Looks now for what the venue has not been told. */
    look: runner.look,
    /** Whether this process runs the venue. */
    runsVenue: runner.runsVenue,
    /** Whether orders find a venue, in this process or in another. */
    ready: runner.ready,
    start: runner.start,
    /** Stops the market, books what it reported last, and lets go of the database. */
    stop: async (): Promise<void> => {
      await runner.stop();
      await lane.close();
      market.instruments.stop();
      controls.stop();
    },
  };
};

export type Trading = Awaited<ReturnType<typeof createTrading>>;

import { createCommand } from './audit/command.ts';
import type { Config } from './config.ts';
import { createControls } from './controls/controls.ts';
import { createControlStore } from './controls/store.ts';
import { connectPipeline } from './database/connect.ts';
import type { Database } from './database/database.ts';
import { createInFlight } from './idempotency/in-flight.ts';
import type { Clock } from './kernel/clock.ts';
import type { Ids } from './kernel/ids.ts';
import { createRefreshed } from './kernel/refreshed.ts';
import { createSweep } from './kernel/sweep.ts';
import { systemTimers, type Timers } from './kernel/timers.ts';
import { openLane } from './lane/open.ts';
import { createPeek } from './lane/store.ts';
import { createAccountFinder } from './ledger/accounts.ts';
import { createBooksStore } from './ledger/books/store.ts';
import { createExportStore } from './ledger/export/store.ts';
import { createMarks } from './ledger/history/marks.ts';
import { createHistoryStore } from './ledger/history/store.ts';
import { createJournalStore } from './ledger/journal/store.ts';
import { createLedger } from './ledger/ledger.ts';
import { createLedgerStore } from './ledger/store.ts';
import type { Budget } from './limiter/budget.ts';
import { limits } from './limits.ts';
import { createInstruments } from './market/instruments.ts';
import { createMarket } from './market/market.ts';
import { createMarketStore, seedMarket } from './market/store.ts';
import { createDeadlineStore } from './orders/deadline-store.ts';
import { createDispatch, withFreshQuotes } from './orders/dispatch.ts';
import { createDueTasks } from './orders/due.ts';
import { createLook } from './orders/look.ts';
import { createOrders } from './orders/orders.ts';
import { createReconcile } from './orders/reconcile.ts';
import { createSessions } from './orders/sessions.ts';
import { createSettlement } from './orders/settle.ts';
import { createOrderStore } from './orders/store.ts';
import { tellPending } from './orders/tell.ts';
import type { Log } from './telemetry/log.ts';
import { createTradeStore } from './trades/store.ts';
import { createTrades } from './trades/trades.ts';
import { createLease } from './venues/lease.ts';
import { createPaperVenue, type MarketVenue, type PaperOptions } from './venues/paper/paper.ts';
import { createSharedQuotes } from './venues/shared-quotes.ts';
import { createVenueStore } from './venues/store.ts';
import { CHANNEL, createWake } from './venues/wake.ts';

export interface TradingOptions {
  config: Pick<Config, 'paper' | 'fees'> & Partial<Pick<Config, 'marketHours'>>;
  database: Database;
  clock: Clock;
  ids: Ids;
  log: Log;
  /** How many orders a user may place. */
  orderBudget: Budget;
  /** Makes the venue; the paper market when absent. */
  makeVenue?: ((options: PaperOptions & { log: Log }) => MarketVenue) | undefined;
  /** The machine's when absent. */
  timers?: Timers;
}

/** Joins market, ledger, orders, lane and the paper venue: everything that moves money. */
export const createTrading = async (options: TradingOptions) => {
  const { config, database, clock, ids, log, makeVenue = createPaperVenue, timers = systemTimers } = options;
  const ledgerStore = createLedgerStore(database);
  await seedMarket(database);
  await ledgerStore.seedChart();
  await ledgerStore.openHouse(clock.now());
  const instruments = await createInstruments({ store: createMarketStore(database), log, timers });
  const venue: MarketVenue = makeVenue({ instruments: instruments.all(), clock, ids, log, ...config.paper });
  const venueStore = createVenueStore(database);
  const sharedQuotes = createSharedQuotes({
    store: venueStore,
    symbols: () => instruments.all().map(({ symbol }) => symbol),
    venue,
    publishing: () => dispatch.isHere(),
    log,
    timers,
  });
  const dispatch = createDispatch({ venue, wake: createWake(venueStore), published: sharedQuotes });
  const market = createMarket({ instruments, venue: dispatch });
  const controlStore = createControlStore(database);
  const switches = await createRefreshed({
    read: controlStore.killSwitches,
    every_ms: limits.market.refresh_ms,
    timers,
    failed: (error) => log.warn({ err: error }, 'kill switches could not be read again'),
  });

  const hours = await createRefreshed({
    read: async () =>
      venue.ownHours ? 'ALWAYS_OPEN' : ((await controlStore.hours()) ?? config.marketHours ?? 'ALWAYS_OPEN'),
    every_ms: limits.market.refresh_ms,
    timers,
    failed: (error) => log.warn({ err: error }, 'market hours could not be read again'),
  });

  const lane = openLane(database, {
    clock,
    log,
    timers,
    released: (orders) => tellPending(dispatch, orders, config.fees),
  });
  const accounts = createAccountFinder(ledgerStore);
  const inFlight = createInFlight();
  const peek = createPeek(database.pool);
  const shared = { lane, accounts, market, inFlight, clock, ids };
  const command = createCommand({ database, clock, ids });
  const orderDeps = {
    ...shared,
    peek,
    instrumentOf: market.instrumentOf,
    venue: withFreshQuotes(dispatch),
    store: createOrderStore(database),
    rates: config.fees,
    switches: switches.get,
    hours: hours.get,
    budget: options.orderBudget,
    command,
  };
  const deadlines = createDeadlineStore(database);
  const sessions = createSessions({ ...orderDeps, desks: venue, instruments });
  const sweep = createSweep({
    tasks: { sessions: sessions.pass, ...createDueTasks({ ...orderDeps, deadlines }) },
    every_ms: limits.orders.sweep_ms,
    log,
    timers,
  });
  const settlement = createSettlement({ ...orderDeps, venue, dispatch, log, timers });
  // Apart from the sweep: what must happen at its time does not wait for a venue that answers late.
  const reconciling = createSweep({
    tasks: { reconcile: createReconcile({ ...orderDeps, venue, dispatch, settlement, log }) },
    every_ms: limits.venue.reconcile_ms,
    log,
    timers,
  });
  const history = createHistoryStore(database);
  const journal = createJournalStore(database);
  const marks = createMarks({ history, instruments: instruments.all, quote: venue.quote, clock, log, timers });
  const pending = createLook({ ...orderDeps, dispatch, log, timers });

  const lease = createLease({
    connect: () => connectPipeline(database.connection),
    log,
    timers,
    channel: CHANNEL,
    notified: pending.look,
    taken: async (isOurs) => {
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
    lost: () => {
      void sweep.stop();
      void reconciling.stop();
      marks.stop();
      void venue.stop();
      settlement.suspend();
      sharedQuotes.forget();
    },
  });

  return {
    services: {
      market,
      ledger: createLedger({
        ...shared,
        store: ledgerStore,
        journal,
        openStatement: createExportStore(database),
        command,
        history,
        books: createBooksStore(database),
        scaleOf: instruments.scaleOf,
        paperDeposits: config.paper.deposits,
      }),
      orders: createOrders(orderDeps),
      trades: createTrades({ ...orderDeps, store: createTradeStore(database), journal }),
      controls: createControls({
        command,
        instruments,
        switches,
        hours,
        store: controlStore,
        clock,
        scale: instruments.scaleOf('USD'),
      }),
    },
    venue,
    lane,
    /** Does what is due now instead of a moment later. */
    sweep: sweep.pass,
    /** Asks the venue now what became of doubtful orders. */
    reconcile: reconciling.pass,
    /** Looks now for what the venue has not been told. */
    look: pending.look,
    /** Whether this process runs the paper venue. */
    runsVenue: lease.held,
    /** Whether prices shown now are old ones. */
    quotesAreStale: (): boolean => instruments.all().some(({ symbol }) => dispatch.quote(symbol)?.stale),
    /** Whether orders find a venue, in this process or in another. */
    ready: lease.taken,
    start: async (): Promise<void> => {
      instruments.onStatus((symbol, status) => (status === 'HALTED' ? venue.halt(symbol) : venue.resume(symbol)));
      instruments.onTerms((instrument, isNew) => {
        venue.list?.(instrument);
        if (!dispatch.isHere()) return;
        sessions.setDesks();
        // A book takes new terms when it is made anew.
        if (!isNew) void settlement.restoreNow();
      });
      await lease.start();
      await sharedQuotes.start();
      pending.start();
    },
    /** Stops the market, books what it reported last, and lets go of the database. */
    stop: async (): Promise<void> => {
      pending.stop();
      sharedQuotes.stop();
      const unkept = (error: unknown): void => log.warn({ err: error }, 'the last marks were not kept');
      if (dispatch.isHere()) await marks.record().catch(unkept);
      marks.stop();
      await venue.stop();
      await Promise.all([sweep.stop(), reconciling.stop()]);
      await lane.drain();
      await lease.stop();
      await lane.close();
      instruments.stop();
      switches.stop();
      hours.stop();
    },
  };
};

export type Trading = Awaited<ReturnType<typeof createTrading>>;

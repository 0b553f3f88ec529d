import { createControls } from '../controls/controls.ts';
import type { KnownControls } from '../controls/open.ts';
import type { ControlStore } from '../controls/store.ts';
import type { Database } from '../database/database.ts';
import { createBooksStore } from '../ledger/books/store.ts';
import { createExportStore } from '../ledger/export/store.ts';
import type { HistoryStore } from '../ledger/history/store.ts';
import { createJournalStore } from '../ledger/journal/store.ts';
import { createLedger } from '../ledger/ledger.ts';
import type { LedgerStore } from '../ledger/store.ts';
import { createOrders, type OrderDeps } from '../orders/orders.ts';
import { createTradeStore } from '../trades/store.ts';
import { createTrades } from '../trades/trades.ts';
import type { OpenMarket } from './market.ts';

export interface TradingServiceNeeds {
  database: Database;
  orders: OrderDeps;
  market: OpenMarket;
  controls: KnownControls;
  stores: { ledger: LedgerStore; history: HistoryStore; controls: ControlStore };
  paperDeposits: boolean;
}

/** The use cases of all that moves money. */
export const createTradingServices = (needs: TradingServiceNeeds) => {
  const { database, orders, controls, stores, paperDeposits } = needs;
  const { instruments, market } = needs.market;
  const { command, clock } = orders;
  const journal = createJournalStore(database);
  return {
    market,
    ledger: createLedger({
      ...orders,
      market,
      store: stores.ledger,
      journal,
      openStatement: createExportStore(database),
      history: stores.history,
      books: createBooksStore(database),
      scaleOf: instruments.scaleOf,
      paperDeposits,
    }),
    orders: createOrders(orders),
    trades: createTrades({ ...orders, store: createTradeStore(database), journal }),
    controls: createControls({
      command,
      instruments,
      switches: controls.switches,
      hours: controls.hours,
      store: stores.controls,
      clock,
      scale: instruments.scaleOf('USD'),
    }),
  };
};

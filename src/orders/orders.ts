import type { Command } from '../audit/command.ts';
import type { KillSwitch } from '../controls/kill-switch.ts';
import type { InFlight } from '../idempotency/in-flight.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Ids } from '../kernel/ids.ts';
import { isUuid } from '../kernel/ids.ts';
import type { Page, PageRequest } from '../kernel/page.ts';
import type { Lane } from '../lane/lane.ts';
import type { Loaded, Needs, OrderRow } from '../lane/rows.ts';
import type { AccountFinder } from '../ledger/accounts.ts';
import type { Budget } from '../limiter/budget.ts';
import type { MarketHours } from '../market/calendar.ts';
import type { Instrument } from '../market/instrument.ts';
import { createCancelOrder } from './change/cancel.ts';
import { createCancelAllAfter } from './change/cancel-all-after.ts';
import { createCancelAllOrders } from './change/cancel-all-own.ts';
import { createReplaceOrder } from './change/replace.ts';
import { counted } from './counted.ts';
import type { PlaceOrderListInput } from './input.ts';
import type { OrderFilter } from './page-query.ts';
import { createPlaceOrder } from './place/place.ts';
import { createPlaceOrderList } from './place/place-list.ts';
import { createPlaceOrders } from './place/place-many.ts';
import { createPreviewOrder } from './place/preview.ts';
import type { FeeRates } from './risk.ts';
import type { OrderStore } from './store.ts';
import type { Dispatch } from './venue/dispatch.ts';

export interface OrderDeps {
  lane: Lane;
  store: OrderStore;
  accounts: AccountFinder;
  market: { find(symbol: string): Instrument | undefined };
  /** The instrument of an order that exists. */
  instrumentOf(symbol: string): Instrument;
  venue: Pick<Dispatch, 'submit' | 'cancel' | 'replace' | 'quote' | 'preview'>;
  inFlight: InFlight;
  /** The rows of a decision that is thrown away. */
  peek(needs: Needs): Promise<Loaded>;
  rates: FeeRates;
  /** The kill switches that are engaged, as this process knows them. */
  switches(): readonly KillSwitch[];
  /** Whether stocks trade in sessions. */
  hours(): MarketHours;
  /** How many orders a user may place, replacements included. */
  budget: Budget;
  /** For what is written outside of the lane. */
  command: Command;
  clock: Clock;
  ids: Ids;
}

/** The use cases of orders. Every one that reads takes the viewer and looks under the viewer's own accounts only. */
export const createOrders = (deps: OrderDeps) => ({
  place: counted(deps.budget, () => 1, createPlaceOrder(deps)),
  preview: createPreviewOrder(deps),
  placeList: counted(deps.budget, ({ orders }: PlaceOrderListInput) => orders.length, createPlaceOrderList(deps)),
  placeMany: createPlaceOrders(deps),
  cancel: createCancelOrder(deps),
  replace: counted(deps.budget, () => 1, createReplaceOrder(deps)),
  cancelAll: createCancelAllOrders(deps),
  cancelAllAfter: createCancelAllAfter(deps),

  one: async (userId: string, by: { id: string } | { clientOrderId: string }): Promise<OrderRow | undefined> => {
    const accountIds = await deps.accounts.idsOf(userId);
    if ('clientOrderId' in by) return deps.store.byClientOrderId(userId, accountIds, by.clientOrderId);
    return isUuid(by.id) ? deps.store.byId(userId, accountIds, by.id) : undefined;
  },

  several: async (userId: string, ids: readonly string[]): Promise<OrderRow[]> =>
    deps.store.byIds(userId, await deps.accounts.idsOf(userId), ids),

  list: async (
    userId: string,
    filter: OrderFilter & { accountId?: string | null | undefined },
    page: PageRequest,
  ): Promise<Page<OrderRow>> => {
    const accountId = await deps.accounts.find(userId, filter.accountId);
    return accountId === undefined ? { rows: [], hasMore: false } : deps.store.page(userId, accountId, filter, page);
  },

  count: async (userId: string, filter: OrderFilter & { accountId?: string | null | undefined }): Promise<number> => {
    const accountId = await deps.accounts.find(userId, filter.accountId);
    return accountId === undefined ? 0 : deps.store.count(accountId, filter);
  },

  /** Busts, and what they took back, included. */
  fillsOf: deps.store.executions,
});

export type Orders = ReturnType<typeof createOrders>;

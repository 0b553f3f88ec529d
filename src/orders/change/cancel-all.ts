import type { OrderRow } from '../../lane/rows.ts';
import { limits } from '../../limits.ts';
import { isFinal } from '../order.ts';
import type { OrderDeps } from '../orders.ts';
import type { CancelScope, OpenOrder } from '../store.ts';
import { cancelWhatever } from './decide-cancel.ts';

export interface CancelAllReport {
  /** Open orders that were asked to cancel. */
  asked: number;
  /** Open orders that were replaced again and again while they were asked, so that none of them could be met. */
  left: number;
}

const groups = (orders: readonly OpenOrder[]): OpenOrder[][] => {
  const size = limits.orders.cancelsPerCommand;
  return [...Map.groupBy(orders, ({ accountId }) => accountId).values()].flatMap((own) =>
    Array.from({ length: Math.ceil(own.length / size) }, (_, at) => own.slice(at * size, (at + 1) * size)),
  );
};

/** Both assets of each order: whichever it reserves, and those of its list. */
export const balancesOf = (orders: readonly OpenOrder[], instrumentOf: OrderDeps['instrumentOf']) =>
  orders.flatMap(({ accountId, symbol }) => {
    const { baseAsset, quoteAsset } = instrumentOf(symbol);
    return [baseAsset, quoteAsset].map((asset) => ({ accountId, asset }));
  });

type AskDeps = Pick<OrderDeps, 'lane' | 'store' | 'instrumentOf' | 'rates' | 'hours'> & {
  venue: Pick<OrderDeps['venue'], 'cancel'>;
};

interface Asked {
  orders: OrderRow[];
  /** What took the place of an order after it was read as open. */
  successors: OpenOrder[];
}

/**
 * Asks these orders to cancel, account by account through the lane, and what took the place of one in the meantime; answers how
 * many are asked now, and how many could not be. None escapes by being replaced: a replacement that is pending is followed by
 * the cancel, one that was answered before the decision by another decision.
 */
export const createAskCancel = (deps: AskDeps) => {
  /** Some orders of one account in one decision. */
  const ask = (orders: readonly OpenOrder[], reason: string | null): Promise<Asked> =>
    deps.lane.run({
      needs: {
        accounts: orders.slice(0, 1).map(({ accountId }) => accountId),
        orders: orders.map(({ id }) => id),
        // What no venue has is closed at once and gives its hold back.
        balances: balancesOf(orders, deps.instrumentOf),
      },
      decide: (books, at) => {
        const asked: Asked = { orders: [], successors: [] };
        for (const open of orders) {
          const order = books.order(open.id);
          if (order === undefined) continue;
          if (order.replacedById !== null) asked.successors.push({ ...open, id: order.replacedById });
          // What is over by now, perhaps with an order of its list that was asked just before, needs no cancel.
          if (isFinal(order.status)) continue;
          cancelWhatever(books, order, reason, at, deps);
          asked.orders.push({ ...order });
        }
        return asked;
      },
      committed: (asked) => {
        const atVenue = asked.orders.filter(({ status }) => status === 'PENDING_CANCEL');
        deps.venue.cancel(atVenue.map(({ id, accountId, symbol }) => ({ orderId: id, accountId, symbol })));
      },
    });
  return async (orders: readonly OpenOrder[], reason: string | null): Promise<CancelAllReport> => {
    const report = { asked: 0, left: orders.length };
    for (let round = 0, next = orders; report.left > 0 && round < limits.orders.cancelRounds; round += 1) {
      const done = await Promise.all(groups(next).map((some) => ask(some, reason)));
      report.asked += done.reduce((sum, { orders: asked }) => sum + asked.length, 0);
      next = done.flatMap(({ successors }) => successors);
      report.left = next.length;
    }
    return report;
  };
};

/**
 * Asks every open order of a scope to cancel. What is open is read a page at a time and asked account by account through
 * the lane, so a mass cancel of a hundred thousand orders never fills the queue that others wait in. An order that is
 * accepted after its page was read stays: whoever must prevent that, refuses new orders first.
 */
export const createCancelOpenOrders = (deps: AskDeps) => {
  const ask = createAskCancel(deps);
  return async ({ reason = null, ...scope }: CancelScope & { reason?: string | null }): Promise<CancelAllReport> => {
    const report = { asked: 0, left: 0 };
    for (let after = 0n; ; ) {
      const page = await deps.store.openIn(scope, after, limits.orders.cancelPage);
      const { asked, left } = await ask(page, reason);
      report.asked += asked;
      report.left += left;
      if (page.length < limits.orders.cancelPage) return report;
      after = page.at(-1)?.sequence ?? after;
    }
  };
};

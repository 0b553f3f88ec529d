import type { OrderRow } from '../../../src/lane/rows.ts';
import { cancelOpen } from '../../../src/orders/change/decide-cancel.ts';
import { decideSettle } from '../../../src/orders/settle/decide-settle.ts';
import { settleNeeds } from '../../../src/orders/settle/settle-needs.ts';
import type { Report } from '../../../src/venues/venue.ts';
import { fees } from '../../support/trading.ts';
import { priceNear, type Run } from '../random-steps.ts';
import { booked } from './late-step.ts';

export interface LateExitStep {
  who: number;
  symbol: string;
  kind: 'OTO' | 'BRACKET';
  /** Which of the exits is asked to cancel. */
  asks: number;
  /** Whether the venue refuses; else it is told, and answers as it can. */
  refused: boolean;
}

/** An entry that was cancelled when half of it was filled fills another quarter while the cancel of one exit is not answered. */
export const takeLateExit = async (run: Run, next: LateExitStep): Promise<void> => {
  const { trading } = run;
  const { symbol } = next;
  const owner = run.customers[next.who]!;
  const shared = { symbol, qty: '0.5', timeInForce: 'GTC' } as const;
  const exit = { ...shared, side: 'SELL' } as const;
  const placed = await trading.orders.placeList(owner.by, {
    type: next.kind,
    orders: [
      { ...shared, side: 'BUY', type: 'LIMIT', limitPrice: priceNear(run, symbol, -500) },
      { ...exit, type: 'LIMIT', limitPrice: priceNear(run, symbol, 900) },
      ...(next.kind === 'OTO' ? [] : [{ ...exit, type: 'STOP' as const, stopPrice: priceNear(run, symbol, -900) }]),
    ],
  });
  if (!placed.ok) return;
  await booked(run);
  const [entry, ...exits] = placed.value.orders as [OrderRow, ...OrderRow[]];
  const asked = exits[next.asks % exits.length]!;
  const name = { orderId: asked.id, accountId: owner.accountId, symbol };
  const instrumentOf = (each: string) => trading.market.find(each)!;
  const rules = { instrumentOf, rates: fees, hours: () => 'ALWAYS_OPEN' as const, ids: trading.ids };
  const hear = (reports: readonly Report[], asks = false): Promise<unknown> => {
    const needs = settleNeeds(reports, instrumentOf);
    return trading.lane.settle({
      needs: { ...needs, orders: [...needs.orders, asked.id] },
      decide: (books, at) => {
        const order = books.order(asked.id)!;
        if (asks) cancelOpen(books, order, null, at, rules);
        if (order.status === 'PENDING_CANCEL' && !next.refused) books.release(order);
        return decideSettle(books, at, reports, rules);
      },
    });
  };
  const fill = (qty: bigint): Report[] => {
    const maker = { orderId: entry.id, accountId: owner.accountId };
    const price = entry.worstPrice;
    return [{ kind: 'TRADE', tradeId: trading.ids.next(), symbol, price, qty, takerSide: 'SELL', taker: null, maker }];
  };
  await hear(fill(entry.qty / 2n));
  await trading.orders.cancel(owner.by, { id: entry.id });
  await booked(run);
  await hear(fill(entry.qty / 4n), true);
  if (next.refused) await hear([{ kind: 'CANCEL_REFUSED', ...name, reason: 'TOO_LATE' }]);
};

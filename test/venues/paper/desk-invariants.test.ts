import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Command, createEngine } from '../../../src/venues/paper/engine.ts';
import type { Report, TradeReport, VenueOrder } from '../../../src/venues/venue.ts';
import { asks, lotSize, tickSize } from './asks.ts';
import { countingIds } from './support.ts';

const unitValue = 10n;
const listing = { symbol: 'AAPL', tickSize, lotSize, collarBps: 500, priceScale: 2, baseScale: 5, quoteScale: 8 };

interface Live {
  order: VenueOrder;
  /** The first order of its chain of replacements. */
  root: string;
  leavesQty: bigint;
  spent: bigint;
  waits: boolean;
  /** The worst price of a sale that was reached without a limit: the collar from what the makers say, else from the first, which was the best. */
  floor: bigint | null;
}

/** Follows what is reported, and knows of the orders nothing but that. */
const createWitness = () => {
  let live = new Map<string, Live>();
  let known = new Set<string>();
  let traded = new Map<string, string>();
  let [closed, halted] = [false, false];
  /** What the makers say that the price is, while they quote. */
  let said: bigint | null = null;

  const enter = (order: VenueOrder): void => {
    if (known.has(order.orderId)) return;
    known.add(order.orderId);
    const waits = order.type.includes('STOP') && !order.triggered;
    live.set(order.orderId, { order, root: order.orderId, leavesQty: order.leavesQty, spent: 0n, waits, floor: null });
  };

  const fill = (orderId: string, { price, qty }: TradeReport): void => {
    const found = live.get(orderId)!;
    const { order, root } = found;
    expect(found.waits, 'a stop that waits never trades').toBe(false);
    if (order.side === 'SELL' && (order.type === 'STOP' || order.type === 'TRAILING_STOP') && !order.triggered) {
      found.floor ??= ((said ?? price) * BigInt(10_000 - listing.collarBps)) / 10_000n - tickSize;
      expect(price > found.floor).toBe(true);
    } else expect(order.side === 'BUY' ? price <= order.worstPrice : price >= order.worstPrice).toBe(true);
    found.leavesQty -= qty;
    found.spent += price * qty * unitValue;
    expect(qty > 0n && qty % lotSize === 0n && found.leavesQty >= 0n).toBe(true);
    if (order.budget !== null) expect(found.spent).toBeLessThanOrEqual(order.budget);
    if (order.group !== null) expect(traded.get(order.group) ?? root, 'one order of a group trades').toBe(root);
    if (order.group !== null) traded.set(order.group, root);
    if (found.leavesQty === 0n) live.delete(orderId);
  };

  const replaced = (report: Extract<Report, { kind: 'REPLACED' }>, command: Command): void => {
    if (command.kind !== 'REPLACE') throw new Error('nobody asked for a replacement');
    const { qtyChange, worstPrice } = command.replacement;
    const old = live.get(report.orderId)!;
    live.delete(report.orderId);
    known.add(report.newOrderId);
    const leavesQty = old.leavesQty + qtyChange;
    expect(report.leavesQty).toBe(leavesQty > 0n ? leavesQty : 0n);
    if (leavesQty <= 0n) return;
    const order = { ...old.order, orderId: report.newOrderId, worstPrice: worstPrice ?? old.order.worstPrice };
    live.set(order.orderId, { ...old, order, leavesQty });
  };

  const hear = (report: Report, command: Command): void => {
    if (report.kind === 'TRADE') {
      for (const side of [report.taker, report.maker]) if (side !== null) fill(side.orderId, report);
      expect(report.taker === null || report.taker.accountId !== report.maker?.accountId).toBe(true);
    } else if (report.kind === 'REPLACED') replaced(report, command);
    else if (report.kind === 'TRIGGERED') live.get(report.orderId)!.waits = false;
    else if (report.kind === 'CANCELED' || report.kind === 'SPENT' || report.kind === 'DEFERRED')
      expect(live.delete(report.orderId)).toBe(true);
    else if (report.kind === 'TRAILED') expect(live.get(report.orderId)?.waits).toBe(true);
  };

  return {
    follow: (command: Command, reports: readonly Report[]): void => {
      if (command.kind === 'HALT' || command.kind === 'RESUME') halted = command.kind === 'HALT';
      if (command.kind === 'QUOTES') said = halted || closed ? null : command.reference;
      if (['HALT', 'CLOSE', 'CLEAR'].includes(command.kind)) said = null;
      if (command.kind === 'SUBMIT' || (command.kind === 'RESTORE' && !closed)) enter(command.order);
      for (const report of reports) {
        hear(report, command);
        if (report.kind === 'DEFERRED') known.delete(report.orderId);
      }
      if (command.kind === 'CLOSE' || command.kind === 'OPEN') closed = command.kind === 'CLOSE';
      if (command.kind === 'CLEAR' || command.kind === 'CLOSE')
        [live, known, traded] = [new Map(), new Set(), new Map()];
    },
    /** Quantity of customers that should rest in the book. */
    rests: (): bigint => [...live.values()].reduce((sum, { waits, leavesQty }) => sum + (waits ? 0n : leavesQty), 0n),
  };
};

it('a desk executes nothing twice, nothing too much, nothing too dear and nothing that waits', () => {
  let trades = 0;
  fc.assert(
    fc.property(asks, (commands) => {
      const engine = createEngine({ ids: countingIds(), listings: [listing] });
      const witness = createWitness();
      for (const command of commands) {
        const reports = engine.execute(command);
        witness.follow(command, reports);
        trades += reports.filter(({ kind }) => kind === 'TRADE').length;
      }
      // Makers withdraw; what is left in the book is what the reports say.
      engine.execute({ kind: 'HALT', symbol: 'AAPL' });
      const rests = (['BUY', 'SELL'] as const).flatMap((side) => engine.desk('AAPL')!.book.depth(side, 1_000));
      expect(rests.reduce((sum, { qty }) => sum + qty, 0n)).toBe(witness.rests());
    }),
    { numRuns: 300 },
  );
  expect(trades).toBeGreaterThan(500);
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Command, createEngine } from '../../../src/venues/paper/engine.ts';
import type { Report, Trail, VenueOrder } from '../../../src/venues/venue.ts';
import { asks, lotSize, tickSize } from './asks.ts';
import { asText, countingIds, venueOrder } from './support.ts';

const listing = { symbol: 'AAPL', tickSize, lotSize, collarBps: 500, priceScale: 2, baseScale: 5, quoteScale: 8 };
const { symbol } = listing;

/** What a database keeps of the orders that are open, by what is reported and nothing else. */
const createRecord = () => {
  const open = new Map<string, VenueOrder>();
  const change = (orderId: string, more: Partial<VenueOrder>): void => {
    const order = open.get(orderId);
    if (order !== undefined) open.set(orderId, { ...order, ...more });
  };
  const fill = (orderId: string, qty: bigint): void => {
    const leavesQty = (open.get(orderId)?.leavesQty ?? 0n) - qty;
    change(orderId, { leavesQty });
    if (leavesQty === 0n) open.delete(orderId);
  };
  const replaced = ({ orderId, newOrderId, leavesQty, place }: Extract<Report, { kind: 'REPLACED' }>, by: Command) => {
    const order = open.get(orderId);
    if (order === undefined || by.kind !== 'REPLACE') throw new Error('a replacement out of nowhere');
    open.delete(orderId);
    if (leavesQty === 0n) return;
    const { worstPrice, stopPrice, trail } = by.replacement;
    open.set(newOrderId, {
      ...order,
      orderId: newOrderId,
      leavesQty,
      place: place ?? order.place,
      worstPrice: worstPrice ?? order.worstPrice,
      stopPrice: order.stopPrice === null ? null : (stopPrice ?? order.stopPrice),
      trail: order.trail && (trail ?? order.trail),
    });
  };
  return {
    open,
    follow: (command: Command, reports: readonly Report[]): void => {
      for (const report of reports) {
        if (report.kind === 'ACKNOWLEDGED' && command.kind === 'SUBMIT')
          open.set(report.orderId, { ...command.order, place: report.place ?? null });
        else if (report.kind === 'TRADE') {
          for (const side of [report.taker, report.maker]) if (side !== null) fill(side.orderId, report.qty);
        } else if (report.kind === 'REPLACED') replaced(report, command);
        else if (report.kind === 'TRIGGERED') change(report.orderId, { triggered: true, place: report.place ?? null });
        else if (report.kind === 'TRAILED') {
          const { trailPeak, stopPrice, worstPrice, place } = report;
          change(report.orderId, { trailPeak, stopPrice });
          if (worstPrice !== undefined) change(report.orderId, { worstPrice });
          if (place !== undefined) change(report.orderId, { place });
        } else if (report.kind === 'CANCELED' || report.kind === 'SPENT') open.delete(report.orderId);
      }
    },
  };
};

const isOrdinary = (command: Command): boolean => {
  if (command.kind === 'SUBMIT') return !command.order.triggered;
  return command.kind === 'CANCEL' || command.kind === 'REPLACE' || command.kind === 'QUOTES';
};

/** Trails by price, whose stops move, and are heard of, with every better price; a percentage may round that away. */
const trailsByPrice = (command: Command): Command => {
  const priced = <Of extends { trail: Trail | null }>(of: Of): Of =>
    of.trail !== null && 'bps' in of.trail
      ? { ...of, trail: { price: BigInt(of.trail.bps % 5) * tickSize + tickSize } }
      : of;
  if (command.kind === 'REPLACE') return { ...command, replacement: priced(command.replacement) };
  if (command.kind !== 'SUBMIT' || command.order.type !== 'TRAILING_STOP') return command;
  return { ...command, order: { ...priced(command.order), stopPrice: null, trailPeak: null } };
};

/** The market goes through every price, and takers sweep the book in between. */
const aftermath: Command[] = [98n, 94n, 90n, 100n, 104n, 110n].flatMap((price, index): Command[] => [
  { kind: 'QUOTES', symbol, reference: price, quotes: [] },
  ...(['BUY', 'SELL'] as const).map((side): Command => {
    const terms = { side, leavesQty: lotSize * 4n, worstPrice: price, timeInForce: 'IOC' } as const;
    return { kind: 'SUBMIT', order: venueOrder(`zoe-${side}-${index}`, { ...terms, accountId: 'zoe' }) };
  }),
]);

/** Runs the commands, brings the book back from the record, and lets both books go through the aftermath. */
const comparePast = (commands: readonly Command[]): void => {
  const before = createEngine({ ids: countingIds(), listings: [listing] });
  const record = createRecord();
  for (const command of commands) record.follow(command, before.execute(command));
  // The makers withdraw.
  for (const kind of ['HALT', 'RESUME'] as const) before.execute({ kind, symbol });
  const last = before.desk(symbol)?.last() ?? null;
  const lastPrices = new Map(last === null ? [] : [[symbol, last] as const]);
  const after = createEngine({ ids: countingIds(), listings: [listing], lastPrices });
  const orders = [...record.open.values()].sort((a, b) => Number((a.place ?? 0n) - (b.place ?? 0n)));
  for (const order of orders) expect(after.execute({ kind: 'RESTORE', order })).toEqual([]);
  const unnamed = (reports: readonly Report[]): string =>
    asText(reports.map((report) => ({ ...report, tradeId: '', place: null })));
  for (const command of aftermath) {
    expect(unnamed(after.execute(command))).toBe(unnamed(before.execute(command)));
  }
};

it('a book that comes back from what was reported goes on exactly as the one that was left', () => {
  fc.assert(
    fc.property(asks, (commands) => comparePast(commands.filter(isOrdinary).map(trailsByPrice))),
    { numRuns: 300 },
  );
});

/** Orders and stops that crowd at two prices, and replacements of them: what stays, what goes to the end. */
const crowd = fc.array(
  fc.record({
    type: fc.constantFrom('LIMIT' as const, 'LIMIT' as const, 'STOP_LIMIT' as const),
    price: fc.constantFrom(94n, 98n),
    lots: fc.bigInt(2n, 4n),
    replaces: fc.option(fc.nat(30)),
    change: fc.constantFrom(-1n, 0n, 0n, 1n),
  }),
  { minLength: 5, maxLength: 40 },
);

it('orders that crowd at a price come back in their order, whatever was replaced', () => {
  fc.assert(
    fc.property(crowd, (list) => {
      const names: string[] = [];
      const commands = list.map(({ type, price, lots, replaces, change }, index): Command => {
        const name = `order-${index}`;
        const at = replaces === null || names.length === 0 ? -1 : replaces % names.length;
        const orderId = names[at];
        if (orderId === undefined) {
          names.push(name);
          const stopPrice = type === 'LIMIT' ? null : 104n;
          const terms = { type, stopPrice, worstPrice: price, leavesQty: lots * lotSize, accountId: 'ann' } as const;
          return { kind: 'SUBMIT', order: venueOrder(name, terms) };
        }
        names[at] = name;
        const terms = { qtyChange: change * lotSize, worstPrice: null, stopPrice: null, trail: null };
        return { kind: 'REPLACE', replacement: { orderId, accountId: 'ann', symbol, newOrderId: name, ...terms } };
      });
      comparePast(commands);
    }),
    { numRuns: 300 },
  );
});

import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type {
  EndReport,
  Report,
  TradeReport,
  VenueOrder,
  VenueReplacement,
  VenueStatus,
} from '../../../src/venues/venue.ts';

/** What the simulator has been told and has said, line by line in a file: all that it knows after a restart. */
export type Entry =
  | { kind: 'order'; order: VenueOrder }
  | { kind: 'replacement'; replacement: VenueReplacement }
  | { kind: 'void'; id: string }
  | { kind: 'group'; seq: number; reports: readonly Report[] };

interface Known {
  /** As it rests; undefined when it does not. */
  open: VenueOrder | undefined;
  executions: TradeReport[];
  cumQty: bigint;
  triggered: boolean;
  /** Whether anything was said of it. */
  answered: boolean;
  end: EndReport | null;
}

const UNITS = /^bigint:(-?\d+)$/;
const write = (entry: Entry): string =>
  JSON.stringify(entry, (_, part: unknown) => (typeof part === 'bigint' ? `bigint:${part}` : part));
const read = (line: string): Entry =>
  JSON.parse(line, (_, part: unknown) => {
    const units = typeof part === 'string' ? UNITS.exec(part)?.[1] : undefined;
    return units === undefined ? part : BigInt(units);
  }) as Entry;

/** The simulator's orders, and its numbered groups of reports. */
export const createVenueLedger = (file: string) => {
  const orders = new Map<string, Known>();
  const voids = new Set<string>();
  const replacements = new Map<string, VenueReplacement>();
  const groups: { seq: number; reports: readonly Report[] }[] = [];
  /** How often each order, or replacement by its new id, was received. */
  const received = new Map<string, number>();

  const open = (order: VenueOrder): void => {
    orders.set(order.orderId, {
      open: order,
      executions: [],
      cumQty: 0n,
      triggered: order.triggered,
      answered: false,
      end: null,
    });
  };
  const countReceived = (id: string): void => void received.set(id, (received.get(id) ?? 0) + 1);

  const applyTrade = (known: Known, trade: TradeReport): void => {
    known.executions.push(trade);
    known.cumQty += trade.qty;
    if (known.open === undefined) return;
    const leavesQty = known.open.leavesQty - trade.qty;
    known.open = leavesQty === 0n ? undefined : { ...known.open, leavesQty };
  };
  const applyReport = (report: Report): void => {
    if (report.kind === 'TRADE') {
      for (const side of [report.taker, report.maker]) {
        const known = side === null ? undefined : orders.get(side.orderId);
        if (known !== undefined) applyTrade(known, report);
      }
      return;
    }
    const known = orders.get(report.orderId);
    if (known === undefined) return;
    known.answered = true;
    if ('place' in report && report.place !== undefined && known.open)
      known.open = { ...known.open, place: report.place };
    if (report.kind === 'TRIGGERED') known.triggered = true;
    if (report.kind === 'TRIGGERED' && known.open) known.open = { ...known.open, triggered: true };
    if (report.kind === 'TRAILED' && known.open) {
      const { trailPeak, stopPrice, worstPrice = known.open.worstPrice } = report;
      known.open = { ...known.open, trailPeak, stopPrice, worstPrice };
    }
    if (report.kind === 'REPLACED' && known.open !== undefined) {
      const change = replacements.get(report.newOrderId);
      const { worstPrice, stopPrice, trail } = change ?? {};
      open({
        ...known.open,
        orderId: report.newOrderId,
        leavesQty: report.leavesQty,
        worstPrice: worstPrice ?? known.open.worstPrice,
        stopPrice: stopPrice ?? known.open.stopPrice,
        trail: trail ?? known.open.trail,
        place: report.place ?? known.open.place,
      });
    }
    if ('cumQty' in report || report.kind === 'REJECTED') {
      known.open = undefined;
      known.end = report as EndReport;
    }
  };

  const apply = (entry: Entry): void => {
    if (entry.kind === 'order') {
      countReceived(entry.order.orderId);
      if (!orders.has(entry.order.orderId)) open(entry.order);
    }
    if (entry.kind === 'replacement') {
      countReceived(entry.replacement.newOrderId);
      replacements.set(entry.replacement.newOrderId, entry.replacement);
    }
    if (entry.kind === 'void') voids.add(entry.id);
    if (entry.kind === 'group') {
      groups.push({ seq: entry.seq, reports: entry.reports });
      entry.reports.forEach(applyReport);
    }
  };

  if (existsSync(file)) readFileSync(file, 'utf8').split('\n').filter(Boolean).map(read).forEach(apply);
  const add = (entry: Entry): void => {
    // Before anything is done or said: what was acknowledged is known after a kill.
    appendFileSync(file, `${write(entry)}\n`);
    apply(entry);
  };

  /** Closing reports say how much was executed before them. */
  const counted = (report: Report): Report =>
    report.kind === 'CANCELED' || report.kind === 'REPLACED' || report.kind === 'SPENT'
      ? { ...report, cumQty: orders.get(report.orderId)?.cumQty ?? 0n }
      : report;

  return {
    add,
    say: (reports: readonly Report[]): void => {
      // One after the other, because a count includes the trades of its own command.
      const known: Report[] = [];
      const trades = new Map<string, bigint>();
      for (const report of reports) {
        const next = counted(report);
        if (next.kind === 'TRADE') {
          for (const side of [next.taker, next.maker]) {
            if (side !== null) trades.set(side.orderId, (trades.get(side.orderId) ?? 0n) + next.qty);
          }
          known.push(next);
        } else if ('cumQty' in next) {
          known.push({ ...next, cumQty: (next.cumQty ?? 0n) + (trades.get(next.orderId) ?? 0n) });
        } else known.push(next);
      }
      add({ kind: 'group', seq: groups.length + 1, reports: known });
    },
    has: (id: string): boolean => orders.has(id),
    isVoid: (id: string): boolean => voids.has(id),
    isReplacement: (id: string): boolean => replacements.has(id),
    after: (seq: number, count: number) => groups.slice(seq, seq + count),
    latest: (): number => groups.length,
    resting: (): VenueOrder[] =>
      [...orders.values()]
        .flatMap(({ open: order }) => (order === undefined ? [] : [order]))
        .sort((one, other) => Number((one.place ?? 0n) - (other.place ?? 0n))),
    isAnswered: (id: string): boolean => orders.get(id)?.answered ?? false,
    received: (): Record<string, number> => Object.fromEntries(received),
    status: (id: string): VenueStatus | undefined => {
      const known = orders.get(id);
      if (known === undefined) return undefined;
      const { executions, triggered, end } = known;
      return known.open === undefined ? { state: 'CLOSED', executions, end } : { state: 'OPEN', executions, triggered };
    },
  };
};

export type VenueLedger = ReturnType<typeof createVenueLedger>;

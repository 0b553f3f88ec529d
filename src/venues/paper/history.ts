import type { EndReport, Report, TradeReport } from '../venue.ts';

interface Past {
  executions: TradeReport[];
  triggered: boolean;
  end: EndReport | null;
}

/** What was said of orders that were triggered, traded or ended; an order that only rests takes no room here. */
export interface History {
  add(reports: readonly Report[]): void;
  of(orderId: string): Readonly<Past>;
}

const nothing: Past = { executions: [], triggered: false, end: null };

/** Remembers at least the last `count` of such orders and at most twice as many, in two generations as `createRecent` does. */
export const createHistory = (count: number): History => {
  let young = new Map<string, Past>();
  let old = new Map<string, Past>();

  const pastOf = (orderId: string): Past => {
    const known = young.get(orderId);
    if (known !== undefined) return known;
    const past = old.get(orderId) ?? { executions: [], triggered: false, end: null };
    if (young.size >= count) {
      old = young;
      young = new Map();
    }
    young.set(orderId, past);
    return past;
  };

  const addOne = (report: Report): void => {
    switch (report.kind) {
      case 'TRADE':
        for (const side of [report.taker, report.maker]) {
          if (side !== null) pastOf(side.orderId).executions.push(report);
        }
        break;
      case 'TRIGGERED':
        pastOf(report.orderId).triggered = true;
        break;
      case 'REPLACED': {
        const past = pastOf(report.orderId);
        past.end = report;
        if (past.triggered) pastOf(report.newOrderId).triggered = true;
        break;
      }
      case 'REJECTED':
      case 'CANCELED':
      case 'SPENT':
        pastOf(report.orderId).end = report;
        break;
    }
  };
  return {
    add: (reports) => reports.forEach(addOne),
    of: (orderId) => young.get(orderId) ?? old.get(orderId) ?? nothing,
  };
};

import type { MarketVenue, PaperVenue } from '../../src/venues/paper/paper.ts';
import type { OrderName, Report, VenueStatus } from '../../src/venues/venue.ts';

/** Something on its way between the server and its venue. */
export interface Message {
  way: 'to venue' | 'from venue';
  /** What it is, in a word or two. */
  what: string;
  symbol: string;
  /** Makes it arrive; any number of times, at any later moment. */
  arrive(): void;
}

export interface Faults {
  idempotent: boolean;
  /** Whether it says with what closes an order how much was executed before. Else its fills may come late, but none is lost for good. */
  counts?: boolean;
  /** Every message comes here; whoever takes it decides when it arrives, how often, or never. */
  send(message: Message): void;
  /** Passes an answer on, rejects instead, or takes its time. */
  answer(order: OrderName, status: () => Promise<VenueStatus>): Promise<VenueStatus>;
}

type Listener = Parameters<PaperVenue['onReports']>[0];

const ordersOf = (report: Report): string[] =>
  report.kind === 'TRADE'
    ? [report.taker, report.maker].flatMap((side) => (side === null ? [] : [side.orderId]))
    : [report.orderId];

/**
 * An exchange outside of the process: a paper venue that goes on by itself behind a way that loses, repeats, delays and
 * reorders. `connect` is the server's end of that way; a new one takes the place of the one before.
 */
export const createFaultyVenue = (exchange: PaperVenue, faults: Faults) => {
  let listener: Listener = () => {};
  const executed = new Map<string, bigint>();
  const trades: Message[] = [];

  /** Says with a closing report what was executed before it, as an exchange does. */
  const counted = (report: Report): Report => {
    if (report.kind === 'TRADE') {
      for (const orderId of ordersOf(report)) executed.set(orderId, (executed.get(orderId) ?? 0n) + report.qty);
      return report;
    }
    const { kind } = report;
    if (kind !== 'CANCELED' && kind !== 'REPLACED' && kind !== 'SPENT') return report;
    if (faults.counts === false && kind !== 'REPLACED') return report;
    return { ...report, cumQty: executed.get(report.orderId) ?? 0n };
  };

  exchange.onReports((reports) => {
    for (const report of reports.map(counted)) {
      const { symbol, kind } = report;
      const arrive = (): void => void listener([report]);
      const message: Message = { way: 'from venue', what: `${kind} ${ordersOf(report).join(' ')}`, symbol, arrive };
      if (kind === 'TRADE' && faults.counts === false) trades.push(message);
      faults.send(message);
    }
  });

  const ask =
    <Row extends OrderName>(what: string, pass: (rows: readonly Row[]) => void) =>
    (rows: readonly Row[]): void => {
      for (const row of rows) {
        const arrive = (): void => pass([row]);
        const named = 'newOrderId' in row ? `${row.orderId} by ${row.newOrderId}` : row.orderId;
        faults.send({ way: 'to venue', what: `${what} ${named}`, symbol: row.symbol, arrive });
      }
    };

  const { restore: _, ...rest } = exchange;
  return {
    connect: (): MarketVenue => ({
      ...rest,
      idempotent: faults.idempotent,
      submit: ask('submit', exchange.submit),
      cancel: ask('cancel', exchange.cancel),
      replace: ask('replace', exchange.replace),
      onReports: (next) => {
        listener = next;
        for (const trade of trades) faults.send(trade);
      },
      status: (order) => faults.answer(order, () => exchange.status(order)),
    }),
    /** What arrives finds nobody. */
    disconnect: (): void => {
      listener = () => {};
    },
  };
};

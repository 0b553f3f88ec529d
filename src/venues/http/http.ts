import type { Guard } from '../../guard/guard.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Log } from '../../telemetry/log.ts';
import type { MarketVenue } from '../paper/paper.ts';
import type { Booking, Foreseen, Quote, Report, VenueOrder, VenueStatus } from '../venue.ts';
import { createVenueCalls } from './calls.ts';
import type { JsonClient } from './client.ts';
import { createOutbox, NEVER_ARRIVED } from './outbox.ts';
import { createQuoteSource } from './quotes.ts';
import type { HttpVenueStore } from './store.ts';
import { createStream } from './stream.ts';

export interface HttpVenueOptions {
  /** As in the circuit's name. */
  name: string;
  guard: Guard;
  client: JsonClient;
  quotes: { guard: Guard; client: JsonClient; path: string };
  store: HttpVenueStore;
  clock: Clock;
  log: Log;
}

/** All at the best price, as far as its size goes: an external book is not known deeper, so neither is what becomes of the rest. */
const previewOf = (order: VenueOrder, quote: Quote | undefined): Foreseen[] => {
  const { orderId, accountId, symbol } = order;
  const taken: Foreseen = { kind: 'ACKNOWLEDGED', orderId, accountId, symbol };
  const [price, size] =
    order.side === 'BUY' ? [quote?.ask ?? null, quote?.askSize ?? 0n] : [quote?.bid ?? null, quote?.bidSize ?? 0n];
  const waits = order.type !== 'MARKET' && order.type !== 'LIMIT';
  if (price === null || size === 0n || waits || order.postOnly) return [taken];
  const isWorse = order.side === 'BUY' ? price > order.worstPrice : price < order.worstPrice;
  const qty = order.leavesQty < size ? order.leavesQty : size;
  return isWorse || qty === 0n ? [taken] : [taken, { kind: 'TRADE', price, qty }];
};

/**
 * A venue outside, over HTTP (docs/venue-protocol.md). It keeps its orders itself and reports behind a cursor. What was sent
 * and not answered is never sent again: its id stays claimed, and `status` makes the venue either show the order or give up its
 * id for ever. So telling it twice has one effect, and to the parts around it this venue is idempotent.
 */
export const createHttpVenue = (options: HttpVenueOptions): MarketVenue => {
  const { name: venue, guard, client, store, clock, log } = options;
  const calls = createVenueCalls(guard, client);
  const source = createQuoteSource({ ...options.quotes, log });
  let listener: (reports: readonly Report[]) => unknown = () => 'LATER';
  const book = async (reports: readonly Report[]): Promise<Booking> => (await listener(reports)) as Booking;
  const outbox = createOutbox({ venue, guard, calls, store, report: (reports) => void book(reports), clock, log });
  const follow = createStream({ venue, guard, calls, store, book, clock, log });
  let running: { stop: AbortController; ended: Promise<unknown> } | undefined;

  const nothing = (): void => {};
  return {
    idempotent: true,
    ownHours: true,
    submit: (orders) => outbox.add('orders', orders),
    cancel: (orders) => outbox.add('cancels', orders),
    replace: (replacements) => outbox.add('replacements', replacements),
    status: async (order): Promise<VenueStatus> => {
      // What was never sent, the venue need not be asked about.
      if (!(await store.isClaimed(order.orderId))) return { state: 'UNKNOWN' };
      const known = (await calls.status(order.orderId)) ?? (await calls.void(order));
      if (known.state !== 'VOID') return known;
      return { state: 'CLOSED', executions: [], end: { kind: 'REJECTED', ...order, reason: NEVER_ARRIVED } };
    },
    quote: source.quote,
    preview: (order) => previewOf(order, source.quote(order.symbol)),
    onReports: (next) => {
      listener = next;
    },
    start: () => {
      if (running !== undefined) return;
      const stop = new AbortController();
      running = { stop, ended: Promise.all([follow(stop.signal), source.follow(stop.signal)]) };
    },
    stop: async () => {
      const ending = running;
      running = undefined;
      ending?.stop.abort();
      await Promise.all([ending?.ended, outbox.stop()]);
    },
    // It has its own market makers, halts and hours; new orders in a halted instrument are refused before they are sent.
    tick: nothing,
    halt: nothing,
    resume: nothing,
    close: nothing,
    open: nothing,
    bookOf: () => undefined,
  };
};

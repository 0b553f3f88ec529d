import type { Clock } from '../../kernel/clock.ts';
import type { Ids } from '../../kernel/ids.ts';
import { limits } from '../../limits.ts';
import type { Instrument } from '../../market/instrument.ts';
import type { Log } from '../../telemetry/log.ts';
import type { OrderName, Report, Venue, VenueOrder, VenueStatus } from '../venue.ts';
import type { DepthLevel } from './book.ts';
import { createDelivery } from './delivery.ts';
import { type Command, createEngine } from './engine.ts';
import { createHistory, type History } from './history.ts';
import { createMaker, type Maker } from './makers.ts';

export interface PaperVenue extends Venue {
  /**
   * Empties the books, all or one instrument's, and fills them from the orders that the database holds, in time
   * priority. Orders that were acknowledged before are not acknowledged again; those that were not go to `submit`
   * afterwards. Orders that cross each other, because a match before a crash was never settled, match and are reported.
   */
  restore(openOrders: readonly VenueOrder[], symbol?: string): void;
  /**
   * Quotes at once, then every `tick_ms`; with 0 only when `tick` is called. With the prices at which the market was left, by
   * whichever process ran it, the makers go on from there: a jump back to the listed prices would trigger customers' stops.
   */
  start(leftOff?: ReadonlyMap<string, bigint>): void;
  stop(): void;
  /** Moves every instrument's reference price one step and replaces the makers' quotes. */
  tick(): void;
  /**
   * A new instrument has a book and makers from here on. New terms of a known one, such as its tick, count for its book when
   * that is restored.
   */
  list(instrument: Instrument): void;
  /** No matching and no quotes until resumed; cancels still work, new orders wait for the resumption or are cancelled. */
  halt(symbol: string): void;
  resume(symbol: string): void;
  /** Ends a session: takes out every order and stop without a word and withdraws the makers. */
  close(symbol: string): void;
  /** Begins a session, with the orders that `restore` and `submit` bring; a halt stays until it is resumed. */
  open(symbol: string): void;
  /** From the best price on; undefined for an unknown symbol. */
  bookOf(symbol: string, levels: number): { bids: DepthLevel[]; asks: DepthLevel[] } | undefined;
}

/** What the parts around a venue of this process need; one that keeps its orders by itself is not restored. */
export type MarketVenue = Omit<PaperVenue, 'restore' | 'list' | 'stop'> &
  Partial<Pick<PaperVenue, 'restore' | 'list'>> & {
    /** Resolves when nothing is on its way any more. */
    stop(): void | Promise<void>;
    /** It opens and closes by itself: the calendar of this server says nothing about it. */
    readonly ownHours?: true;
  };

export interface PaperOptions {
  instruments: readonly Instrument[];
  clock: Clock;
  ids: Ids;
  seed: number;
  tick_ms: number;
  /** Without makers only customers' orders meet; there is no price until the first two have. */
  makers: boolean;
  log: Pick<Log, 'info'>;
  /** Where trading left off; an instrument without one starts at its reference price. */
  lastPrices?: ReadonlyMap<string, bigint>;
}

/** A venue in this process: books in memory, makers that keep them liquid. The database is its only memory. */
export const createPaperVenue = (options: PaperOptions): PaperVenue => {
  const { instruments, clock, ids, seed, tick_ms, log, lastPrices } = options;
  const listed = new Map(instruments.map((instrument) => [instrument.symbol, instrument]));
  const halted = new Set(instruments.filter(({ status }) => status === 'HALTED').map(({ symbol }) => symbol));
  const engine = createEngine({ ids, listings: instruments, halted, ...(lastPrices && { lastPrices }) });
  const makersFrom = (prices: ReadonlyMap<string, bigint> | undefined): Map<string, Maker> =>
    new Map(
      (options.makers ? [...listed.values()] : []).map((instrument) => {
        const start = prices?.get(instrument.symbol) ?? instrument.referencePrice;
        return [instrument.symbol, createMaker({ instrument, seed, start })];
      }),
    );
  let makers = makersFrom(lastPrices);
  const delivery = createDelivery();
  const newHistory = (): History => createHistory(limits.venue.rememberedOrders);
  const histories = new Map([...listed.keys()].map((symbol) => [symbol, newHistory()]));
  const changedAt = new Map<string, Date>();
  let started = false;
  let timer: NodeJS.Timeout | undefined;

  const execute = (symbol: string, command: Command): readonly Report[] => {
    const reports = engine.execute(command);
    changedAt.set(symbol, clock.now());
    // An emptied desk knows of no order any more, and neither does its past.
    if (command.kind === 'CLEAR' || command.kind === 'CLOSE') histories.set(symbol, newHistory());
    histories.get(symbol)?.add(reports);
    return reports;
  };
  const run = (symbol: string, command: Command): void => delivery.deliver(execute(symbol, command));
  /** What came together is reported together: the reports of a request's orders are booked at once. */
  const runAll = <Asked extends { symbol: string }>(
    asked: readonly Asked[],
    commandOf: (one: Asked) => Command,
  ): void => {
    for (let from = 0; from < asked.length; from += limits.venue.together) {
      const together = asked.slice(from, from + limits.venue.together);
      delivery.deliver(together.flatMap((one) => execute(one.symbol, commandOf(one))));
    }
  };
  const requote = (symbol: string): void => {
    const maker = makers.get(symbol);
    if (maker === undefined) return;
    const quotes = maker.next();
    run(symbol, { kind: 'QUOTES', symbol, reference: maker.reference(), quotes });
  };
  const trade = (symbol: string, kind: 'RESUME' | 'OPEN'): void => {
    run(symbol, { kind, symbol });
    if (started) requote(symbol);
  };
  const tick = (): void => [...listed.keys()].forEach(requote);

  const status = ({ orderId, symbol }: OrderName): VenueStatus => {
    const desk = engine.desk(symbol);
    const place = desk?.whereIs(orderId);
    const past = histories.get(symbol)?.of(orderId);
    if (place === undefined || past === undefined) return { state: 'UNKNOWN' };
    const { triggered, end } = past;
    const executions = [...past.executions];
    if (place === 'GONE') return { state: 'CLOSED', executions, end };
    const trailed = desk?.trailed(orderId);
    return { state: 'OPEN', executions, triggered, ...(trailed && { trailed }) };
  };

  return {
    idempotent: true,
    onReports: delivery.listen,
    status: async (order) => status(order),
    submit: (orders) => runAll(orders, (order) => ({ kind: 'SUBMIT', order })),
    cancel: (orders) => runAll(orders, (order) => ({ kind: 'CANCEL', ...order })),
    replace: (replacements) => runAll(replacements, (replacement) => ({ kind: 'REPLACE', replacement })),
    quote: (symbol) => {
      const desk = engine.desk(symbol);
      if (desk === undefined) return undefined;
      const [bid, ask] = [desk.book.best('BUY'), desk.book.best('SELL')];
      return {
        symbol,
        bid: bid?.price ?? null,
        ask: ask?.price ?? null,
        bidSize: bid?.qty ?? 0n,
        askSize: ask?.qty ?? 0n,
        last: desk.last(),
        at: changedAt.get(symbol) ?? clock.now(),
      };
    },
    restore: (openOrders, only) => {
      const cleared = only === undefined ? [...listed.keys()] : [only];
      for (const symbol of cleared) run(symbol, { kind: 'CLEAR', symbol });
      for (const order of openOrders) run(order.symbol, { kind: 'RESTORE', order });
      if (started) cleared.forEach(requote);
      log.info({ instruments: cleared.length, orders: openOrders.length }, 'paper books restored');
    },
    start: (leftOff) => {
      if (leftOff !== undefined) makers = makersFrom(leftOff);
      started = true;
      tick();
      if (tick_ms > 0) timer ??= setInterval(tick, tick_ms).unref();
    },
    stop: () => {
      started = false;
      clearInterval(timer);
      timer = undefined;
    },
    tick,
    list: (instrument) => {
      const { symbol, status, referencePrice } = instrument;
      listed.set(symbol, instrument);
      engine.list(instrument, status === 'HALTED');
      if (!histories.has(symbol)) histories.set(symbol, newHistory());
      const start = engine.desk(symbol)?.last() ?? referencePrice;
      if (options.makers) makers.set(symbol, createMaker({ instrument, seed, start }));
      if (started) requote(symbol);
    },
    halt: (symbol) => run(symbol, { kind: 'HALT', symbol }),
    resume: (symbol) => trade(symbol, 'RESUME'),
    close: (symbol) => run(symbol, { kind: 'CLOSE', symbol }),
    open: (symbol) => trade(symbol, 'OPEN'),
    preview: (order) => engine.desk(order.symbol)?.preview(order) ?? [],
    bookOf: (symbol, levels) => {
      const book = engine.desk(symbol)?.book;
      return book && { bids: book.depth('BUY', levels), asks: book.depth('SELL', levels) };
    },
  };
};

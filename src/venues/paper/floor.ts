import { tenTo } from '../../kernel/decimal.ts';
import type { Ids } from '../../kernel/ids.ts';
import type { Instrument } from '../../market/instrument.ts';
import { isBetterPeak } from '../trail.ts';
import type { Report, Trailed, VenueOrder } from '../venue.ts';
import { type Band, createBand } from './band.ts';
import { type Book, type BookOrder, createBook, type EndReason, type Fill } from './book.ts';
import { createGroups } from './groups.ts';
import { createStops, reached, type Stop, type Stops } from './stops.ts';

export type Listing = Pick<
  Instrument,
  'symbol' | 'tickSize' | 'lotSize' | 'collarBps' | 'priceScale' | 'baseScale' | 'quoteScale'
>;

type CancelReason =
  | Exclude<EndReason, 'SPENT'>
  | 'INSTRUMENT_HALTED'
  | 'MARKET_CLOSED'
  | 'NO_MARKET'
  | 'GROUP_SETTLED'
  | 'CANCELED_BY_CUSTOMER';

export interface OrderName {
  orderId: string;
  accountId: string;
}

/** Where the orders of one instrument meet. What happens is said in the order in which it happens. */
export interface Floor {
  readonly book: Book;
  readonly stops: Stops;
  readonly band: Band;
  /** The mark: see `Desk.last`. */
  last(): bigint | null;
  /** Runs one command; answers what it said. */
  run(act: () => void): Report[];
  say(report: Report): void;
  sayCanceled(order: OrderName, reason: CancelReason): void;
  sayTrailed(stop: Stop): void;
  /** The next place in time. */
  nextPlace(): bigint;
  /** Places that are given from here on are later than this one. */
  taken(place: bigint | null): void;
  /** A new order: to the stops, to the book, or nowhere when its group is settled already. */
  admit(order: VenueOrder): void;
  /** An order that comes back while nothing may trade: what can wait does, what cannot ends with the reason. */
  keep(order: VenueOrder, reason: 'INSTRUMENT_HALTED'): void;
  /** What was kept is another order, and less, by now. */
  renameKept(orderId: string, newOrderId: string, leavesQty: bigint): void;
  /** Trading begins again: what was kept meets the book now, in the order in which it came. */
  resume(): void;
  /** An order or a maker's quote goes to the book: trades, rests or ends. */
  enter(order: BookOrder): void;
  /** A stop goes to where the stops wait. */
  wait(order: VenueOrder): void;
  /** Takes an order out, wherever it is; its account, if it was anywhere. */
  takeOut(orderId: string): string | undefined;
  /** An order of the group is done: the others go. */
  settleGroup(group: string | null, orderId: string): void;
  renameInGroup(group: string | null, orderId: string, newOrderId: string): void;
  mark(price: bigint): void;
  /** Shows the stops what happened to the price. */
  react(): void;
  /** The stops look at nothing of this; they wait for the next mark. */
  ignore(): void;
}

export const isStop = ({ type, triggered }: VenueOrder): boolean => !triggered && type !== 'MARKET' && type !== 'LIMIT';

export const trailedTo = ({ order, peak, level }: Stop): Trailed => {
  if (peak === undefined) throw new Error('only a trailing stop follows the market');
  return { trailPeak: peak.level.price, stopPrice: level.price, worstPrice: order.worstPrice };
};

/** The best price so far for a trailing stop, as far as anybody knows one. */
export const peakOf = ({ side, trailPeak }: VenueOrder, last: bigint | null): bigint | null => {
  if (trailPeak === null || last === null) return trailPeak ?? last;
  return isBetterPeak(side, last, trailPeak) ? last : trailPeak;
};

/** Whether an order that meets nothing stays. */
export const canWait = (order: VenueOrder): boolean => {
  const { type, timeInForce } = order;
  if (isStop(order)) return true;
  return (type === 'LIMIT' || type === 'STOP_LIMIT') && timeInForce !== 'IOC' && timeInForce !== 'FOK';
};

export const createFloor = (options: { ids: Ids; listing: Listing; last: bigint | null }): Floor => {
  const { ids, listing } = options;
  const { symbol, lotSize } = listing;
  let { last } = options;
  const stops = createStops(listing);
  const groups = createGroups();
  let said: Report[] = [];
  /** Marks that the stops have not looked at yet. */
  let marks: bigint[] = [];
  /** Orders whose groups were settled in the match that is under way: out already, but reported after its trades. */
  let shutOut: OrderName[] = [];
  let places = 0n;
  const nextPlace = (): bigint => {
    places += 1n;
    return places;
  };
  /** Orders that came back while nothing may trade. */
  let kept: VenueOrder[] = [];

  const sayCanceled = ({ orderId, accountId }: OrderName, reason: CancelReason): void =>
    void said.push({ kind: 'CANCELED', orderId, accountId, symbol, reason });

  const mark = (price: bigint): void => {
    last = price;
    if (stops.size() > 0) marks.push(price);
  };
  const band = createBand(listing);

  const takeOut = (orderId: string): string | undefined => {
    const stop = stops.find(orderId);
    const accountId = stop?.order.accountId ?? book.find(orderId)?.accountId;
    if (stop === undefined) book.cancel(orderId);
    else stops.remove(stop);
    return accountId ?? undefined;
  };

  const shutOutOthers = (group: string, orderId: string): void => {
    for (const other of groups.settle(group)) {
      const accountId = other === orderId ? undefined : takeOut(other);
      if (accountId !== undefined) shutOut.push({ orderId: other, accountId });
    }
  };
  const settleGroup = (group: string | null, orderId: string): void => {
    if (group !== null) shutOutOthers(group, orderId);
    for (const order of shutOut) sayCanceled(order, 'GROUP_SETTLED');
    if (shutOut.length > 0) shutOut = [];
  };

  const unitValue = tenTo(listing.quoteScale - listing.priceScale - listing.baseScale);
  const book = createBook({ lotSize, unitValue, groupTraded: shutOutOthers });

  const trade = (order: BookOrder, { price, qty, orderId, accountId }: Fill): void => {
    if (band.has(price)) mark(price);
    said.push({
      kind: 'TRADE',
      tradeId: ids.next(),
      symbol,
      price,
      qty,
      takerSide: order.side,
      taker: order.accountId === null ? null : { orderId: order.orderId, accountId: order.accountId },
      maker: accountId === null ? null : { orderId, accountId },
    });
  };

  const enter = (order: BookOrder): void => {
    const { orderId, accountId, group } = order;
    const { fills, ended } = book.add(order);
    for (const fill of fills) trade(order, fill);
    if (ended !== null && accountId !== null) {
      if (ended === 'SPENT') said.push({ kind: 'SPENT', orderId, accountId, symbol });
      else sayCanceled({ orderId, accountId }, ended);
    }
    settleGroup(fills.length > 0 || ended !== null ? group : null, orderId);
  };

  const trailed = (stop: Stop) => {
    const { orderId, accountId } = stop.order;
    return { kind: 'TRAILED', orderId, accountId, symbol, ...trailedTo(stop) } as const;
  };
  const sayTrailed = (stop: Stop): void => void said.push(trailed(stop));

  const wait = (order: VenueOrder): void => {
    const peak = order.trail === null ? null : peakOf(order, last);
    if (order.trail !== null && peak === null) {
      sayCanceled(order, 'NO_MARKET');
      settleGroup(order.group, order.orderId);
      return;
    }
    const stop = stops.add(order, peak);
    if (stop.level.price !== order.stopPrice) sayTrailed(stop);
    // It may be through its price already.
    if (last !== null) marks.push(last);
  };

  const joins = ({ group, orderId }: VenueOrder): boolean => group === null || groups.join(group, orderId);

  const admit = (order: VenueOrder): void => {
    if (!joins(order)) sayCanceled(order, 'GROUP_SETTLED');
    else if (isStop(order)) wait(order);
    else enter(order);
  };

  return {
    book,
    stops,
    last: () => last,
    run: (act) => {
      said = [];
      act();
      return said;
    },
    say: (report) => void said.push(report),
    sayCanceled,
    sayTrailed,
    nextPlace,
    taken: (place) => {
      if (place !== null && place > places) places = place;
    },
    admit,
    keep: (order, reason) => {
      if (isStop(order)) admit(order);
      else if (!joins(order)) sayCanceled(order, 'GROUP_SETTLED');
      else if (canWait(order)) {
        book.keep(order);
        kept.push(order);
      } else {
        sayCanceled(order, reason);
        settleGroup(order.group, order.orderId);
      }
    },
    renameKept: (orderId, newOrderId, leavesQty) => {
      kept = kept.map((order) => (order.orderId === orderId ? { ...order, orderId: newOrderId, leavesQty } : order));
    },
    resume: () => {
      const again = kept.filter(({ orderId }) => book.cancel(orderId));
      kept = [];
      for (const order of again) admit(order);
    },
    enter,
    wait,
    takeOut,
    settleGroup,
    renameInGroup: (group, orderId, newOrderId) => {
      if (group !== null) groups.rename(group, orderId, newOrderId);
    },
    band,
    mark,
    react: () => {
      // The trades of a triggered stop are further marks. No stop is added meanwhile, so this ends.
      for (let at = 0; at < marks.length; at += 1) {
        const price = marks[at] ?? 0n;
        for (const stop of stops.follow(price)) said.push({ ...trailed(stop), place: nextPlace() });
        for (let stop = stops.take(price); stop !== undefined; stop = stops.take(price)) {
          const { orderId, accountId } = stop.order;
          said.push({ kind: 'TRIGGERED', orderId, accountId, symbol, place: nextPlace() });
          enter(reached(listing, stop.order, { book, reference: band.reference() }));
        }
      }
      if (marks.length > 0) marks = [];
    },
    ignore: () => {
      if (marks.length > 0) marks = [];
    },
  };
};

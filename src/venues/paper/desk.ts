import type { Ids } from '../../kernel/ids.ts';
import { limits } from '../../limits.ts';
import {
  type Foreseen,
  type Report,
  type Trailed,
  UNKNOWN_ORDER,
  type VenueOrder,
  type VenueReplacement,
} from '../venue.ts';
import type { Book } from './book.ts';
import { canWait, createFloor, type Listing, trailedTo } from './floor.ts';
import { foresee } from './foresee.ts';
import type { MakerQuote } from './makers.ts';
import { createRecent } from './recent.ts';
import { replaceOn, rests } from './replace.ts';

/** Why a desk does not trade: an operator halted the instrument, or its session is over. */
export interface Stillness {
  halted: boolean;
  closed: boolean;
}

/** The market in one instrument: its book, its stops, its makers' quotes, whether it trades. */
export interface Desk {
  /** The book, for reading. */
  readonly book: Pick<Book, 'best' | 'depth'>;
  /**
   * The mark: the price of the last trade with a customer or the makers' reference price, whichever is newer. Stops look
   * at nothing else. Null until there has been one of the two. A trade farther from the reference than the collar is none.
   */
  last(): bigint | null;
  state(): Readonly<Stillness>;
  /** Where an order is: in the book or with the stops, gone after it was here, or never seen. */
  whereIs(orderId: string): 'BOOK' | 'STOPS' | 'GONE' | undefined;
  /** Where a trailing stop that waits here stands. */
  trailed(orderId: string): Trailed | undefined;
  /** What `submit` would say of the order now; nothing changes. */
  preview(order: VenueOrder): Foreseen[];
  submit(order: VenueOrder): Report[];
  /**
   * A `submit` of an order that was acknowledged before a restart: it is not said again. Stops wait for the next mark, when
   * the book is whole. In a halt nothing trades, so what crosses waits for the resumption. A closed desk takes nothing: its
   * session has put everything aside.
   */
  restore(order: VenueOrder): Report[];
  cancel(orderId: string, accountId: string): Report[];
  /**
   * Puts a new order in the place of another: at its rank while the price stays and the quantity does not grow. Where nothing
   * trades, that is all that is done.
   */
  replace(replacement: VenueReplacement): Report[];
  /** Replaces all quotes of the makers; one that meets a customer's order trades at that order's price. */
  quote(reference: bigint, quotes: readonly MakerQuote[]): Report[];
  /** Quotes are withdrawn while it is halted or closed; what came back in a halt meets the book when it is over. */
  set(state: Partial<Stillness>): Report[];
}

export const createDesk = (options: { ids: Ids; listing: Listing; last: bigint | null; state: Stillness }): Desk => {
  const { symbol } = options.listing;
  const state = { ...options.state };
  const floor = createFloor(options);
  const { book, stops, run, say, sayCanceled } = floor;
  /** So that a repeat is known after its order has left the book. */
  const seen = createRecent(limits.venue.rememberedOrders);
  /** New ids of replacements that were refused. */
  const refused = createRecent(limits.venue.rememberedOrders);
  let makerIds: string[] = [];

  const isRepeat = (orderId: string): boolean =>
    seen.has(orderId) || book.find(orderId) !== undefined || stops.find(orderId) !== undefined;

  const withdraw = (): void => {
    for (const orderId of makerIds) book.cancel(orderId);
    makerIds = [];
    floor.band.set(null);
  };

  /** Why nothing may trade now. */
  const obstacle = (): 'INSTRUMENT_HALTED' | 'MARKET_CLOSED' | undefined => {
    if (state.halted) return 'INSTRUMENT_HALTED';
    return state.closed ? 'MARKET_CLOSED' : undefined;
  };

  return {
    book,
    last: floor.last,
    state: () => state,
    whereIs: (orderId) => {
      if (book.find(orderId) !== undefined) return 'BOOK';
      if (stops.find(orderId) !== undefined) return 'STOPS';
      return seen.has(orderId) ? 'GONE' : undefined;
    },
    trailed: (orderId) => {
      const stop = stops.find(orderId);
      return stop?.peak && trailedTo(stop);
    },
    preview: (order) => {
      const { listing } = options;
      return foresee(order, {
        book,
        last: floor.last(),
        reference: floor.band.reference(),
        listing,
        obstacle: obstacle(),
      });
    },
    submit: (order) =>
      run(() => {
        const { orderId, accountId } = order;
        if (isRepeat(orderId)) return;
        const reason = obstacle();
        if (reason !== undefined && canWait(order)) {
          return say({ kind: 'DEFERRED', orderId, accountId, symbol, reason });
        }
        say({ kind: 'ACKNOWLEDGED', orderId, accountId, symbol, place: floor.nextPlace() });
        seen.add(orderId);
        if (reason !== undefined) return sayCanceled(order, reason);
        floor.admit(order);
        floor.react();
      }),
    restore: (order) =>
      run(() => {
        if (isRepeat(order.orderId) || state.closed) return;
        seen.add(order.orderId);
        floor.taken(order.place);
        if (state.halted) floor.keep(order, 'INSTRUMENT_HALTED');
        else floor.admit(order);
        floor.ignore();
      }),
    cancel: (orderId, accountId) =>
      run(() => {
        const found = stops.find(orderId)?.order ?? book.find(orderId);
        if (found?.accountId !== accountId) {
          const reason = seen.has(orderId) ? 'TOO_LATE_TO_CANCEL' : UNKNOWN_ORDER;
          return say({ kind: 'CANCEL_REFUSED', orderId, accountId, symbol, reason });
        }
        floor.takeOut(orderId);
        sayCanceled({ orderId, accountId }, 'CANCELED_BY_CUSTOMER');
        floor.settleGroup(found.group, orderId);
      }),
    replace: (replacement) =>
      run(() => {
        const { orderId, accountId, newOrderId } = replacement;
        // A repeat has no second effect, and what was refused once stays refused.
        if (seen.has(newOrderId)) return;
        const still = obstacle();
        if (refused.has(newOrderId) || !replaceOn(floor, replacement, still === undefined)) {
          const reason = still ?? (seen.has(orderId) ? 'TOO_LATE_TO_REPLACE' : UNKNOWN_ORDER);
          refused.add(newOrderId);
          return say({ kind: 'REPLACE_REFUSED', orderId, accountId, symbol, newOrderId, reason });
        }
        seen.add(newOrderId);
        if (still === undefined) floor.react();
      }),
    quote: (reference, quotes) =>
      run(() => {
        withdraw();
        if (obstacle() !== undefined) return;
        floor.band.set(reference);
        for (const [index, { side, price, qty }] of quotes.entries()) {
          const orderId = `maker-${index}`;
          makerIds.push(orderId);
          const terms = { side, worstPrice: price, leavesQty: qty, postOnly: false, group: null };
          floor.enter({ ...rests, ...terms, orderId, accountId: null });
        }
        // Newer than the trades of these quotes, which were at the prices of customers who had waited.
        floor.mark(reference);
        floor.react();
      }),
    set: (change) =>
      run(() => {
        Object.assign(state, change);
        if (obstacle() !== undefined) return withdraw();
        floor.resume();
        floor.react();
      }),
  };
};

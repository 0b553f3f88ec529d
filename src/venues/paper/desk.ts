import type { Ids } from '../../kernel/ids.ts';
import { limits } from '../../limits.ts';
import type { Report, TradeSide, VenueOrder, VenueReplacement } from '../venue.ts';
import { type Book, type BookOrder, createBook, type EndReason, type Fill } from './book.ts';
import type { MakerQuote } from './makers.ts';
import { createRecent } from './recent.ts';

/** The market in one instrument: its book, its makers' quotes, whether it is halted. */
export interface Desk {
  /** The book, for reading. */
  readonly book: Pick<Book, 'best' | 'depth'>;
  last(): bigint | null;
  isHalted(): boolean;
  submit(order: VenueOrder): Report[];
  /** A `submit` of an order that was acknowledged before a restart: it is not said again, and a halt does not end it. */
  restore(order: VenueOrder): Report[];
  cancel(orderId: string, accountId: string): Report[];
  /** Puts a new order in a resting one's place: at its rank while the price stays and the quantity does not grow. */
  replace(replacement: VenueReplacement): Report[];
  /** Replaces all quotes of the makers; one that meets a customer's order trades at that order's price. */
  quote(quotes: readonly MakerQuote[]): Report[];
  halt(): void;
  resume(): void;
}

/** What all that rests in a book has in common: whatever it came as, it is now a limit order that stays. */
const rests = { type: 'LIMIT', timeInForce: 'GTC' } as const;

type CancelReason = EndReason | 'INSTRUMENT_HALTED' | 'CANCELED_BY_CUSTOMER';

const sideOf = (orderId: string, accountId: string | null): TradeSide =>
  accountId === null ? null : { orderId, accountId };

export const createDesk = (options: { ids: Ids; symbol: string; last: bigint | null; halted: boolean }): Desk => {
  const { ids, symbol } = options;
  let { last, halted } = options;
  const book = createBook();
  /** So that a repeat is known after its order has left the book. */
  const seen = createRecent(limits.venue.rememberedOrders);
  let makerIds: string[] = [];

  const isRepeat = (orderId: string): boolean => seen.has(orderId) || book.find(orderId) !== undefined;

  const canceled = (orderId: string, accountId: string, reason: CancelReason): Report => ({
    kind: 'CANCELED',
    orderId,
    accountId,
    symbol,
    reason,
  });

  const trade = (order: BookOrder, fill: Fill): Report => {
    last = fill.price;
    return {
      kind: 'TRADE',
      tradeId: ids.next(),
      symbol,
      price: fill.price,
      qty: fill.qty,
      takerSide: order.side,
      taker: sideOf(order.orderId, order.accountId),
      maker: sideOf(fill.orderId, fill.accountId),
    };
  };

  const refused = (orderId: string, accountId: string, halt?: 'INSTRUMENT_HALTED'): Report => {
    const reason = halt ?? (seen.has(orderId) ? 'TOO_LATE_TO_REPLACE' : 'UNKNOWN_ORDER');
    return { kind: 'REPLACE_REFUSED', orderId, accountId, symbol, reason };
  };

  const enter = (order: BookOrder & { accountId: string }): Report[] => {
    seen.add(order.orderId);
    const { fills, ended } = book.add(order);
    const reports = fills.map((fill) => trade(order, fill));
    return ended === null ? reports : [...reports, canceled(order.orderId, order.accountId, ended)];
  };

  const withdraw = (): void => {
    for (const orderId of makerIds) book.cancel(orderId);
    makerIds = [];
  };

  return {
    book,
    last: () => last,
    isHalted: () => halted,
    submit: (order) => {
      if (isRepeat(order.orderId)) return [];
      const { orderId, accountId } = order;
      const rest = halted ? [canceled(orderId, accountId, 'INSTRUMENT_HALTED')] : enter(order);
      return [{ kind: 'ACKNOWLEDGED', orderId, accountId, symbol }, ...rest];
    },
    restore: (order) => (isRepeat(order.orderId) ? [] : enter(order)),
    cancel: (orderId, accountId) => {
      if (book.find(orderId)?.accountId === accountId) {
        book.cancel(orderId);
        return [canceled(orderId, accountId, 'CANCELED_BY_CUSTOMER')];
      }
      const reason = seen.has(orderId) ? 'TOO_LATE_TO_CANCEL' : 'UNKNOWN_ORDER';
      return [{ kind: 'CANCEL_REFUSED', orderId, accountId, symbol, reason }];
    },
    replace: ({ orderId, accountId, newOrderId, qtyChange, worstPrice }) => {
      const found = book.find(orderId);
      if (found?.accountId !== accountId) return [refused(orderId, accountId)];
      if (halted) return [refused(orderId, accountId, 'INSTRUMENT_HALTED')];
      seen.add(newOrderId);
      const left = found.leavesQty + qtyChange;
      const leavesQty = left > 0n ? left : 0n;
      const replaced: Report = { kind: 'REPLACED', orderId, accountId, symbol, newOrderId, leavesQty };
      const price = worstPrice ?? found.level.price;
      if (leavesQty > 0n && price === found.level.price && qtyChange <= 0n) {
        book.shrink(orderId, newOrderId, leavesQty);
        return [replaced];
      }
      book.cancel(orderId);
      if (leavesQty === 0n) return [replaced];
      const order = { ...rests, orderId: newOrderId, accountId, side: found.side, leavesQty, worstPrice: price };
      return [replaced, ...enter(order)];
    },
    quote: (quotes) => {
      withdraw();
      if (halted) return [];
      return quotes.flatMap(({ side, price, qty }, index) => {
        const orderId = `maker-${index}`;
        makerIds.push(orderId);
        const order: BookOrder = { ...rests, orderId, accountId: null, side, worstPrice: price, leavesQty: qty };
        return book.add(order).fills.map((fill) => trade(order, fill));
      });
    },
    halt: () => {
      halted = true;
      withdraw();
    },
    resume: () => {
      halted = false;
    },
  };
};

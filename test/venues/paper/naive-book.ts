import type { Book, BookOrder, EndReason, Fill, Outcome } from '../../../src/venues/paper/book.ts';

type Side = BookOrder['side'];
interface Entry {
  order: BookOrder;
  leavesQty: bigint;
}

const compare = (one: bigint, other: bigint): number => (one === other ? 0 : one < other ? -1 : 1);

/** The rules of the book as plainly as they can be said: one array, sorted and walked anew for every order. */
export const createNaiveBook = (): Pick<Book, 'add' | 'cancel' | 'depth'> & { entries(): Entry[] } => {
  let entries: Entry[] = [];

  const queue = (side: Side): Entry[] =>
    entries
      .filter((entry) => entry.order.side === side)
      .sort((one, other) => compare(one.order.worstPrice, other.order.worstPrice) * (side === 'BUY' ? -1 : 1));

  const trade = (order: BookOrder): Outcome & { leavesQty: bigint; met: Map<Entry, bigint> } => {
    const fills: Fill[] = [];
    const met = new Map<Entry, bigint>();
    let leavesQty = order.leavesQty;
    let ended: EndReason | null = null;
    for (const entry of queue(order.side === 'BUY' ? 'SELL' : 'BUY')) {
      const price = entry.order.worstPrice;
      if (leavesQty === 0n || (order.side === 'BUY' ? price > order.worstPrice : price < order.worstPrice)) break;
      if (order.accountId !== null && entry.order.accountId === order.accountId) {
        ended = 'SELF_TRADE_PREVENTION';
        break;
      }
      const qty = [leavesQty, entry.leavesQty].sort(compare)[0]!;
      fills.push({ price, qty, orderId: entry.order.orderId, accountId: entry.order.accountId });
      met.set(entry, qty);
      leavesQty -= qty;
    }
    return { fills, met, leavesQty, ended };
  };

  return {
    entries: () => entries,
    add: (order) => {
      const { fills, met, leavesQty, ended } = trade(order);
      if (order.timeInForce === 'FOK' && leavesQty > 0n) return { fills: [], ended: 'FOK_NOT_FILLABLE' };
      for (const [entry, qty] of met) entry.leavesQty -= qty;
      entries = entries.filter((entry) => entry.leavesQty > 0n);
      if (leavesQty === 0n || ended !== null) return { fills, ended };
      if (order.type === 'MARKET') return { fills, ended: 'NO_LIQUIDITY_WITHIN_COLLAR' };
      if (order.timeInForce === 'IOC') return { fills, ended: 'IOC_REMAINDER' };
      entries.push({ order, leavesQty });
      return { fills, ended: null };
    },
    cancel: (orderId) => {
      const before = entries.length;
      entries = entries.filter(({ order }) => order.orderId !== orderId);
      return entries.length < before;
    },
    depth: (side, levels) => {
      const totals = new Map<bigint, bigint>();
      for (const { order, leavesQty } of queue(side)) {
        totals.set(order.worstPrice, (totals.get(order.worstPrice) ?? 0n) + leavesQty);
      }
      return [...totals].slice(0, levels).map(([price, qty]) => ({ price, qty }));
    },
  };
};

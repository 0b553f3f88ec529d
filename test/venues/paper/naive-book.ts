import type { BookOrder, EndReason, Fill, Outcome } from '../../../src/venues/paper/book.ts';

type Side = BookOrder['side'];
export interface Entry {
  order: BookOrder;
  leavesQty: bigint;
}

export const compare = (one: bigint, other: bigint): number => (one === other ? 0 : one < other ? -1 : 1);

/**
 * The rules of the book as plainly as they can be said: one array, sorted and walked anew for every order. Of the orders of
 * one group only the first that trades does; taking the others out afterwards is the caller's.
 */
export const createNaiveBook = ({ lotSize = 1n, unitValue = 1n } = {}) => {
  let entries: Entry[] = [];

  const queue = (side: Side): Entry[] =>
    entries
      .filter((entry) => entry.order.side === side)
      .sort((one, other) => compare(one.order.worstPrice, other.order.worstPrice) * (side === 'BUY' ? -1 : 1));

  const lotsFor = (cash: bigint, price: bigint): bigint => (cash / (price * unitValue * lotSize)) * lotSize;

  const trade = (order: BookOrder): Outcome & { leavesQty: bigint; met: Map<Entry, bigint> } => {
    const fills: Fill[] = [];
    const met = new Map<Entry, bigint>();
    const groups = new Set<string>();
    let { leavesQty, budget } = order;
    let ended: EndReason | null = null;
    for (const entry of queue(order.side === 'BUY' ? 'SELL' : 'BUY')) {
      const { worstPrice: price, group } = entry.order;
      if (leavesQty === 0n || (order.side === 'BUY' ? price > order.worstPrice : price < order.worstPrice)) break;
      if (group !== null && groups.has(group)) continue;
      if (group !== null) groups.add(group);
      const affordable = budget === null ? leavesQty : lotsFor(budget, price);
      if (affordable === 0n) {
        ended = 'SPENT';
        break;
      }
      if (order.accountId !== null && entry.order.accountId === order.accountId) {
        ended = 'SELF_TRADE_PREVENTION';
        break;
      }
      const qty = [leavesQty, entry.leavesQty, affordable].sort(compare)[0]!;
      fills.push({ price, qty, orderId: entry.order.orderId, accountId: entry.order.accountId });
      met.set(entry, qty);
      leavesQty -= qty;
      if (budget !== null) budget -= qty * price * unitValue;
      if (budget !== null && leavesQty > 0n && lotsFor(budget, price) === 0n) {
        ended = 'SPENT';
        break;
      }
    }
    return { fills, met, leavesQty, ended };
  };

  return {
    entries: () => entries,
    find: (orderId: string) => entries.find(({ order }) => order.orderId === orderId),
    add: (order: BookOrder): Outcome => {
      const { fills, met, leavesQty, ended } = trade(order);
      const best = queue(order.side === 'BUY' ? 'SELL' : 'BUY')[0]?.order.worstPrice;
      const crosses =
        best !== undefined && (order.side === 'BUY' ? best <= order.worstPrice : best >= order.worstPrice);
      if (order.postOnly && crosses) return { fills: [], ended: 'POST_ONLY_WOULD_TAKE' };
      const isWhole = leavesQty === 0n || ended === 'SPENT';
      if (order.timeInForce === 'FOK' && !isWhole) return { fills: [], ended: 'FOK_NOT_FILLABLE' };
      for (const [entry, qty] of met) entry.leavesQty -= qty;
      entries = entries.filter((entry) => entry.leavesQty > 0n);
      if (leavesQty === 0n || ended !== null) return { fills, ended };
      if (order.type !== 'LIMIT' && order.type !== 'STOP_LIMIT') return { fills, ended: 'NO_LIQUIDITY_WITHIN_COLLAR' };
      if (order.timeInForce === 'IOC') return { fills, ended: 'IOC_REMAINDER' };
      entries.push({ order, leavesQty });
      return { fills, ended: null };
    },
    cancel: (orderId: string): boolean => {
      const before = entries.length;
      entries = entries.filter(({ order }) => order.orderId !== orderId);
      return entries.length < before;
    },
    depth: (side: Side, levels: number) => {
      const totals = new Map<bigint, bigint>();
      for (const { order, leavesQty } of queue(side)) {
        totals.set(order.worstPrice, (totals.get(order.worstPrice) ?? 0n) + leavesQty);
      }
      return [...totals].slice(0, levels).map(([price, qty]) => ({ price, qty }));
    },
  };
};

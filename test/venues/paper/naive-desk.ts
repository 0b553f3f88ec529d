import type { Ids } from '../../../src/kernel/ids.ts';
import type { BookOrder } from '../../../src/venues/paper/book.ts';
import type { Command } from '../../../src/venues/paper/engine.ts';
import type { Report, VenueOrder, VenueReplacement } from '../../../src/venues/venue.ts';
import { compare, createNaiveBook, type Entry } from './naive-book.ts';

interface Waiting {
  order: VenueOrder;
  leavesQty: bigint;
  stopPrice: bigint;
  peak: bigint | null;
  /** When it came to its stop price, and to its peak. */
  since: number;
  peakSince: number;
}

interface NaiveListing {
  symbol: string;
  tickSize: bigint;
  collarBps: number;
  lotSize: bigint;
  unitValue: bigint;
}

/** The rules of a desk as plainly as they can be said: lists that are walked anew for everything. */
export const createNaiveDesk = ({ ids, listing }: { ids: Ids; listing: NaiveListing }) => {
  const { symbol, tickSize } = listing;
  let book = createNaiveBook(listing);
  let waiting: Waiting[] = [];
  let seen = new Set<string>();
  let refused = new Set<string>();
  let members = new Map<string, string[]>();
  let settled = new Set<string>();
  let makers: string[] = [];
  let halted = false;
  let closed = false;
  let last: bigint | null = null;
  let marks: bigint[] = [];
  let clock = 0;
  let places = 0n;
  let kept: string[] = [];
  const nextPlace = () => {
    places += 1n;
    return places;
  };
  let out: Report[] = [];
  /** What is executed is taken back. */
  let trying = false;
  /** What the makers say that the price is, while they quote. */
  let said: bigint | null = null;

  const canceled = (orderId: string, accountId: string, reason: string) =>
    void out.push({ kind: 'CANCELED', orderId, accountId, symbol, reason });
  const mark = (price: bigint): void => {
    last = price;
    marks.push(price);
  };
  /** Whatever is traded farther from what the makers say than an order without a limit goes, says nothing of the price. */
  const markTrade = (price: bigint): void => {
    if (said !== null && (price < collarBeyond('SELL', said) || price > collarBeyond('BUY', said))) return;
    mark(price);
  };
  const find = (orderId: string): Waiting | Entry | undefined =>
    waiting.find(({ order }) => order.orderId === orderId) ?? book.find(orderId);
  const takeOut = (orderId: string): string | null | undefined => {
    const accountId = find(orderId)?.order.accountId;
    waiting = waiting.filter(({ order }) => order.orderId !== orderId);
    book.cancel(orderId);
    return accountId;
  };
  const settle = (group: string | null, orderId: string): void => {
    if (group === null || settled.has(group)) return;
    settled.add(group);
    for (const other of members.get(group) ?? []) {
      const accountId = other === orderId ? undefined : takeOut(other);
      if (accountId) canceled(other, accountId, 'GROUP_SETTLED');
    }
  };

  const enter = (order: BookOrder): void => {
    const groups = new Map(book.entries().map((entry) => [entry.order.orderId, entry.order.group]));
    const { fills, ended } = book.add(order);
    for (const { price, qty, orderId, accountId } of fills) {
      markTrade(price);
      out.push({
        kind: 'TRADE',
        tradeId: trying ? '' : ids.next(),
        symbol,
        price,
        qty,
        takerSide: order.side,
        taker: order.accountId === null ? null : { orderId: order.orderId, accountId: order.accountId },
        maker: accountId === null ? null : { orderId, accountId },
      });
    }
    const { orderId, accountId } = order;
    if (accountId !== null && ended === 'SPENT') out.push({ kind: 'SPENT', orderId, accountId, symbol });
    else if (accountId !== null && ended !== null) canceled(orderId, accountId, ended);
    for (const fill of fills) settle(groups.get(fill.orderId) ?? null, fill.orderId);
    if (fills.length > 0 || ended !== null) settle(order.group, order.orderId);
  };

  const trailed = ({ side, trail }: VenueOrder, peak: bigint): bigint => {
    if (trail === null) throw new Error('no trail');
    let distance = 'price' in trail ? trail.price : 0n;
    if ('bps' in trail) while (distance * 10_000n < peak * BigInt(trail.bps)) distance += tickSize;
    return side === 'BUY' ? peak + distance : peak - distance;
  };
  const isBetter = (side: string, price: bigint, than: bigint): boolean =>
    side === 'BUY' ? price < than : price > than;
  /** So many ticks beyond the price as the collar allows. */
  const collarBeyond = (side: string, price: bigint): bigint => {
    const whole = price * BigInt(10_000 + (side === 'BUY' ? 1 : -1) * listing.collarBps);
    let [down, up] = [0n, 0n];
    while ((down + tickSize) * 10_000n <= whole) down += tickSize;
    while (up * 10_000n < whole) up += tickSize;
    return side === 'BUY' ? up : down > 0n ? down : tickSize;
  };
  /** So many ticks beyond the stop, unless the order's own is closer. */
  const collared = (order: VenueOrder, stopPrice: bigint): VenueOrder => {
    const [low, high] = [collarBeyond(order.side, stopPrice), order.worstPrice].sort(compare);
    return { ...order, worstPrice: order.side === 'BUY' ? low! : high! };
  };
  /** What a stop without a limit may trade at once it is reached: near what the makers say, or the best price, and a buy not above its own. */
  const atMarket = (order: VenueOrder): VenueOrder => {
    const there = book.entries().filter((entry) => entry.order.side !== order.side);
    const prices = there.map((entry) => entry.order.worstPrice).sort(compare);
    const best = said ?? (order.side === 'BUY' ? prices[0] : prices.at(-1));
    if (order.type === 'STOP_LIMIT' || best === undefined) return order;
    const collar = collarBeyond(order.side, best);
    const isAbove = order.side === 'BUY' && collar > order.worstPrice;
    return isAbove ? order : { ...order, worstPrice: collar };
  };
  const sayTrailed = ({ order, peak, stopPrice }: Waiting, place?: bigint): void => {
    const { orderId, accountId, worstPrice } = order;
    const where = place === undefined ? {} : { place };
    out.push({ kind: 'TRAILED', orderId, accountId, symbol, trailPeak: peak!, stopPrice, worstPrice, ...where });
  };

  const wait = (order: VenueOrder): void => {
    let peak = order.trail === null ? null : (order.trailPeak ?? last);
    if (order.trail !== null && peak === null) {
      canceled(order.orderId, order.accountId, 'NO_MARKET');
      settle(order.group, order.orderId);
      return;
    }
    if (peak !== null && last !== null && isBetter(order.side, last, peak)) peak = last;
    clock += 1;
    const stopPrice = peak === null ? order.stopPrice! : trailed(order, peak);
    const own = stopPrice === order.stopPrice ? order : collared(order, stopPrice);
    const stop = { order: own, leavesQty: order.leavesQty, stopPrice, peak, since: clock, peakSince: clock };
    waiting.push(stop);
    if (stopPrice !== order.stopPrice) sayTrailed(stop);
    if (last !== null) marks.push(last);
  };

  const follow = (price: bigint): void => {
    for (const side of ['BUY', 'SELL'] as const) {
      const found = waiting.filter(
        ({ order, peak }) => order.side === side && peak !== null && isBetter(side, price, peak),
      );
      found.sort((a, b) => compare(a.peak!, b.peak!) * (side === 'BUY' ? -1 : 1) || a.peakSince - b.peakSince);
      for (const stop of found) {
        clock += 1;
        const stopPrice = trailed(stop.order, price);
        const moved = stopPrice !== stop.stopPrice;
        const own = moved ? collared(stop.order, stopPrice) : stop.order;
        Object.assign(stop, { peak: price, peakSince: clock, order: own }, moved && { stopPrice, since: clock });
      }
      for (const stop of found.filter(({ since, peakSince }) => since === peakSince)) sayTrailed(stop, nextPlace());
    }
  };
  const reached = (price: bigint): Waiting | undefined => {
    const buys = waiting.filter(({ order, stopPrice }) => order.side === 'BUY' && price >= stopPrice);
    const sells = waiting.filter(({ order, stopPrice }) => order.side === 'SELL' && price <= stopPrice);
    buys.sort((a, b) => compare(a.stopPrice, b.stopPrice) || a.since - b.since);
    sells.sort((a, b) => compare(b.stopPrice, a.stopPrice) || a.since - b.since);
    return buys[0] ?? sells[0];
  };
  const react = (): void => {
    for (let price = marks.shift(); price !== undefined; price = marks.shift()) {
      follow(price);
      for (let stop = reached(price); stop !== undefined; stop = reached(price)) {
        const { orderId, accountId } = stop.order;
        waiting = waiting.filter((each) => each !== stop);
        out.push({ kind: 'TRIGGERED', orderId, accountId, symbol, place: nextPlace() });
        enter({ ...atMarket(stop.order), leavesQty: stop.leavesQty });
      }
    }
  };

  const admit = (order: VenueOrder) => {
    const { orderId, accountId, group, type, triggered } = order;
    if (group !== null && settled.has(group)) return canceled(orderId, accountId, 'GROUP_SETTLED');
    if (group !== null) members.set(group, [...(members.get(group) ?? []), orderId]);
    if (!triggered && ['STOP', 'STOP_LIMIT', 'TRAILING_STOP'].includes(type)) wait(order);
    else enter(order);
    return undefined;
  };

  /** In a halt nothing trades: what comes back and can wait, waits, and meets the book when the halt is over. */
  const keep = (order: VenueOrder, canWait: boolean): void => {
    const { orderId, accountId, group } = order;
    const isSettled = group !== null && settled.has(group);
    if (group !== null && !isSettled) members.set(group, [...(members.get(group) ?? []), orderId]);
    if (isSettled) canceled(orderId, accountId, 'GROUP_SETTLED');
    else if (canWait) {
      book.entries().push({ order, leavesQty: order.leavesQty });
      kept.push(orderId);
    } else {
      canceled(orderId, accountId, 'INSTRUMENT_HALTED');
      settle(group, orderId);
    }
  };
  const resume = (): void => {
    const again = kept.flatMap((orderId) => book.find(orderId) ?? []);
    kept = [];
    for (const { order } of again) book.cancel(order.orderId);
    for (const { order } of again) {
      if (order.group !== null && settled.has(order.group)) canceled(order.orderId, order.accountId!, 'GROUP_SETTLED');
      else enter(order);
    }
  };

  const replace = (asked: VenueReplacement) => {
    const { orderId, accountId, newOrderId, qtyChange, worstPrice } = asked;
    if (seen.has(newOrderId)) return undefined;
    const found = find(orderId);
    const obstacle = halted ? 'INSTRUMENT_HALTED' : closed ? 'MARKET_CLOSED' : undefined;
    const refuse = () => {
      const reason = obstacle ?? (seen.has(orderId) ? 'TOO_LATE_TO_REPLACE' : 'UNKNOWN_ORDER');
      refused.add(newOrderId);
      return out.push({ kind: 'REPLACE_REFUSED', orderId, accountId, symbol, newOrderId, reason });
    };
    if (refused.has(newOrderId) || found?.order.accountId !== accountId) return refuse();
    const { order } = found;
    const leavesQty = [found.leavesQty + qtyChange, 0n].sort(compare)[1]!;
    /** Where it would wait. A trailing stop goes by the distance alone, and no other stop has one. */
    const stopOf = ({ order: { side, trail }, stopPrice, peak }: Waiting): bigint => {
      if (peak === null) return asked.stopPrice ?? stopPrice;
      return trailed({ side, trail: asked.trail ?? trail } as VenueOrder, peak);
    };
    const stays =
      'since' in found ? stopOf(found) === found.stopPrice : worstPrice === null || worstPrice === order.worstPrice;
    const isLess = stays && leavesQty <= found.leavesQty;
    // Less of the same, at its place, trades nothing.
    if (obstacle !== undefined && !isLess) return refuse();
    const place = isLess ? {} : { place: nextPlace() };
    seen.add(newOrderId);
    kept = kept.map((id) => (id === orderId ? newOrderId : id));
    out.push({ kind: 'REPLACED', orderId, accountId, symbol, newOrderId, leavesQty, ...place });
    for (const [group, list] of members) {
      if (list.includes(orderId)) members.set(group, [...list.filter((each) => each !== orderId), newOrderId]);
    }
    const renewed = { ...order, orderId: newOrderId, leavesQty, worstPrice: worstPrice ?? order.worstPrice };
    const isSmaller = qtyChange <= 0n;
    if (leavesQty === 0n) {
      takeOut(orderId);
      settle(order.group, newOrderId);
    } else if ('since' in found) {
      const stopPrice = asked.stopPrice ?? found.stopPrice;
      const trail = found.peak === null ? null : (asked.trail ?? found.order.trail);
      const stop = { ...renewed, symbol, accountId, stopPrice, trail, trailPeak: found.peak } as VenueOrder;
      if (isSmaller && stays) {
        const isElsewhere = stopPrice !== found.stopPrice;
        Object.assign(found, { order: isElsewhere ? collared(stop, found.stopPrice) : stop, leavesQty });
        if (isElsewhere) sayTrailed(found);
      } else {
        takeOut(orderId);
        wait(stop);
      }
    } else if (isSmaller && renewed.worstPrice === order.worstPrice)
      Object.assign(found, { order: renewed, leavesQty });
    else {
      takeOut(orderId);
      enter({ ...renewed, type: 'LIMIT', timeInForce: 'GTC', budget: null });
    }
  };

  const submit = (order: VenueOrder, restored: boolean) => {
    const { orderId, accountId } = order;
    if (seen.has(orderId) || (restored && closed)) return;
    const obstacle = halted ? 'INSTRUMENT_HALTED' : closed ? 'MARKET_CLOSED' : undefined;
    const waits = order.type.includes('STOP') && !order.triggered;
    const canWait = waits || (order.type.includes('LIMIT') && ['GTC', 'DAY'].includes(order.timeInForce));
    if (!restored && obstacle !== undefined && canWait) {
      return out.push({ kind: 'DEFERRED', orderId, accountId, symbol, reason: obstacle });
    }
    seen.add(orderId);
    if (!restored) out.push({ kind: 'ACKNOWLEDGED', orderId, accountId, symbol, place: nextPlace() });
    if (!restored && obstacle !== undefined) return canceled(orderId, accountId, obstacle);
    if (restored && order.place !== null && order.place > places) places = order.place;
    if (halted && !waits) keep(order, canWait);
    else admit(order);
    if (restored) marks = [];
  };

  const cancel = (orderId: string, accountId: string) => {
    const found = find(orderId)?.order;
    if (found?.accountId !== accountId) {
      const reason = seen.has(orderId) ? 'TOO_LATE_TO_CANCEL' : 'UNKNOWN_ORDER';
      return out.push({ kind: 'CANCEL_REFUSED', orderId, accountId, symbol, reason });
    }
    takeOut(orderId);
    canceled(orderId, accountId, 'CANCELED_BY_CUSTOMER');
    settle(found.group, orderId);
  };

  const quote = ({ quotes, reference }: Extract<Command, { kind: 'QUOTES' }>): void => {
    if (halted || closed) return;
    said = reference;
    for (const [index, { side, price, qty }] of quotes.entries()) {
      const more = { side, worstPrice: price, leavesQty: qty, postOnly: false, budget: null, group: null };
      makers.push(`maker-${index}`);
      enter({ orderId: `maker-${index}`, accountId: null, type: 'LIMIT', timeInForce: 'GTC', ...more });
    }
    mark(reference);
  };

  const clear = (): void => {
    book = createNaiveBook(listing);
    [waiting, seen, refused, members, settled] = [[], new Set(), new Set(), new Map(), new Set()];
    [kept, places, said] = [[], 0n, null];
  };

  const execute = (command: Command): void => {
    if (command.kind === 'SUBMIT' || command.kind === 'RESTORE') submit(command.order, command.kind === 'RESTORE');
    if (command.kind === 'CANCEL') cancel(command.orderId, command.accountId);
    if (command.kind === 'REPLACE') replace(command.replacement);
    if (command.kind === 'HALT' || command.kind === 'RESUME') halted = command.kind === 'HALT';
    if (command.kind === 'CLOSE' || command.kind === 'OPEN') closed = command.kind === 'CLOSE';
    if (command.kind === 'CLOSE' || command.kind === 'CLEAR') clear();
    if (command.kind === 'QUOTES' || halted || closed) {
      for (const orderId of makers) book.cancel(orderId);
      makers = [];
      said = null;
    }
    if ((command.kind === 'RESUME' || command.kind === 'OPEN') && !halted && !closed) resume();
    if (command.kind === 'QUOTES') quote(command);
    react();
  };

  return {
    execute: (command: Command): Report[] => {
      out = [];
      execute(command);
      return out;
    },
    last: () => last,
    depth: (side: 'BUY' | 'SELL') => book.depth(side, 1_000),
    /** What would be said of an order at once: it is submitted, and all of that taken back. */
    preview: (order: VenueOrder): Report[] => {
      const before = { book, waiting, seen, members, settled, kept, marks, last, clock, places, out };
      book = createNaiveBook(listing);
      book.entries().push(...before.book.entries().map((entry) => ({ ...entry })));
      waiting = waiting.map((stop) => ({ ...stop }));
      [seen, members, settled] = [new Set(seen), new Map(members), new Set(settled)];
      [kept, marks, out, trying] = [[...kept], [...marks], [], true];
      execute({ kind: 'SUBMIT', order });
      const said = out.filter((report) => (report.kind === 'TRADE' ? report.taker : report)?.orderId === order.orderId);
      ({ book, waiting, seen, members, settled, kept, marks, last, clock, places, out } = before);
      trying = false;
      return said;
    },
    waiting: () => waiting,
  };
};

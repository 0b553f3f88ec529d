import type { Command } from '../../src/venues/paper/engine.ts';
import { factsOf, units } from './facts.ts';
import { addedTo } from './limits.ts';
import { isCrossed, isReached, isWorse, trailsTooFar } from './lists.ts';
import { count, isGoodPercent, isGoodPrice, isGoodQty, isPrintable, stoppedFor } from './place.ts';
import { collarAt, isTooWide, stopAt } from './prices.ts';
import { close, follow, replaced, tell } from './settle.ts';
import {
  type Answer,
  accountOf,
  assetOf,
  availableOf,
  byState,
  costOf,
  isExit,
  isHere,
  isOpen,
  largest,
  leaves,
  listed,
  needOf,
  type Order,
  openOrdersOf,
  type State,
  siblingOf,
  waitingFor,
} from './state.ts';

/** How a client names an order: by the model's key, which stands for the id, or by its own name. */
export interface NameInput {
  id?: string;
  clientOrderId?: string;
}

export const findNamed = (state: State, owner: string, { id, clientOrderId }: NameInput): Order | string[] => {
  if ((id === undefined) === (clientOrderId === undefined)) return ['INVALID_INPUT id'];
  const found = state.orders.find(
    (order) => order.owner === owner && (id === undefined ? order.clientOrderId === clientOrderId : order.key === id),
  );
  return found ?? [`NOT_FOUND ${id === undefined ? 'clientOrderId' : 'id'}`];
};

const cancelCommand = ({ key, owner, symbol }: Order): Command => ({
  kind: 'CANCEL',
  orderId: key,
  accountId: owner,
  symbol,
});

/** Asks an open order to cancel. One that no venue has is over at once, and what that leads to is answered. */
const ask = (state: State, order: Order, reason: string | null, queue: Command[]): void => {
  if (isHere(order)) {
    close(state, order, reason);
    follow(state, order, queue);
    return;
  }
  Object.assign(order, { status: 'PENDING_CANCEL', reason, asked: reason });
  queue.push(cancelCommand(order));
};

/** `cancelOrder` */
export const cancel = (state: State, order: Order): Answer => {
  if (!isOpen(order)) return ['TOO_LATE_TO_CANCEL'];
  const queue: Command[] = [];
  ask(state, order, null, queue);
  const answer = { orders: [structuredClone(order)] };
  tell(state, queue);
  return answer;
};

/** Asks all of these that are still open when their turn comes; how many were asked, and how many were not. */
export const cancelThese = (state: State, orders: readonly Order[], reason: string | null): [number, number] => {
  const queue: Command[] = [];
  let asked = 0;
  for (const order of orders) {
    if (!isOpen(order)) continue;
    ask(state, order, reason, queue);
    asked += 1;
  }
  tell(state, queue);
  return [asked, 0];
};

/** `cancelAllOrders` */
export const cancelAll = (
  state: State,
  owner: string,
  { symbol, side }: { symbol?: string; side?: string },
): Answer => {
  const chosen = openOrdersOf(state, owner).filter(
    (order) => (symbol === undefined || order.symbol === symbol) && (side === undefined || order.side === side),
  );
  return { counts: cancelThese(state, chosen, null) };
};

export interface Changes {
  qty?: string;
  limitPrice?: string;
  stopPrice?: string;
  trailPrice?: string;
  trailPercent?: string;
  newClientOrderId?: string;
}

/** What is wrong with the changes by themselves. */
export const wrongChanges = ({ symbol }: Order, changes: Changes): string[] => {
  const { qty, limitPrice, stopPrice, trailPrice, trailPercent, newClientOrderId } = changes;
  const wrong: string[] = [];
  const terms = [qty, limitPrice, stopPrice, trailPrice, trailPercent];
  if (terms.every((term) => term === undefined)) wrong.push('INVALID_INPUT qty');
  if (qty !== undefined && !isGoodQty(symbol, qty)) wrong.push('INVALID_QUANTITY qty');
  if (limitPrice !== undefined && !isGoodPrice(symbol, limitPrice)) wrong.push('INVALID_PRICE limitPrice');
  if (stopPrice !== undefined && !isGoodPrice(symbol, stopPrice)) wrong.push('INVALID_PRICE stopPrice');
  if (trailPrice !== undefined && trailPercent !== undefined) wrong.push('INVALID_PRICE trailPrice');
  else if (trailPrice !== undefined && !isGoodPrice(symbol, trailPrice)) wrong.push('INVALID_PRICE trailPrice');
  else if (trailPercent !== undefined && !isGoodPercent(trailPercent)) wrong.push('INVALID_PRICE trailPercent');
  if (newClientOrderId !== undefined && !isPrintable(newClientOrderId)) wrong.push('INVALID_INPUT newClientOrderId');
  return wrong;
};

/** Why the order cannot be replaced so now, whatever it would cost. */
const refusal = (state: State, order: Order, changes: Changes, qty: bigint): string[] => {
  if (!isOpen(order) || (order.expiresAt !== null && order.expiresAt <= state.now)) return ['TOO_LATE_TO_REPLACE'];
  if (order.type === 'MARKET') return ['NOT_SUPPORTED id'];
  if (order.triggeredAt !== null && order.type !== 'STOP_LIMIT') return ['TOO_LATE_TO_REPLACE'];
  const takes = {
    limitPrice: order.type === 'LIMIT' || order.type === 'STOP_LIMIT',
    stopPrice: (order.type === 'STOP' || order.type === 'STOP_LIMIT') && order.triggeredAt === null,
    trailPrice: order.trailPrice !== null,
    trailPercent: order.trailBps !== null,
  };
  for (const field of ['limitPrice', 'stopPrice', 'trailPrice', 'trailPercent'] as const) {
    if (changes[field] === undefined || takes[field]) continue;
    const isReached = field === 'stopPrice' && order.type === 'STOP_LIMIT';
    return [isReached ? byState('INVALID_PRICE stopPrice') : `INVALID_PRICE ${field}`];
  }
  if (changes.qty !== undefined && isExit(order)) return ['NOT_SUPPORTED qty'];
  if (qty <= order.filledQty) return [byState('INVALID_QUANTITY qty')];
  const name = changes.newClientOrderId;
  const isTaken = state.orders.some(({ owner, clientOrderId }) => owner === order.owner && clientOrderId === name);
  if (name !== undefined && isTaken) return ['DUPLICATE_CLIENT_ORDER_ID newClientOrderId'];
  // The input does not name the instrument, so nothing of it is at fault.
  return stoppedFor(state, accountOf(state, order.owner), order.symbol).map((problem) => problem.split(' ')[0]!);
};

/** Whether the new prices would make the list one that could not be placed. */
const contradicts = (state: State, order: Order, next: Order): boolean => {
  const sibling = siblingOf(state, order);
  if (sibling !== undefined && (next.type === 'LIMIT' ? isCrossed(next, sibling) : isCrossed(sibling, next)))
    return true;
  const entry = listed(state, order.list).find((other) => other.leg === 'ENTRY' && isOpen(other));
  const isAgainst = (first: Order, exit: Order): boolean =>
    isWorse(first, exit) || isReached(first, exit) || trailsTooFar(first, exit);
  if (order.status === 'HELD' && entry !== undefined) return isAgainst(entry, next);
  return waitingFor(state, order).some((leg) => isAgainst(next, leg));
};

/** `replaceOrder` */
export const replace = (state: State, order: Order, changes: Changes): Answer => {
  const facts = factsOf(order.symbol);
  const price = (given: string | undefined, old: bigint | null) =>
    given === undefined ? old : units(given, facts.priceScale)!;
  const qty = changes.qty === undefined ? order.qty : units(changes.qty, facts.baseScale)!;
  const refused = refusal(state, order, changes, qty);
  if (refused.length > 0) return refused;
  const limitPrice = price(changes.limitPrice, order.limitPrice);
  const trailPrice = price(changes.trailPrice, order.trailPrice);
  const trailBps = changes.trailPercent === undefined ? order.trailBps : units(changes.trailPercent, 2)!;
  const trailing = { ...order, trailPrice, trailBps };
  const isTrailed = changes.trailPrice !== undefined || changes.trailPercent !== undefined;
  const stopPrice = isTrailed ? stopAt(trailing, order.trailPeak!) : price(changes.stopPrice, order.stopPrice);
  const trailField = changes.trailPercent === undefined ? 'trailPrice' : 'trailPercent';
  if (isTrailed && isTooWide(trailing, order.trailPeak!)) return [byState(`INVALID_PRICE ${trailField}`)];
  // Where the stop stays, so does what it may trade at.
  const moved = stopPrice === order.stopPrice ? order.worstPrice : collarAt(facts, order.side, stopPrice!);
  const worstPrice = limitPrice ?? moved;
  const whole: Order = { ...trailing, qty, limitPrice, stopPrice, worstPrice };
  const changed = isTrailed ? trailField : changes.stopPrice === undefined ? 'limitPrice' : 'stopPrice';
  if (contradicts(state, order, whole)) return [byState(`INVALID_PRICE ${changed}`)];
  const moving = isTrailed ? trailField : 'stopPrice';
  const grown = changes.qty !== undefined ? 'qty' : changes.limitPrice !== undefined ? 'limitPrice' : moving;
  const added = addedTo(state, order, whole, grown);
  if (Array.isArray(added)) return added;
  // Until the venue answers, the worse of the two terms is covered.
  const sibling = siblingOf(state, order);
  const present = [needOf(state, order), ...(sibling === undefined ? [] : [needOf(state, sibling)])];
  const after = largest([...present, order.status === 'HELD' ? needOf(state, whole) : costOf(whole, leaves(whole))]);
  if (after - largest(present) > availableOf(state, order.owner, assetOf(order)))
    return [`INSUFFICIENT_FUNDS ${grown}`];
  count(state, accountOf(state, order.owner), added);
  const key = `o${state.orders.length + 1}`;
  const clientOrderId = changes.newClientOrderId ?? null;
  const fresh = { filledQty: 0n, filledValue: 0n, fees: 0n, fills: [], input: null };
  order.replacement = { ...whole, ...fresh, key, id: null, clientOrderId, qty: leaves(whole), replaces: order.key };
  const status = order.status;
  const queue: Command[] = [];
  if (isHere(order)) {
    replaced(state, order, status);
    follow(state, order, queue);
  } else {
    order.status = 'PENDING_REPLACE';
    const name = { orderId: order.key, accountId: order.owner, symbol: order.symbol, newOrderId: key };
    const trail = trailPrice !== null ? { price: trailPrice } : trailBps !== null ? { bps: Number(trailBps) } : null;
    const terms = { worstPrice, stopPrice, trail: isTrailed ? trail : null };
    queue.push({ kind: 'REPLACE', replacement: { ...name, qtyChange: qty - order.qty, ...terms } });
  }
  const answer = { orders: [structuredClone(order)] };
  tell(state, queue);
  return answer;
};

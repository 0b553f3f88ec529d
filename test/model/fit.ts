import type { Command } from '../../src/venues/paper/engine.ts';
import { close } from './settle.ts';
import { entryOf, isExit, isHere, isOpen, leaves, listed, type Order, type State } from './state.ts';

/** What the open exits of an order's list still work for, its entry being one of which a trade was taken back. */

const working = (state: State, list: string | null): Order[] =>
  listed(state, list).filter((order) => isExit(order) && isOpen(order) && order.status !== 'HELD');

const askLess = (state: State, exit: Order, less: bigint): Command => {
  const { key: orderId, owner: accountId, symbol, worstPrice, stopPrice } = exit;
  const key = `o${state.orders.length + 1 + state.orders.filter(({ replacement }) => replacement !== null).length}`;
  const fresh = { filledQty: 0n, filledValue: 0n, fees: 0n, fills: [], input: null, id: null, clientOrderId: null };
  exit.replacement = { ...exit, ...fresh, key, qty: leaves(exit) - less, replaces: orderId };
  exit.status = 'PENDING_REPLACE';
  const terms = { qtyChange: -less, worstPrice, stopPrice, trail: null };
  return { kind: 'REPLACE', replacement: { orderId, accountId, symbol, newOrderId: key, ...terms } };
};

/** No exit works for more than the entry has beside what exits have sold, or bought back. */
export const fitExits = (state: State, { list, leg }: Order, queue: Command[]): void => {
  if (leg !== 'ENTRY') return;
  const sold = listed(state, list)
    .filter(isExit)
    .reduce((sum, { filledQty }) => sum + filledQty, 0n);
  const rest = entryOf(state, list).filledQty - sold;
  const share = rest > 0n ? rest : 0n;
  for (const exit of working(state, list)) {
    const less = leaves(exit) - share;
    if (less <= 0n) continue;
    if (isHere(exit)) {
      if (share === 0n) close(state, exit, 'ENTRY_CLOSED');
      else exit.qty -= less;
    } else if (share === 0n) {
      Object.assign(exit, { status: 'PENDING_CANCEL', reason: 'ENTRY_CLOSED', asked: 'ENTRY_CLOSED' });
      queue.push({ kind: 'CANCEL', orderId: exit.key, accountId: exit.owner, symbol: exit.symbol });
    } else queue.push(askLess(state, exit, less));
  }
};

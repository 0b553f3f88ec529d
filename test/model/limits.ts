import { beyondLimits, worthOf } from './place.ts';
import { accountOf, largest, type Order, type State, sum, waitingFor } from './state.ts';

/**
 * What a replacement adds to the account's day, or the limit that it breaks. Only what grows counts: the order, and the
 * orders that wait for it, which are for as much as it can become.
 */
export const addedTo = (state: State, order: Order, whole: Order, field: string): bigint | string[] => {
  const more = whole.qty - order.qty;
  const pairs: [Order, Order][] = [[order, whole]];
  for (const leg of waitingFor(state, order)) pairs.push([leg, { ...leg, qty: leg.qty + more }]);
  const grown = pairs
    .map(([before, after]) => ({ value: worthOf(state, after), added: worthOf(state, after) - worthOf(state, before) }))
    .filter(({ added }) => added > 0n);
  if (grown.length === 0) return 0n;
  const [value, added] = [largest(grown.map((each) => each.value)), sum(grown.map((each) => each.added))];
  const others = { ...state, orders: state.orders.filter((other) => other !== order) };
  const beyond = beyondLimits(others, accountOf(state, order.owner), [], value, added, field);
  return beyond.length > 0 ? beyond : added;
};

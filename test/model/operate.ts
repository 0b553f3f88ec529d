import { cancelThese } from './change.ts';
import { CASH_SCALE, units } from './facts.ts';
import { submit, tell } from './settle.ts';
import { type Answer, accountOf, availableOf, isOpen, type Order, type State } from './state.ts';

/** Money, operators and time. */

const MOST = 100_000_000n * 10n ** 8n;

export const checkAmount = (amount: string): string[] => {
  const cents = units(amount, 2);
  const wrong = cents === undefined || cents <= 0n || cents * 1_000_000n > MOST;
  return wrong ? ['INVALID_AMOUNT amount'] : [];
};

export const transfer = (state: State, owner: string, kind: 'deposit' | 'withdraw', amount: string): Answer => {
  const cash = units(amount, CASH_SCALE)!;
  if (kind === 'withdraw' && cash > availableOf(state, owner, 'USD')) return ['INSUFFICIENT_FUNDS amount'];
  accountOf(state, owner).cash += kind === 'deposit' ? cash : -cash;
  return { amount: cash };
};

/** Per account, in the order in which they were accepted: accounts do not meet in a cancel. */
const cancelOpen = (state: State, isMeant: (order: Order) => boolean, reason: string): void => {
  const orders = state.orders.filter((order) => isOpen(order) && isMeant(order));
  for (const own of Map.groupBy(orders, ({ owner }) => owner).values()) cancelThese(state, own, reason);
};

export const halt = (state: State, symbol: string): void => {
  state.halted.add(symbol);
  state.desks[symbol]?.execute({ kind: 'HALT', symbol });
};

/** What was released into the halt goes to the venue now. */
export const resume = (state: State, symbol: string): void => {
  state.halted.delete(symbol);
  state.desks[symbol]?.execute({ kind: 'RESUME', symbol });
  const waiting = state.orders.filter((order) => order.symbol === symbol && order.status === 'ACCEPTED');
  for (const order of waiting) order.status = 'PENDING_NEW';
  tell(state, waiting.map(submit));
};

/** `target` is a symbol, VENUE or an owner. */
export const setSwitch = (state: State, target: string, engaged: boolean, cancels: boolean): void => {
  const account = state.accounts[target];
  if (account !== undefined) account.blocked = engaged;
  else if (engaged) state.switches.set(target, cancels);
  else state.switches.delete(target);
  if (!engaged || !cancels) return;
  cancelOpen(state, ({ owner, symbol }) => [owner, symbol, 'VENUE'].includes(target), 'KILL_SWITCH');
};

export const setLimits = (state: State, owner: string, value: string, orders: number, day: string): void => {
  Object.assign(accountOf(state, owner), {
    maxOrderValue: units(value, CASH_SCALE)!,
    maxOpenOrders: orders,
    dailyNotional: units(day, CASH_SCALE)!,
  });
};

/** Orders whose time is over leave the venue. */
export const advance = (state: State, by_ms: number): void => {
  state.now += by_ms;
  cancelOpen(state, ({ expiresAt }) => expiresAt !== null && expiresAt <= state.now, 'TIME_IS_OVER');
};

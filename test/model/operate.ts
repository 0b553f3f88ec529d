import { cancelThese } from './change.ts';
import { CASH_SCALE, units } from './facts.ts';
import { isClosed } from './sessions.ts';
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
  begin(state, symbol);
};

/** What waited for the market goes to the venue, unless it is halted still, or its session has not begun. */
const begin = (state: State, symbol: string): void => {
  if (state.halted.has(symbol) || isClosed(state, symbol)) return;
  const waiting = state.orders.filter(
    (order) => order.symbol === symbol && (order.status === 'ACCEPTED' || order.status === 'DONE_FOR_DAY'),
  );
  for (const order of waiting) order.status = 'PENDING_NEW';
  tell(state, waiting.map(submit));
};

/** Sessions begin and end with the time, or with what an operator says of the hours. */
const keepHours = (state: State, was: Pick<State, 'sessions' | 'now'>): void => {
  const symbol = 'AAPL';
  if (isClosed(was, symbol) === isClosed(state, symbol)) return;
  if (!isClosed(state, symbol)) {
    state.desks[symbol]?.execute({ kind: 'OPEN', symbol });
    begin(state, symbol);
    return;
  }
  state.desks[symbol]?.execute({ kind: 'CLOSE', symbol });
  const resting = state.orders.filter(
    (order) => order.symbol === symbol && ['NEW', 'PARTIALLY_FILLED'].includes(order.status),
  );
  for (const order of resting) order.status = 'DONE_FOR_DAY';
  cancelOpen(state, (order) => resting.includes(order) && order.timeInForce === 'DAY', 'TIME_IS_OVER');
};

export const setHours = (state: State, sessions: boolean): void => {
  const was = { sessions: state.sessions, now: state.now };
  state.sessions = sessions;
  keepHours(state, was);
};

/** `cancelAllAfter` */
export const arm = (state: State, owner: string, seconds: number): Answer => {
  const account = accountOf(state, owner);
  account.deadline = seconds === 0 ? null : state.now + seconds * 1_000;
  const time = (at: number | null) => (at === null ? null : new Date(at).toISOString());
  return { shown: { accountId: account.id, now: time(state.now), cancelsAt: time(account.deadline) } };
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

/** Orders whose time is over leave the venue, and those of an account whose switch fires. */
export const advance = (state: State, by_ms: number): void => {
  const was = { sessions: state.sessions, now: state.now };
  state.now += by_ms;
  keepHours(state, was);
  cancelOpen(state, ({ expiresAt }) => expiresAt !== null && expiresAt <= state.now, 'TIME_IS_OVER');
  for (const account of Object.values(state.accounts)) {
    if (account.deadline === null || account.deadline > state.now) continue;
    account.deadline = null;
    cancelOpen(state, ({ owner }) => owner === account.name, 'CANCEL_ALL_AFTER');
  }
};

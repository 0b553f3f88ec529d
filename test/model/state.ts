import { createNaiveDesk } from '../venues/paper/naive-desk.ts';
import { countingIds } from '../venues/paper/support.ts';
import { type Facts, factsOf, TAKER_BPS, up } from './facts.ts';

/** The server as plain data: whoever reads it can say what is right. Holds are not kept: they follow from the open orders. */

export type Side = 'BUY' | 'SELL';
export type Type = 'MARKET' | 'LIMIT' | 'STOP' | 'STOP_LIMIT' | 'TRAILING_STOP';
export type TimeInForce = 'DAY' | 'GTC' | 'IOC' | 'FOK';

export interface Fill {
  /** The model's name of its trade. */
  trade: string;
  qty: bigint;
  price: bigint;
  value: bigint;
  fee: bigint;
  liquidity: 'MAKER' | 'TAKER';
}

export interface Order {
  /** The model's own name; `id` is the server's, as soon as it has told it. */
  key: string;
  id: string | null;
  owner: string;
  clientOrderId: string | null;
  /** What its client sent, to know a repeat; null for what a replacement made. */
  input: string | null;
  symbol: string;
  side: Side;
  type: Type;
  timeInForce: TimeInForce;
  qty: bigint;
  filledQty: bigint;
  filledValue: bigint;
  fees: bigint;
  fills: Fill[];
  limitPrice: bigint | null;
  stopPrice: bigint | null;
  /** The worst price that it may trade at. */
  worstPrice: bigint;
  trailPrice: bigint | null;
  trailBps: bigint | null;
  trailPeak: bigint | null;
  notional: bigint | null;
  postOnly: boolean;
  expiresAt: number | null;
  status: string;
  reason: string | null;
  /** Why it was asked to cancel, until the venue answers. */
  asked: string | null;
  leg: string | null;
  list: string | null;
  /** What it becomes when the venue says so. */
  replacement: Order | null;
  replaces: string | null;
  replacedBy: string | null;
  root: string;
  triggeredAt: number | null;
  filledAt: number | null;
  canceledAt: number | null;
  expiredAt: number | null;
}

export interface Lot {
  leavesQty: bigint;
  leavesCost: bigint;
}

export interface Holding {
  qty: bigint;
  pnl: bigint;
  /** Oldest first. */
  lots: Lot[];
}

/** A trade that counts, in the place of its first booking, whatever it was corrected to. */
export interface Trade {
  key: string;
  symbol: string;
  price: bigint;
  qty: bigint;
  value: bigint;
  sides: { order: string; owner: string; side: Side; liquidity: 'MAKER' | 'TAKER' }[];
}

export interface Account {
  name: string;
  id: string;
  cash: bigint;
  /** What it had before the first trade of the model. */
  began: Record<string, Holding>;
  /** That and the trades that count. */
  holdings: Record<string, Holding>;
  /** When its dead-man's switch fires. */
  deadline: number | null;
  blocked: boolean;
  maxOrderValue: bigint;
  maxOpenOrders: number;
  dailyNotional: bigint;
  day: number;
  used: bigint;
}

/** Order snapshots, or the codes of a refusal with the fields that they are about. */
export type Answer =
  | { orders: Order[] }
  | { amount: bigint }
  | { counts: [asked: number, left: number] }
  | { shown: object }
  | string[];

const mark = ' by state';
/** A refusal that another state of things would not have brought: it is kept under its key, whatever its code. */
export const byState = (problem: string): string => `${problem}${mark}`;
export const isByState = (problem: string): boolean => problem.endsWith(mark);
/** What a client is told of it. */
export const told = (problem: string): string => (isByState(problem) ? problem.slice(0, -mark.length) : problem);

export interface State {
  now: number;
  accounts: Record<string, Account>;
  /** In the order in which they were accepted. */
  orders: Order[];
  trades: Trade[];
  desks: Record<string, ReturnType<typeof createNaiveDesk>>;
  halted: Set<string>;
  /** Whether stocks trade in sessions. */
  sessions: boolean;
  /** Symbols, or VENUE, with whether open orders are cancelled. */
  switches: Map<string, boolean>;
  kept: Map<string, { input: string; answer: Answer }>;
  /** Of requests with several orders. */
  keptMany: Map<string, { input: string; answers: Answer[] }>;
}

export const createState = (now: number, accounts: readonly Account[], symbols: readonly string[]): State => ({
  now,
  accounts: Object.fromEntries(accounts.map((account) => [account.name, structuredClone(account)])),
  orders: [],
  trades: [],
  sessions: false,
  desks: Object.fromEntries(
    symbols.map((symbol) => {
      const { tick, lot, unitValue, collarBps } = factsOf(symbol);
      const listing = { symbol, tickSize: tick, lotSize: lot, unitValue, collarBps: Number(collarBps) };
      return [symbol, createNaiveDesk({ ids: countingIds(), listing })];
    }),
  ),
  halted: new Set(),
  switches: new Map(),
  kept: new Map(),
  keptMany: new Map(),
});

const closed = ['FILLED', 'CANCELED', 'REPLACED', 'REJECTED', 'EXPIRED'];
export const isOpen = ({ status }: Order): boolean => !closed.includes(status);
/** No venue has it now. */
export const isHere = ({ status }: Order): boolean =>
  status === 'HELD' || status === 'ACCEPTED' || status === 'DONE_FOR_DAY';
export const leaves = (order: Order): bigint => (isOpen(order) ? order.qty - order.filledQty : 0n);
export const worthAt = ({ unitValue }: Facts, price: bigint, qty: bigint): bigint => price * qty * unitValue;
export const isExit = ({ leg }: Order): boolean => leg !== null && leg !== 'ENTRY';

export const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, amount) => total + amount, 0n);
export const largest = (amounts: readonly bigint[]): bigint =>
  amounts.reduce((most, amount) => (amount > most ? amount : most));

export const listed = (state: State, list: string | null): Order[] =>
  list === null ? [] : state.orders.filter((order) => order.list === list);
export const siblingOf = (state: State, order: Order): Order | undefined =>
  isExit(order)
    ? listed(state, order.list).find((other) => isOpen(other) && isExit(other) && other.leg !== order.leg)
    : undefined;
/** What the entry of a list has filled and can still fill, its replacements together. */
export const entryOf = (state: State, list: string | null) => {
  const entries = listed(state, list).filter(({ leg }) => leg === 'ENTRY');
  return {
    filledQty: sum(entries.map(({ filledQty }) => filledQty)),
    filledValue: sum(entries.map(({ filledValue }) => filledValue)),
    leavesQty: sum(entries.map(leaves)),
  };
};
export const waitingFor = (state: State, order: Order): Order[] =>
  order.leg === 'ENTRY' ? listed(state, order.list).filter(({ status }) => status === 'HELD') : [];

/** What so much of an order could cost at worst: a buy's cash with the higher fee, a sell's units. */
export const costOf = ({ side, symbol, worstPrice }: Order, qty: bigint): bigint => {
  if (side === 'SELL') return qty;
  const value = worthAt(factsOf(symbol), worstPrice, qty);
  return value + up(value * TAKER_BPS, 10_000n);
};

/** What an exit may execute: never more than its entry has filled beside what exits have executed, where it has one. */
const shareOf = (state: State, exit: Order): bigint => {
  const family = listed(state, exit.list);
  if (!family.some(({ leg }) => leg === 'ENTRY')) return leaves(exit);
  const rest = entryOf(state, exit.list).filledQty - sum(family.filter(isExit).map(({ filledQty }) => filledQty));
  if (rest < 0n) return 0n;
  return rest < leaves(exit) ? rest : leaves(exit);
};

/** What an order needs by itself. One that waits for its entry needs what that has filled. */
export const needOf = (state: State, order: Order): bigint => {
  if (!isOpen(order)) return 0n;
  if (order.status === 'HELD') return costOf(order, entryOf(state, order.list).filledQty);
  if (order.notional !== null && order.side === 'BUY') return order.notional - order.filledValue - order.fees;
  return costOf(order, isExit(order) ? shareOf(state, order) : leaves(order));
};

export const assetOf = ({ side, symbol }: Pick<Order, 'side' | 'symbol'>): string =>
  side === 'BUY' ? 'USD' : factsOf(symbol).asset;

/** What the open orders of an account keep back of an asset: each its need, two exits of a pair once the larger of theirs. */
export const heldOf = (state: State, owner: string, asset: string): bigint => {
  const own = state.orders.filter((order) => order.owner === owner && isOpen(order) && assetOf(order) === asset);
  const groups = Map.groupBy(own, (order) => (isExit(order) ? `exits of ${order.list}` : order.key));
  return sum([...groups.values()].map((orders) => largest(orders.map((order) => needOf(state, order)))));
};

export const postedOf = (account: Account, asset: string): bigint => {
  if (asset === 'USD') return account.cash;
  const symbol = asset === 'SHIB' ? 'SHIB-USD' : asset;
  return account.holdings[symbol]?.qty ?? 0n;
};

export const availableOf = (state: State, owner: string, asset: string): bigint =>
  postedOf(accountOf(state, owner), asset) - heldOf(state, owner, asset);

export const accountOf = ({ accounts }: State, name: string): Account => {
  const found = accounts[name];
  if (found === undefined) throw new Error(`the model does not know ${name}`);
  return found;
};

export const openOrdersOf = ({ orders }: State, owner: string): Order[] =>
  orders.filter((order) => order.owner === owner && isOpen(order));

/** The best prices of the book and the last one. */
export const marketOf = ({ desks }: State, symbol: string) => {
  const desk = desks[symbol];
  return {
    bid: desk?.depth('BUY')[0]?.price ?? null,
    ask: desk?.depth('SELL')[0]?.price ?? null,
    last: desk?.last() ?? null,
  };
};

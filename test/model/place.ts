import type { Command } from '../../src/venues/paper/engine.ts';
import { CASH_SCALE, factsOf, facts as known, units } from './facts.ts';
import { collarAt, isTooWide, stopAt } from './prices.ts';
import { dayEnd, isClosed } from './sessions.ts';
import { budgetOf, submit, tell } from './settle.ts';
import {
  type Account,
  type Answer,
  accountOf,
  assetOf,
  availableOf,
  byState,
  costOf,
  largest,
  marketOf,
  type Order,
  openOrdersOf,
  type Side,
  type State,
  sum,
  type TimeInForce,
  type Type,
  worthAt,
} from './state.ts';

/** What a client sends; an account is named like its owner. */
export interface PlaceInput {
  accountId?: string;
  symbol: string;
  side: Side;
  type: Type;
  timeInForce?: TimeInForce;
  qty?: string;
  notional?: string;
  limitPrice?: string;
  stopPrice?: string;
  trailPrice?: string;
  trailPercent?: string;
  postOnly?: boolean;
  expiresAt?: string;
  clientOrderId?: string;
}

const prices = ['limitPrice', 'stopPrice', 'trailPrice', 'trailPercent'] as const;
const wanted: Record<Type, readonly (typeof prices)[number][]> = {
  MARKET: [],
  LIMIT: ['limitPrice'],
  STOP: ['stopPrice'],
  STOP_LIMIT: ['stopPrice', 'limitPrice'],
  TRAILING_STOP: ['trailPrice', 'trailPercent'],
};

const isMultiple = (amount: bigint | undefined, step: bigint): boolean =>
  amount !== undefined && amount > 0n && amount % step === 0n;
export const isPrintable = (name: string): boolean => /^[!-~]([ -~]{0,126}[!-~])?$/.test(name);

export const isGoodQty = (symbol: string, qty: string): boolean =>
  isMultiple(units(qty, factsOf(symbol).baseScale), factsOf(symbol).lot);
export const isGoodPrice = (symbol: string, price: string): boolean =>
  isMultiple(units(price, factsOf(symbol).priceScale), factsOf(symbol).tick);

export const isGoodPercent = (percent: string): boolean => {
  const hundredths = units(percent, 2) ?? 0n;
  return hundredths > 0n && hundredths < 10_000n;
};

/** What is wrong with the input by itself. */
const wrongIn = (input: PlaceInput): string[] => {
  const { symbol, type, timeInForce, qty, notional } = input;
  const wrong: string[] = [];
  if ((qty === undefined) === (notional === undefined)) wrong.push('INVALID_QUANTITY qty');
  else if (qty !== undefined && !isGoodQty(symbol, qty)) wrong.push('INVALID_QUANTITY qty');
  else if (notional !== undefined && (type !== 'MARKET' || !isMultiple(units(notional, CASH_SCALE), 1n))) {
    wrong.push('INVALID_AMOUNT notional');
  }
  for (const name of prices) {
    const isWanted = wanted[type].includes(name);
    if (input[name] === undefined && isWanted && type !== 'TRAILING_STOP') wrong.push(`INVALID_PRICE ${name}`);
    if (input[name] === undefined) continue;
    const isGood = name === 'trailPercent' ? isGoodPercent(input[name]) : isGoodPrice(symbol, input[name]);
    if (!isWanted || !isGood) wrong.push(`INVALID_PRICE ${name}`);
  }
  if (type === 'TRAILING_STOP' && (input.trailPrice === undefined) === (input.trailPercent === undefined)) {
    wrong.push('INVALID_PRICE trailPrice');
  }
  const mayRest = type !== 'MARKET' && timeInForce !== 'IOC' && timeInForce !== 'FOK';
  if (type.includes('STOP') && !mayRest) wrong.push('INVALID_INPUT timeInForce');
  if (input.postOnly && (type !== 'LIMIT' || !mayRest)) wrong.push('INVALID_INPUT postOnly');
  if (input.expiresAt !== undefined && !mayRest) wrong.push('INVALID_INPUT expiresAt');
  if (input.clientOrderId !== undefined && !isPrintable(input.clientOrderId)) wrong.push('INVALID_INPUT clientOrderId');
  return wrong;
};

const DAY_ms = 86_400_000;
const dayOf = (now: number): number => Math.floor(now / DAY_ms);

/** The order that the input would make, or why the market has nothing for it now. */
const newOrder = (state: State, owner: string, input: PlaceInput): Order | string[] => {
  const { symbol, side, type, postOnly = false } = input;
  const facts = factsOf(symbol);
  const { bid, ask, last } = marketOf(state, symbol);
  const far = side === 'BUY' ? ask : bid;
  const price = (given: string | undefined) => (given === undefined ? null : units(given, facts.priceScale)!);
  const [limitPrice, trailPrice] = [price(input.limitPrice), price(input.trailPrice)];
  const trailBps = input.trailPercent === undefined ? null : units(input.trailPercent, 2)!;
  const notional = input.notional === undefined ? null : units(input.notional, CASH_SCALE)!;
  let stopPrice = price(input.stopPrice);
  let qty = units(input.qty ?? '0', facts.baseScale)!;
  let trailPeak: bigint | null = null;
  if (notional !== null) {
    if (far === null) return ['NO_MARKET symbol'];
    const cash = budgetOf({ side, notional, filledValue: 0n }) ?? notional;
    const paid = cash / (far * facts.unitValue);
    qty = paid - (paid % facts.lot);
    if (qty === 0n) return [byState('INVALID_AMOUNT notional')];
  }
  if (type === 'TRAILING_STOP') {
    trailPeak = last ?? far;
    if (trailPeak === null) return ['NO_MARKET symbol'];
    const trailing = { symbol, side, trailPrice, trailBps };
    if (isTooWide(trailing, trailPeak))
      return [byState(`INVALID_PRICE ${trailPrice === null ? 'trailPercent' : 'trailPrice'}`)];
    stopPrice = stopAt(trailing, trailPeak);
  }
  const reference = stopPrice ?? far;
  if (limitPrice === null && reference === null) return ['NO_MARKET symbol'];
  const timeInForce = input.timeInForce ?? (type === 'MARKET' ? 'IOC' : 'GTC');
  const end = dayEnd(state, symbol);
  const asked = input.expiresAt === undefined ? null : Date.parse(input.expiresAt);
  const expiresAt = timeInForce === 'DAY' && (asked === null || asked > end) ? end : asked;
  const key = `o${state.orders.length + 1}`;
  return {
    key,
    id: null,
    owner,
    clientOrderId: input.clientOrderId ?? null,
    input: null,
    ...{ symbol, side, type, timeInForce, qty, limitPrice, stopPrice, trailPrice, trailBps, trailPeak },
    ...{ notional, postOnly, expiresAt },
    ...{ filledQty: 0n, filledValue: 0n, fees: 0n, fills: [] },
    worstPrice: limitPrice ?? collarAt(facts, side, reference ?? 0n),
    status: isClosed(state, symbol) ? 'ACCEPTED' : 'PENDING_NEW',
    ...{ reason: null, asked: null, leg: null, list: null, replacement: null, replaces: null, replacedBy: null },
    root: key,
    ...{ triggeredAt: null, filledAt: null, canceledAt: null, expiredAt: null },
  };
};

/** Two spellings of one input are one input. */
export const normal = (owner: string, input: PlaceInput): string => {
  const facts = known[input.symbol];
  const amount = (value: string | undefined, scale: number) =>
    value === undefined ? null : String(units(value, scale));
  return JSON.stringify([
    owner,
    input.symbol,
    input.side,
    input.type,
    input.timeInForce ?? (input.type === 'MARKET' ? 'IOC' : 'GTC'),
    amount(input.qty, facts?.baseScale ?? 0),
    amount(input.notional, CASH_SCALE),
    ...[input.limitPrice, input.stopPrice, input.trailPrice].map((price) => amount(price, facts?.priceScale ?? 0)),
    amount(input.trailPercent, 2),
    input.postOnly ?? false,
    input.expiresAt ?? null,
    input.clientOrderId ?? null,
  ]);
};

export const stoppedFor = (state: State, account: Account, symbol: string): string[] => {
  if (account.blocked || state.switches.has('VENUE')) return ['TRADING_BLOCKED'];
  if (state.switches.has(symbol)) return ['TRADING_BLOCKED symbol'];
  return state.halted.has(symbol) ? ['INSTRUMENT_HALTED symbol'] : [];
};

/** What an order counts for: at its worst price, or at the bid when a sale brings in more there; never more than its cash. */
export const worthOf = (
  state: State,
  { symbol, side, worstPrice, qty, notional }: Pick<Order, 'symbol' | 'side' | 'worstPrice' | 'qty' | 'notional'>,
): bigint => {
  const price = largest([worstPrice, side === 'SELL' ? (marketOf(state, symbol).bid ?? 0n) : 0n]);
  const worth = worthAt(factsOf(symbol), price, qty);
  return notional !== null && notional < worth ? notional : worth;
};

const usedToday = (state: State, { day, used }: Account): bigint => (day === dayOf(state.now) ? used : 0n);

/** Whether one more order of this value, that adds so much to the day, keeps to the limits; `earlier` come with it. */
export const beyondLimits = (
  state: State,
  account: Account,
  earlier: readonly bigint[],
  value: bigint,
  added: bigint,
  field: string,
): string[] => {
  const open = openOrdersOf(state, account.name).length + earlier.length;
  if (open >= account.maxOpenOrders) return ['TOO_MANY_OPEN_ORDERS'];
  if (value > account.maxOrderValue) return [`ORDER_TOO_LARGE ${field}`];
  const used = usedToday(state, account) + sum(earlier);
  return used + added > account.dailyNotional ? [`DAILY_LIMIT_REACHED ${field}`] : [];
};

type Prepared = { order: Order; worth: bigint } | { repeated: Order } | string[];

/** Everything about an order but its money; `earlier` are the values of those that come with it. */
export const prepare = (state: State, owner: string, input: PlaceInput, earlier: readonly bigint[]): Prepared => {
  const account = accountOf(state, owner);
  const same = state.orders.find(
    (order) =>
      order.owner === owner && input.clientOrderId !== undefined && order.clientOrderId === input.clientOrderId,
  );
  if (same !== undefined) {
    return same.input === normal(owner, input) ? { repeated: same } : ['DUPLICATE_CLIENT_ORDER_ID clientOrderId'];
  }
  const stopped = stoppedFor(state, account, input.symbol);
  if (stopped.length > 0) return stopped;
  const mustTrade = input.type === 'MARKET' || input.timeInForce === 'IOC' || input.timeInForce === 'FOK';
  if (mustTrade && isClosed(state, input.symbol)) return ['MARKET_CLOSED symbol'];
  if (input.expiresAt !== undefined && Date.parse(input.expiresAt) <= state.now) return ['INVALID_INPUT expiresAt'];
  const order = newOrder(state, owner, input);
  if (Array.isArray(order)) return order;
  const worth = worthOf(state, order);
  const beyond = beyondLimits(state, account, earlier, worth, worth, order.notional === null ? 'qty' : 'notional');
  return beyond.length > 0 ? beyond : { order: { ...order, input: normal(owner, input) }, worth };
};

export const count = (state: State, account: Account, worth: bigint): void => {
  account.used = usedToday(state, account) + worth;
  account.day = dayOf(state.now);
};

/** Takes the order, or says why not; whoever asked tells the venue of what it has to know then. */
export const accept = (
  state: State,
  owner: string,
  input: PlaceInput,
): { answer: Answer; told: Command[]; order?: Order } => {
  const prepared = prepare(state, owner, input, []);
  if (Array.isArray(prepared)) return { answer: prepared, told: [] };
  if ('repeated' in prepared) return { answer: { orders: [structuredClone(prepared.repeated)] }, told: [] };
  const { order, worth } = prepared;
  const need = order.notional !== null && order.side === 'BUY' ? order.notional : costOf(order, order.qty);
  if (need > availableOf(state, owner, assetOf(order))) {
    return { answer: [`INSUFFICIENT_FUNDS ${order.notional === null ? 'qty' : 'notional'}`], told: [] };
  }
  count(state, accountOf(state, owner), worth);
  state.orders.push(order);
  const told = order.status === 'PENDING_NEW' ? [submit(order)] : [];
  return { answer: { orders: [structuredClone(order)] }, told, order };
};

/** `placeOrder` */
export const place = (state: State, owner: string, input: PlaceInput): Answer => {
  const { answer, told } = accept(state, owner, input);
  tell(state, told);
  return answer;
};

export const checkPlace = (owner: string, input: PlaceInput): string[] => {
  if (known[input.symbol] === undefined) return ['UNKNOWN_SYMBOL symbol'];
  if (input.accountId !== undefined && input.accountId !== owner) return ['NOT_FOUND accountId'];
  return wrongIn(input);
};

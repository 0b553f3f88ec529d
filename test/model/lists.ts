import { factsOf, units } from './facts.ts';
import { checkPlace, count, normal, type PlaceInput, prepare } from './place.ts';
import { isTooWide } from './prices.ts';
import { submit, tell } from './settle.ts';
import {
  type Answer,
  accountOf,
  assetOf,
  availableOf,
  byState,
  heldOf,
  isByState,
  type Order,
  type State,
  told,
} from './state.ts';

export type ListType = 'OCO' | 'OTO' | 'BRACKET';
const legs: Record<ListType, readonly string[]> = {
  OCO: ['FIRST', 'SECOND'],
  OTO: ['ENTRY', 'FIRST'],
  BRACKET: ['ENTRY', 'TAKE_PROFIT', 'STOP_LOSS'],
};

const at = (index: number) => (problem: string) => {
  const [code, field] = told(problem).split(' ');
  const placed = `${code} orders.${index}${field === undefined ? '' : `.${field}`}`;
  return isByState(problem) ? byState(placed) : placed;
};

/** Whether a stop of a pair is on the wrong side of the limit; a trailing stop has no price to compare. */
export const isCrossed = (
  limit: Pick<Order, 'side' | 'limitPrice'>,
  stop: Pick<Order, 'type' | 'stopPrice'>,
): boolean => {
  if (stop.type === 'TRAILING_STOP' || limit.limitPrice === null || stop.stopPrice === null) return false;
  return limit.side === 'SELL' ? stop.stopPrice >= limit.limitPrice : stop.stopPrice <= limit.limitPrice;
};
type Priced = Pick<Order, 'side' | 'type' | 'limitPrice' | 'stopPrice'>;

/** A profit that is none: it gives back no more than the entry costs, at its limit or, of a plain stop, where that begins. */
export const isWorse = (entry: Priced, exit: Pick<Order, 'type' | 'limitPrice'>): boolean => {
  const cost = entry.limitPrice ?? (entry.type === 'STOP' ? entry.stopPrice : null);
  if (exit.type !== 'LIMIT' || cost === null || exit.limitPrice === null) return false;
  return entry.side === 'BUY' ? exit.limitPrice <= cost : exit.limitPrice >= cost;
};

/** A stop against loss that the entry reaches by itself: a bought position is stopped below all that the entry names. */
export const isReached = (entry: Priced, exit: Pick<Order, 'type' | 'stopPrice'>): boolean => {
  if (entry.type === 'TRAILING_STOP' || (exit.type !== 'STOP' && exit.type !== 'STOP_LIMIT')) return false;
  const isPast = (price: bigint | null): boolean =>
    price !== null &&
    exit.stopPrice !== null &&
    (entry.side === 'BUY' ? exit.stopPrice >= price : exit.stopPrice <= price);
  return isPast(entry.limitPrice) || isPast(entry.stopPrice);
};

/** A trailing exit that would begin at no price where its entry trades at one that it names. */
export const trailsTooFar = (entry: Priced, exit: Order): boolean =>
  exit.type === 'TRAILING_STOP' &&
  entry.type !== 'TRAILING_STOP' &&
  [entry.limitPrice, entry.stopPrice].some((price) => price !== null && isTooWide(exit, price));

/** The first exit that contradicts its entry once the market and its hours are known. */
const wrongExit = ([entry, ...exits]: readonly Order[]): string[] => {
  if (entry === undefined) return [];
  const isShort = entry.type === 'MARKET' || entry.timeInForce === 'IOC' || entry.timeInForce === 'FOK';
  for (const [index, exit] of exits.entries()) {
    const at = `orders.${index + 1}`;
    if (trailsTooFar(entry, exit))
      return [`INVALID_PRICE ${at}.${exit.trailPrice === null ? 'trailPercent' : 'trailPrice'}`];
    if (isShort || exit.expiresAt === null || exit.expiresAt >= (entry.expiresAt ?? Number.POSITIVE_INFINITY)) continue;
    return [`INVALID_INPUT ${at}.timeInForce`];
  }
  return [];
};

/** The first thing that makes the orders no list of this type. */
const wrongInList = (type: ListType, inputs: readonly PlaceInput[]): string[] => {
  const parsed = inputs.map((input) => {
    const price = (given: string | undefined) =>
      given === undefined ? null : (units(given, factsOf(input.symbol).priceScale) ?? null);
    return { ...input, limitPrice: price(input.limitPrice), stopPrice: price(input.stopPrice) };
  });
  const [first] = parsed;
  if (first === undefined || parsed.length !== legs[type].length) return ['INVALID_INPUT orders'];
  for (const [index, { symbol, qty, type: kind, timeInForce }] of parsed.entries()) {
    if (symbol !== first.symbol) return [`INVALID_INPUT orders.${index}.symbol`];
    const { baseScale } = factsOf(symbol);
    if (units(qty ?? '', baseScale) !== units(first.qty ?? '', baseScale))
      return [`INVALID_QUANTITY orders.${index}.qty`];
    if (index === 0 && type !== 'OCO') continue;
    if (kind === 'MARKET') return [`INVALID_INPUT orders.${index}.type`];
    if (timeInForce === 'IOC' || timeInForce === 'FOK') return [`INVALID_INPUT orders.${index}.timeInForce`];
  }
  const exits = type === 'OCO' ? parsed : parsed.slice(1);
  const offset = parsed.length - exits.length;
  if (type !== 'OCO') {
    for (const [index, exit] of exits.entries()) {
      if (exit.side === first.side) return [`INVALID_INPUT orders.${index + 1}.side`];
      if (isWorse(first, exit)) return [`INVALID_PRICE orders.${index + 1}.limitPrice`];
      if (isReached(first, exit)) return [`INVALID_PRICE orders.${index + 1}.stopPrice`];
    }
  }
  const [profit, stop] = exits;
  if (profit === undefined || stop === undefined) return [];
  if (profit.type !== 'LIMIT') return [`INVALID_INPUT orders.${offset}.type`];
  if (!stop.type.includes('STOP')) return [`INVALID_INPUT orders.${offset + 1}.type`];
  if (profit.side !== stop.side) return [`INVALID_INPUT orders.${offset + 1}.side`];
  return isCrossed(profit, stop) ? [`INVALID_PRICE orders.${offset + 1}.stopPrice`] : [];
};

export const checkPlaceList = (owner: string, type: ListType, inputs: readonly PlaceInput[]): string[] => {
  const wrong = inputs.flatMap((input, index) => checkPlace(owner, input).map(at(index)));
  return wrong.length > 0 ? wrong : wrongInList(type, inputs);
};

/** The orders of the list that this very input has made before, as they are now. */
const repeatedList = (
  state: State,
  owner: string,
  { list }: Order,
  type: ListType,
  inputs: readonly PlaceInput[],
): Order[] | undefined => {
  const placed = state.orders.filter((order) => list !== null && order.list === list && order.input !== null);
  const isSame = legs[type].every((leg, index) =>
    placed.some((order) => order.leg === leg && order.input === normal(owner, inputs[index]!)),
  );
  return isSame ? structuredClone(placed) : undefined;
};

/** `placeOrderList`: all of them or none. */
export const placeList = (state: State, owner: string, type: ListType, inputs: readonly PlaceInput[]): Answer => {
  const worths: bigint[] = [];
  const orders: Order[] = [];
  const wrong: string[] = [];
  const list = `list of o${state.orders.length + 1}`;
  for (const [index, input] of inputs.entries()) {
    const prepared = prepare(state, owner, input, worths);
    const isTaken = orders.some(({ clientOrderId }) => clientOrderId !== null && clientOrderId === input.clientOrderId);
    if (isTaken) wrong.push(`DUPLICATE_CLIENT_ORDER_ID orders.${index}.clientOrderId`);
    else if (Array.isArray(prepared)) wrong.push(...prepared.map(at(index)));
    else if ('repeated' in prepared) {
      const again = repeatedList(state, owner, prepared.repeated, type, inputs);
      if (again !== undefined) return { orders: again };
      wrong.push(`DUPLICATE_CLIENT_ORDER_ID orders.${index}.clientOrderId`);
    } else {
      const key = `o${state.orders.length + 1 + index}`;
      const leg = legs[type][index] ?? null;
      const status = index > 0 && type !== 'OCO' ? 'HELD' : prepared.order.status;
      orders.push({ ...prepared.order, key, root: key, list, leg, status });
      worths.push(prepared.worth);
    }
  }
  if (wrong.length > 0) return wrong;
  const [first] = orders;
  if (first === undefined) throw new Error('a list without orders');
  if (type !== 'OCO') wrong.push(...wrongExit(orders));
  if (wrong.length > 0) return wrong;
  const trial = { ...state, orders: [...state.orders, ...orders] };
  const asset = assetOf(first);
  if (heldOf(trial, owner, asset) - heldOf(state, owner, asset) > availableOf(state, owner, asset)) {
    return ['INSUFFICIENT_FUNDS orders.0.qty'];
  }
  for (const worth of worths) count(state, accountOf(state, owner), worth);
  state.orders.push(...orders);
  const answer = { orders: structuredClone(orders) };
  tell(state, orders.filter(({ status }) => status === 'PENDING_NEW').map(submit));
  return answer;
};

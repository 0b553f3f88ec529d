import { factsOf, units } from './facts.ts';
import { fitExits } from './fit.ts';
import { rebuild } from './holdings.ts';
import { isGoodPrice, isGoodQty } from './place.ts';
import { byFills, feeOf, follow, give, ownerOf, tell } from './settle.ts';
import {
  type Answer,
  accountOf,
  assetOf,
  availableOf,
  byState,
  isOpen,
  type Order,
  type State,
  type Trade,
  worthAt,
} from './state.ts';

/** Busts and corrections of trades by an operator. */

export interface Correction {
  price?: string;
  qty?: string;
}

const tradeOf = ({ trades }: State, key: string): Trade | undefined => trades.find((trade) => trade.key === key);

/** What is wrong with a correction by itself. */
export const wrongCorrection = (was: Trade, { price, qty }: Correction): string[] => {
  const { symbol } = was;
  const facts = factsOf(symbol);
  const wrong: string[] = [];
  if (price !== undefined && !isGoodPrice(symbol, price)) wrong.push('INVALID_PRICE price');
  const asked = qty === undefined ? was.qty : units(qty, facts.baseScale);
  if (qty !== undefined && (!isGoodQty(symbol, qty) || (asked ?? 0n) > was.qty)) wrong.push('INVALID_QUANTITY qty');
  if (wrong.length > 0) return wrong;
  const same = (price === undefined || units(price, facts.priceScale) === was.price) && asked === was.qty;
  return same ? ['INVALID_INPUT price'] : [];
};

/** Two spellings of one correction are one correction. */
export const normalCorrection = (was: Trade, { price, qty }: Correction): string[] => {
  const facts = factsOf(was.symbol);
  const amount = (given: string | undefined, scale: number, before: bigint) =>
    given === undefined ? before : units(given, scale);
  return [amount(price, facts.priceScale, was.price), amount(qty, facts.baseScale, was.qty)].map(String);
};

/** Takes a side of the trade back from its order and its owner. */
const takeBack = (state: State, order: Order, key: string): void => {
  const at = order.fills.findIndex(({ trade }) => trade === key);
  const [{ qty, value, fee }] = order.fills.splice(at, 1) as [Order['fills'][number]];
  order.filledQty -= qty;
  order.filledValue -= value;
  order.fees -= fee;
  accountOf(state, order.owner).cash += fee + (order.side === 'BUY' ? value : -value);
};

/** How the order stands without what was taken back; its quantity is not worked again. */
const restate = (state: State, order: Order, less: bigint, reason: string): void => {
  if (isOpen(order)) {
    order.qty -= less;
    if (order.status === 'PARTIALLY_FILLED') order.status = byFills(order);
  } else if (order.status === 'FILLED' && order.filledQty < order.qty) {
    Object.assign(order, { status: 'CANCELED', reason, filledAt: null, canceledAt: state.now });
  }
};

/** Both sides as if the trade had not been, or had been as corrected. */
const carryOut = (state: State, trade: Trade, next: Trade | null): void => {
  const reason = next === null ? 'TRADE_BUSTED' : 'TRADE_CORRECTED';
  state.trades = state.trades.flatMap((one) => (one !== trade ? [one] : next === null ? [] : [next]));
  for (const { order: key, liquidity } of trade.sides) {
    const order = ownerOf(state, key);
    takeBack(state, order, trade.key);
    if (next !== null) give(state, order, next, liquidity);
    restate(state, order, trade.qty - (next?.qty ?? 0n), reason);
    rebuild(state, order.owner, order.symbol);
  }
};

/** What a customer has ruled out: a price worse than the order's limit, more cash than it was given. */
const isRuledOut = (state: State, trade: Trade, next: Trade): boolean =>
  trade.sides.some(({ order: key, side, liquidity }) => {
    const { limitPrice, notional, filledValue, fees } = ownerOf(state, key);
    if (limitPrice !== null && (side === 'BUY' ? next.price > limitPrice : next.price < limitPrice)) return true;
    const more = next.value + feeOf(next.value, liquidity) - trade.value - feeOf(trade.value, liquidity);
    return side === 'BUY' && notional !== null && filledValue + fees + more > notional;
  });

/** `bustTrade`, or `correctTrade` when there is something to correct. */
export const amend = (state: State, key: string, correction: Correction | null, field: string): Answer => {
  const trade = tradeOf(state, key);
  if (trade === undefined) return [`TRADE_ALREADY_BUSTED ${field}`];
  const facts = factsOf(trade.symbol);
  const price = correction?.price === undefined ? trade.price : units(correction.price, facts.priceScale)!;
  const qty = correction?.qty === undefined ? trade.qty : units(correction.qty, facts.baseScale)!;
  const next = correction && { ...trade, key: `${key}'`, price, qty, value: worthAt(facts, price, qty) };
  if (next !== null && isRuledOut(state, trade, next)) return [byState('INVALID_PRICE price')];
  const { accounts, orders, trades } = state;
  const trial: State = { ...state, trades, accounts: structuredClone(accounts), orders: structuredClone(orders) };
  carryOut(trial, trade, next);
  // What no venue has lets go at once.
  for (const { order } of trade.sides) fitExits(trial, ownerOf(trial, order), []);
  const isShort = trade.sides.some(({ owner, order }) => {
    const { symbol } = ownerOf(trial, order);
    const assets = (['BUY', 'SELL'] as const).map((side) => assetOf({ side, symbol }));
    return assets.some((asset) => availableOf(trial, owner, asset) < 0n);
  });
  if (isShort) return [`INSUFFICIENT_FUNDS ${field}`];
  carryOut(state, trade, next);
  const queue: Parameters<typeof follow>[2] = [];
  for (const { order } of trade.sides) follow(state, ownerOf(state, order), queue);
  for (const { order } of trade.sides) fitExits(state, ownerOf(state, order), queue);
  tell(state, queue);
  return { orders: [] };
};

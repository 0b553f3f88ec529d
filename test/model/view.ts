import { average, CASH_SCALE, factsOf, text } from './facts.ts';
import {
  type Account,
  accountOf,
  availableOf,
  heldOf,
  leaves,
  marketOf,
  type Order,
  postedOf,
  type State,
  sum,
  worthAt,
} from './state.ts';

/** What the API says about the model's state. */

const time = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

const idOf = (state: State, key: string | null): string | null =>
  key === null ? null : (state.orders.find((order) => order.key === key)?.id ?? `id of ${key}`);

/** An order as it is now, or as it was when a snapshot of it was taken. */
export const orderView = (state: State, order: Order) => {
  const facts = factsOf(order.symbol);
  const price = (units: bigint | null) => (units === null ? null : text(units, facts.priceScale));
  const qty = (units: bigint) => text(units, facts.baseScale);
  const cash = (units: bigint) => text(units, CASH_SCALE);
  const link = (key: string | null) => (key === null ? null : { id: idOf(state, key) });
  return {
    id: idOf(state, order.key),
    clientOrderId: order.clientOrderId ?? idOf(state, order.key),
    symbol: order.symbol,
    side: order.side,
    type: order.type,
    timeInForce: order.timeInForce,
    qty: qty(order.qty),
    filledQty: qty(order.filledQty),
    leavesQty: qty(leaves(order)),
    limitPrice: price(order.limitPrice),
    stopPrice: price(order.stopPrice),
    trailPrice: price(order.trailPrice),
    trailPercent: order.trailBps === null ? null : text(order.trailBps, 2),
    notional: order.notional === null ? null : cash(order.notional),
    filledAvgPrice: order.filledQty === 0n ? null : average(order.filledValue, order.filledQty, facts),
    status: order.status,
    reason: order.reason,
    fees: cash(order.fees),
    fills: order.fills.map((fill) => ({
      qty: qty(fill.qty),
      price: price(fill.price),
      value: cash(fill.value),
      fee: cash(fill.fee),
      liquidity: fill.liquidity,
    })),
    leg: order.leg,
    postOnly: order.postOnly,
    rootOrderId: idOf(state, order.root),
    replaces: link(order.replaces),
    replacedBy: link(order.replacedBy),
    expiresAt: time(order.expiresAt),
    triggeredAt: time(order.triggeredAt),
    filledAt: time(order.filledAt),
    canceledAt: time(order.canceledAt),
    expiredAt: time(order.expiredAt),
  };
};

/** What the middle of the market makes of a holding, else its last trade, else the listed price. */
const markOf = (state: State, symbol: string): bigint => {
  const { bid, ask, last } = marketOf(state, symbol);
  if (bid !== null && ask !== null) return (bid + ask + 1n) / 2n;
  return last ?? factsOf(symbol).reference;
};

const positionView = (state: State, { holdings }: Account, symbol: string) => {
  const facts = factsOf(symbol);
  const { qty, pnl, lots } = holdings[symbol]!;
  const cash = (units: bigint) => text(units, CASH_SCALE);
  const cost = sum(lots.map(({ leavesCost }) => leavesCost));
  const worth = worthAt(facts, markOf(state, symbol), qty);
  return {
    symbol,
    qty: text(qty, facts.baseScale),
    costBasis: cash(cost),
    averageEntryPrice: average(cost, qty, facts),
    marketValue: cash(worth),
    unrealizedPnl: cash(worth - cost),
    realizedPnl: cash(pnl),
    lots: lots.map((lot) => ({ leavesQty: text(lot.leavesQty, facts.baseScale), costBasis: cash(lot.leavesCost) })),
  };
};

/** All that one user sees; the newest orders first. */
export const userView = (state: State, owner: string, orders: number) => {
  const account = accountOf(state, owner);
  const symbols = Object.keys(account.holdings).sort();
  const held = symbols.filter((symbol) => account.holdings[symbol]!.qty > 0n);
  const assets = ['USD', ...symbols.map((symbol) => factsOf(symbol).asset)];
  const scale = (asset: string) => (asset === 'USD' ? CASH_SCALE : factsOf(symbolOf(asset)).baseScale);
  const worth = held.map((symbol) => worthAt(factsOf(symbol), markOf(state, symbol), account.holdings[symbol]!.qty));
  return {
    balances: assets.map((asset) => ({
      asset,
      posted: text(postedOf(account, asset), scale(asset)),
      held: text(heldOf(state, owner, asset), scale(asset)),
      available: text(availableOf(state, owner, asset), scale(asset)),
    })),
    buyingPower: text(availableOf(state, owner, 'USD'), CASH_SCALE),
    equity: text(account.cash + sum(worth), CASH_SCALE),
    dailyNotionalUsed: text(usedOn(account, state.now), CASH_SCALE),
    positions: held.map((symbol) => positionView(state, account, symbol)),
    orders: state.orders
      .filter((order) => order.owner === owner)
      .slice(-orders)
      .reverse()
      .map((order) => orderView(state, order)),
  };
};

const symbolOf = (asset: string): string => (asset === 'SHIB' ? 'SHIB-USD' : asset);
const usedOn = ({ day, used }: Account, now: number): bigint => (day === Math.floor(now / 86_400_000) ? used : 0n);

import { average, CASH_SCALE, factsOf, text } from './facts.ts';
import { accept, type PlaceInput } from './place.ts';
import { byFills, feeOf, hear, submit } from './settle.ts';
import {
  type Answer,
  accountOf,
  assetOf,
  availableOf,
  needOf,
  type Order,
  postedOf,
  type State,
  sum,
  worthAt,
} from './state.ts';

/** What the venue would say of it at once; nothing of one that waits for its session. */
const reportsOf = (state: State, order: Order) =>
  order.status === 'PENDING_NEW' ? (state.desks[order.symbol]?.preview(submit(order).order) ?? []) : [];

/** `previewOrder`: what `placeOrder` would answer, and what would come of it if nobody else did anything. Nothing changes. */
export const preview = (state: State, owner: string, input: PlaceInput): Answer => {
  const trial: State = { ...state, orders: [...state.orders], accounts: structuredClone(state.accounts) };
  const { answer, order } = accept(trial, owner, input);
  if (order === undefined) return answer;
  const facts = factsOf(order.symbol);
  const account = accountOf(trial, owner);
  const isBuy = order.side === 'BUY';
  const [asset, unitScale] = [facts.asset, facts.baseScale];
  const [hold, holdScale] = [needOf(trial, order), isBuy ? CASH_SCALE : unitScale];
  const lines: object[] = [];
  let units = postedOf(account, asset);
  const line = (name: string, amount: bigint, after: bigint, scale: number): void => {
    if (amount !== 0n) lines.push({ asset: name, amount: text(amount, scale), balanceAfter: text(after, scale) });
  };
  for (const report of reportsOf(trial, order)) {
    if (report.kind !== 'TRADE') {
      hear(trial, order, report);
      continue;
    }
    const { price, qty } = report;
    const value = worthAt(facts, price, qty);
    const fee = feeOf(value, 'TAKER');
    const [cash, moved] = isBuy ? [-value, qty] : [value, -qty];
    account.cash += cash;
    line('USD', cash, account.cash, CASH_SCALE);
    units += moved;
    line(asset, moved, units, unitScale);
    account.cash -= fee;
    line('USD', -fee, account.cash, CASH_SCALE);
    order.filledQty += qty;
    order.filledValue += value;
    order.fees += fee;
    order.fills.push({ trade: '', qty, price, value, fee, liquidity: 'TAKER' });
    order.status = order.filledQty === order.qty ? 'FILLED' : byFills(order);
  }
  return {
    shown: {
      hold: text(hold, holdScale),
      holdAsset: assetOf(order),
      status: order.status,
      reason: order.reason,
      filledQty: text(sum(order.fills.map(({ qty }) => qty)), unitScale),
      averagePrice: order.filledQty === 0n ? null : average(order.filledValue, order.filledQty, facts),
      fee: text(order.fees, CASH_SCALE),
      buyingPower: text(availableOf(trial, owner, 'USD'), CASH_SCALE),
      lines,
    },
  };
};

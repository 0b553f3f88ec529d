import type { PositionRow } from '../lane/rows.ts';

/** Units come in for `value`. Fees are left out of positions: they are postings of their own. */
export const increase = (position: PositionRow, qty: bigint, value: bigint, at: Date): void => {
  position.qty += qty;
  position.costBasis += value;
  position.updatedAt = at;
};

/** Units that cost `cost` leave for `value`. */
export const decrease = (position: PositionRow, qty: bigint, cost: bigint, value: bigint, at: Date): void => {
  if (qty > position.qty) throw new Error('more units left than the position holds');
  position.qty -= qty;
  position.costBasis -= cost;
  position.realizedPnl += value - cost;
  position.updatedAt = at;
};

/** Units that cost `cost` and had left for `value` are back. */
export const restore = (position: PositionRow, qty: bigint, cost: bigint, value: bigint, at: Date): void => {
  position.qty += qty;
  position.costBasis += cost;
  position.realizedPnl -= value - cost;
  position.updatedAt = at;
};

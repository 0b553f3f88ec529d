import type { PositionRow } from '../lane/rows.ts';

/** Applies one fill to a position. Cost is the average cost of what is held; fees are left out (they are postings). */
export const applyFill = (position: PositionRow, side: 'BUY' | 'SELL', qty: bigint, value: bigint, at: Date): void => {
  if (side === 'BUY') {
    position.qty += qty;
    position.costBasis += value;
  } else {
    if (qty > position.qty) throw new Error('more units sold than the position holds');
    // Rounded down in favour of what stays; the last unit takes all that is left, so nothing is lost over time.
    const cost = (position.costBasis * qty) / position.qty;
    position.qty -= qty;
    position.costBasis -= cost;
    position.realizedPnl += value - cost;
  }
  position.updatedAt = at;
};

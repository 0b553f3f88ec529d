import type { LotRow } from '../lane/rows.ts';

/** Units that leave a lot, with what they cost. */
export interface Taken {
  lot: LotRow;
  qty: bigint;
  cost: bigint;
}

/**
 * Takes units out of lots in the order given, which for a sell is oldest first. The cost of a part of a lot is rounded
 * down in favour of what stays; its last unit takes all that is left, so nothing is lost over time.
 */
export const takeFrom = (lots: readonly LotRow[], qty: bigint): Taken[] => {
  const taken: Taken[] = [];
  let rest = qty;
  for (const lot of lots) {
    if (rest === 0n) break;
    const part = lot.leavesQty < rest ? lot.leavesQty : rest;
    const cost = (lot.leavesCost * part) / lot.leavesQty;
    lot.leavesQty -= part;
    lot.leavesCost -= cost;
    rest -= part;
    taken.push({ lot, qty: part, cost });
  }
  if (rest > 0n) throw new Error('more units left than the lots hold');
  return taken;
};

/** Puts back what an execution took, to the lots that it took it from. */
export const giveBack = (
  lotOf: (id: string) => LotRow | undefined,
  closures: readonly { lotId: string; qty: bigint; cost: bigint }[],
): void => {
  for (const { lotId, qty, cost } of closures) {
    const lot = lotOf(lotId);
    if (lot === undefined) throw new Error('a closure names a lot that is not there');
    lot.leavesQty += qty;
    lot.leavesCost += cost;
  }
};

export const costOf = (taken: readonly { cost: bigint }[]): bigint => taken.reduce((sum, { cost }) => sum + cost, 0n);

import type { LotRow } from '../lane/rows.ts';

/** Units that leave a lot, or come back to it, with what they cost. */
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

/**
 * Puts units back into lots in the order given, which is youngest first: so what is sold stays the oldest units, as if
 * the sell had never been. Prices are whole units of cost, so a part of a lot costs its exact share.
 */
export const giveBack = (lots: readonly LotRow[], qty: bigint): Taken[] => {
  const given: Taken[] = [];
  let rest = qty;
  for (const lot of lots) {
    if (rest === 0n) break;
    const room = lot.qty - lot.leavesQty;
    const part = room < rest ? room : rest;
    const cost = (lot.cost * (lot.leavesQty + part)) / lot.qty - lot.leavesCost;
    lot.leavesQty += part;
    lot.leavesCost += cost;
    rest -= part;
    given.push({ lot, qty: part, cost });
  }
  if (rest > 0n) throw new Error('more units come back than the lots lack');
  return given;
};

/**
 * Takes a lot out again whose buy is taken back: what is left of it, and what sells had of it from the next oldest lots, which
 * those sells would have taken instead.
 */
export const withdrawLot = (own: LotRow, open: readonly LotRow[], qty: bigint): Taken[] => {
  const others = open.filter((lot) => lot !== own);
  const taken = takeFrom(own.leavesQty > 0n ? [own, ...others] : others, qty);
  own.busted = true;
  return taken;
};

export const costOf = (taken: readonly { cost: bigint }[]): bigint => taken.reduce((sum, { cost }) => sum + cost, 0n);

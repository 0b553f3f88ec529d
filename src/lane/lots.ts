import type { LotRow } from './rows.ts';

/** Oldest first. New lots have no number yet: they are younger than all that have one, in the order in which they came. */
export const byAge = ({ sequence: one }: LotRow, { sequence: other }: LotRow): number => {
  if (one === other) return 0;
  if (one === null) return 1;
  return other === null || one < other ? -1 : 1;
};

/** What sells take from, oldest first. */
export const openOf = (lots: Iterable<LotRow>): LotRow[] =>
  [...lots].filter(({ leavesQty }) => leavesQty > 0n).sort(byAge);

/** What sells took from, youngest first: the order in which a sell that is taken back gives back. */
export const consumedOf = (lots: Iterable<LotRow>): LotRow[] =>
  [...lots]
    .filter(({ busted, leavesQty, qty }) => !busted && leavesQty < qty)
    .sort(byAge)
    .reverse();

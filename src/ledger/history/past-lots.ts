import type { ExecutionRow, LotRow } from '../../lane/rows.ts';

/** What is shown of a lot. */
export type OpenLot = Pick<LotRow, 'id' | 'qty' | 'leavesQty' | 'leavesCost' | 'openedAt'>;

/** An execution of one position. */
export type BookedFill = Pick<
  ExecutionRow,
  'id' | 'side' | 'kind' | 'qty' | 'value' | 'createdAt' | 'bustsId' | 'correctsId'
>;

/**
 * Finds the open lots of a past instant. Sold are always the oldest units of the trades that count, so what was held then are the
 * youngest: buys are gone through from that instant back until they make the quantity, and the last one found is held in part.
 * What took a buy back, or stands in its place, was booked after it and so is met before it.
 */
export const createPastLots = (held: bigint) => {
  const lots: OpenLot[] = [];
  const busted = new Set<string>();
  const inPlaceOf = new Map<string, BookedFill>();
  let missing = held;
  return {
    /** Takes the execution that was booked before all that it was given. */
    older: (row: BookedFill): void => {
      if (row.bustsId !== null) busted.add(row.bustsId);
      if (row.side === 'SELL' || row.kind === 'BUST') return;
      const live = busted.has(row.id) ? inPlaceOf.get(row.id) : row;
      if (live === undefined || missing === 0n) return;
      if (row.correctsId !== null) {
        inPlaceOf.set(row.correctsId, live);
        return;
      }
      const { id, qty, value } = live;
      const leavesQty = qty < missing ? qty : missing;
      // Prices are whole units of cost, so a part of a lot costs its exact share.
      lots.push({ id, qty, leavesQty, leavesCost: (value * leavesQty) / qty, openedAt: row.createdAt });
      missing -= leavesQty;
    },
    isComplete: (): boolean => missing === 0n,
    oldestFirst: (): OpenLot[] => lots.toReversed(),
  };
};

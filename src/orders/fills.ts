import type { ExecutionRow, OrderRow } from '../lane/rows.ts';

/** An execution of an order, and what became of it. */
export interface Fill extends ExecutionRow {
  /** When it was taken back. */
  bustedAt: Date | null;
  /** The execution that stands in its place. */
  correctedById: string | null;
}

/**
 * How many of an order's executions this view of it has: a stored answer keeps showing what it showed first, and a row that was
 * read a moment before its executions shows none that it does not count. It is as many as make up what the order says.
 */
const countSeen = (order: OrderRow, executions: readonly ExecutionRow[]): number => {
  let seen = 0;
  const sum = { qty: 0n, value: 0n, fee: 0n };
  for (const [index, { kind, createdAt, ...row }] of executions.entries()) {
    if (createdAt > order.updatedAt) break;
    const sign = kind === 'TRADE' ? 1n : -1n;
    sum.qty += sign * row.qty;
    sum.value += sign * row.value;
    sum.fee += sign * row.fee;
    if (sum.qty === order.filledQty && sum.value === order.filledValue && sum.fee === order.fees) seen = index + 1;
  }
  return seen;
};

/** The fills of an order as this view of it has them, from its executions, oldest first. */
export const fillsIn = (order: OrderRow, executions: readonly ExecutionRow[]): Fill[] => {
  const seen = executions.slice(0, countSeen(order, executions));
  const bustOf = new Map(seen.map((row) => [row.bustsId, row]));
  const correctionOf = new Map(seen.map((row) => [row.correctsId, row]));
  return seen
    .filter(({ kind }) => kind === 'TRADE')
    .map((row) => ({
      ...row,
      bustedAt: bustOf.get(row.id)?.createdAt ?? null,
      correctedById: correctionOf.get(row.id)?.id ?? null,
    }));
};

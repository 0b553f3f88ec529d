import type { OrderRow } from './rows.ts';

/** An order as a transaction of this process wrote it. */
export interface FreshOrder {
  row: OrderRow;
  /** That transaction; as long as the row in the database is from it, nobody has changed the order. */
  transaction: string;
}

/**
 * Orders that this process has just placed. The next that is heard of nearly every one is its acknowledgement, a moment later,
 * and to read the row back for it would cost more than to book it. Each is given out once.
 */
export interface FreshOrders {
  keep(rows: readonly OrderRow[], transaction: string): void;
  take(orderIds: readonly string[]): { fresh: FreshOrder[]; others: string[] };
  /** Nothing counts that was written through a connection which is lost. */
  forget(): void;
}

export const createFreshOrders = (capacity: number): FreshOrders => {
  const kept = new Map<string, FreshOrder>();
  return {
    keep: (rows, transaction) => {
      for (const row of rows) {
        // The orders of a list are read with each other.
        if (row.listId === null && row.entryListId === null) kept.set(row.id, { row, transaction });
      }
      for (const id of kept.keys()) {
        if (kept.size <= capacity) return;
        kept.delete(id);
      }
    },
    take: (orderIds) => {
      const fresh: FreshOrder[] = [];
      const others: string[] = [];
      for (const id of orderIds) {
        const known = kept.get(id);
        if (known === undefined) others.push(id);
        else {
          fresh.push(known);
          kept.delete(id);
        }
      }
      return { fresh, others };
    },
    forget: () => kept.clear(),
  };
};

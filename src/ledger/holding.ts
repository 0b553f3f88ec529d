import type { OrderSide } from '../database/generated/enums.ts';
import type { Books } from '../lane/books.ts';
import type { ExecutionRow, PositionRow } from '../lane/rows.ts';
import { costOf, type Taken, takeFrom } from './lots.ts';
import { decrease, increase } from './position.ts';

/** One side of a trade as its account's holding sees it. */
export interface HeldFill {
  executionId: string;
  accountId: string;
  symbol: string;
  side: OrderSide;
  qty: bigint;
  value: bigint;
}

/** How the position stood right after, as its execution keeps it. */
export const positionAfter = ({
  qty,
  costBasis,
  realizedPnl,
}: PositionRow): Pick<ExecutionRow, 'positionQty' | 'positionCost' | 'positionPnl'> => ({
  positionQty: qty,
  positionCost: costBasis,
  positionPnl: realizedPnl,
});

/** Notes what an execution took out of lots. */
export const close = (books: Books, executionId: string, taken: readonly Taken[]): void => {
  for (const { lot, qty, cost } of taken) {
    books.touch(lot);
    books.addLotClosure({ executionId, lotId: lot.id, qty, cost });
  }
};

/** Brings a fill into its account's position and lots: a buy opens a lot, a sell takes from the oldest. */
export const holdFill = (books: Books, fill: HeldFill, at: Date): PositionRow => {
  const { accountId, symbol, qty, value } = fill;
  const position = books.position(accountId, symbol);
  if (fill.side === 'BUY') {
    const lot = { id: fill.executionId, sequence: null, accountId, symbol, qty, leavesQty: qty, leavesCost: value };
    books.addLot({ ...lot, openedAt: at });
    increase(position, qty, value, at);
  } else {
    const taken = takeFrom(books.openLots(accountId, symbol), qty);
    close(books, fill.executionId, taken);
    decrease(position, qty, costOf(taken), value, at);
  }
  books.touch(position);
  return position;
};

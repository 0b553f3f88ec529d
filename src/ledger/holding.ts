import type { OrderSide } from '../database/generated/enums.ts';
import type { Books } from '../lane/books.ts';
import type { ExecutionRow, LotRow, PositionRow } from '../lane/rows.ts';
import { costOf, giveBack, type Taken, takeFrom, withdrawLot } from './lots.ts';
import { decrease, increase, restore } from './position.ts';

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

/** Notes what an execution took out of lots, or gave back to them. */
const close = (books: Books, executionId: string, taken: readonly Taken[]): void => {
  for (const { lot, qty, cost } of taken) {
    books.touch(lot);
    books.addLotClosure({ executionId, lotId: lot.id, qty, cost });
  }
};

/**
 * Brings a fill into its account's position and lots: a buy opens a lot, a sell takes from the oldest. A corrected buy's lot
 * has the age of the one in whose place it stands.
 */
export const holdFill = (
  books: Books,
  fill: HeldFill,
  at: Date,
  age: Pick<LotRow, 'sequence' | 'openedAt'> = { sequence: null, openedAt: at },
): PositionRow => {
  const { accountId, symbol, qty, value } = fill;
  const position = books.position(accountId, symbol);
  if (fill.side === 'BUY') {
    const lot = { id: fill.executionId, accountId, symbol, qty, cost: value, leavesQty: qty, leavesCost: value };
    books.addLot({ ...lot, busted: false, ...age });
    increase(position, qty, value, at);
  } else {
    const taken = takeFrom(books.openLots(accountId, symbol), qty);
    close(books, fill.executionId, taken);
    decrease(position, qty, costOf(taken), value, at);
  }
  books.touch(position);
  return position;
};

/** The lot that a buy opened. */
export const lotOf = (books: Books, executionId: string): LotRow => {
  const lot = books.lot(executionId);
  if (lot === undefined) throw new Error('the lot of a buy is not there');
  return lot;
};

/** Takes a fill out of its account's position and lots again; what is left is what the other fills alone make. */
export const unholdFill = (books: Books, fill: HeldFill, bustId: string, at: Date): PositionRow => {
  const { accountId, symbol, qty, value } = fill;
  const position = books.position(accountId, symbol);
  if (fill.side === 'BUY') {
    const own = lotOf(books, fill.executionId);
    const taken = withdrawLot(own, books.openLots(accountId, symbol), qty);
    books.touch(own);
    close(books, bustId, taken);
    decrease(position, qty, costOf(taken), value, at);
  } else {
    const given = giveBack(books.consumedLots(accountId, symbol), qty);
    close(books, bustId, given);
    restore(position, qty, costOf(given), value, at);
  }
  books.touch(position);
  return position;
};

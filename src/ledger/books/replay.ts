import { consumedOf, openOf } from '../../lane/lots.ts';
import type { LotRow } from '../../lane/rows.ts';
import { costOf, giveBack, type Taken, takeFrom, withdrawLot } from '../lots.ts';
import type { Difference } from './differences.ts';

/** An execution as it was booked, with the lot that it opened and the position, as the tables have them now. */
export interface ReplayRow {
  id: string;
  accountId: string;
  symbol: string;
  side: 'BUY' | 'SELL';
  kind: 'TRADE' | 'BUST';
  bustsId: string | null;
  qty: bigint;
  value: bigint;
  positionQty: bigint;
  positionCost: bigint;
  positionPnl: bigint;
  lotSequence: bigint | null;
  lotLeavesQty: bigint | null;
  lotLeavesCost: bigint | null;
  heldQty: bigint | null;
  heldCost: bigint | null;
  heldPnl: bigint | null;
}

/** One position while its executions are gone through again from the first. */
interface Rebuilt {
  lots: Map<string, LotRow>;
  stored: Map<string, ReplayRow>;
  qty: bigint;
  cost: bigint;
  pnl: bigint;
}

const takeOut = ({ lots }: Rebuilt, { kind, bustsId, qty }: ReplayRow): Taken[] => {
  const open = openOf(lots.values());
  if (kind === 'TRADE') return takeFrom(open, qty);
  const own = lots.get(bustsId ?? '');
  if (own === undefined) throw new Error('a bust names a buy that is not there');
  return withdrawLot(own, open, qty);
};

/** The same steps as when the execution was booked. */
const apply = (state: Rebuilt, row: ReplayRow): void => {
  const { qty, value } = row;
  if (row.side === 'BUY' && row.kind === 'TRADE') {
    const { id, accountId, symbol, lotSequence: sequence } = row;
    state.lots.set(id, {
      ...{ id, accountId, symbol, sequence, qty, cost: value },
      ...{ leavesQty: qty, leavesCost: value, busted: false, openedAt: new Date(0) },
    });
    state.stored.set(id, row);
    state.qty += qty;
    state.cost += value;
    return;
  }
  if (row.side === 'SELL' && row.kind === 'BUST') {
    const given = giveBack(consumedOf(state.lots.values()), qty);
    state.qty += qty;
    state.cost += costOf(given);
    state.pnl -= value - costOf(given);
    return;
  }
  const taken = takeOut(state, row);
  state.qty -= qty;
  state.cost -= costOf(taken);
  state.pnl += value - costOf(taken);
};

const triple = (...values: (bigint | null)[]): string => values.map((value) => value ?? 'none').join(' ');

/**
 * Rebuilds one position from its executions, oldest first, and says where the tables have something else. The memory
 * that it takes is that of the position's lots.
 */
export const createReplay = () => {
  const state: Rebuilt = { lots: new Map(), stored: new Map(), qty: 0n, cost: 0n, pnl: 0n };
  let last: ReplayRow | undefined;
  let impossible = false;
  return {
    next: (row: ReplayRow): Difference[] => {
      last = row;
      if (impossible) return [];
      try {
        apply(state, row);
      } catch (error) {
        impossible = true;
        const found = (error as Error).message;
        const { accountId, id } = row;
        return [
          { check: 'execution cannot follow those before it', accountId, subject: id, expected: 'possible', found },
        ];
      }
      const expected = triple(state.qty, state.cost, state.pnl);
      const found = triple(row.positionQty, row.positionCost, row.positionPnl);
      const { accountId, id } = row;
      return expected === found
        ? []
        : [{ check: 'execution does not say the position after it', accountId, subject: id, expected, found }];
    },
    end: (): Difference[] => {
      if (last === undefined || impossible) return [];
      const { accountId, symbol, heldQty, heldCost, heldPnl } = last;
      const compare = (check: string, subject: string, expected: string, found: string): Difference[] =>
        expected === found ? [] : [{ check, accountId, subject, expected, found }];
      const lots = [...state.lots.values()].flatMap(({ id, leavesQty, leavesCost }) => {
        const row = state.stored.get(id);
        const found = triple(row?.lotLeavesQty ?? null, row?.lotLeavesCost ?? null);
        return compare('lot is not what sells left of it', id, triple(leavesQty, leavesCost), found);
      });
      const position = triple(heldQty, heldCost, heldPnl);
      return [
        ...lots,
        ...compare(
          'position is not what its executions make',
          symbol,
          triple(state.qty, state.cost, state.pnl),
          position,
        ),
      ];
    },
  };
};

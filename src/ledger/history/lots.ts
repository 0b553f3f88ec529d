import type { Sight } from '../../database/viewers.ts';
import { RefusedError } from '../../errors.ts';
import { limits } from '../../limits.ts';
import type { ValuedPosition } from '../valuation.ts';
import { createPastLots, type OpenLot } from './past-lots.ts';
import type { HistoryStore } from './store.ts';

const { lotsShown, pastLotsPage, pastLotsFills } = limits.ledger;

/** Later than every execution of its instant. */
const LAST = 2n ** 63n - 1n;

const nameOf = ({ accountId, symbol }: { accountId: string; symbol: string }): string => `${accountId} ${symbol}`;

const beginWalk = (position: ValuedPosition, at: Date) => {
  const { accountId, symbol, qty } = position;
  return { position, accountId, symbol, before: { at, sequence: LAST }, seen: 0, found: createPastLots(qty) };
};

/** The oldest open lots of positions that their reader may see, of each at the instant that it is of. */
export const createLotsOf = ({ history }: { history: Pick<HistoryStore, 'openLots' | 'fillsBefore'> }) => {
  const lotsNow = async (sight: Sight, positions: readonly ValuedPosition[]) => {
    if (positions.length === 0) return new Map<string, OpenLot[]>();
    return Map.groupBy(await history.openLots(sight, positions), nameOf);
  };

  /** Page by page along the executions, all positions together, until each has what it held. */
  const lotsThen = async (sight: Sight, walks: readonly ReturnType<typeof beginWalk>[]): Promise<void> => {
    const open = walks.filter(({ found }) => !found.isComplete());
    if (open.length === 0) return;
    const pages = Map.groupBy(await history.fillsBefore(sight, open, pastLotsPage), ({ walk }) => walk);
    for (const [index, walk] of open.entries()) {
      const rows = pages.get(index) ?? [];
      for (const row of rows) walk.found.older(row);
      const last = rows.at(-1);
      walk.seen += rows.length;
      if (walk.found.isComplete()) continue;
      if (last === undefined) throw new Error('a past position is more than its executions bought');
      walk.before = { at: last.createdAt, sequence: last.sequence };
      if (walk.seen >= pastLotsFills) {
        const { symbol } = walk;
        const message = `The lots of ${symbol} at that instant lie behind more than ${pastLotsFills} of its fills; ask for the position without them.`;
        throw new RefusedError('BAD_USER_INPUT', message);
      }
    }
    await lotsThen(sight, open);
  };

  return async (
    sight: Sight,
    positions: readonly ValuedPosition[],
  ): Promise<(position: ValuedPosition) => OpenLot[]> => {
    const walks = positions.flatMap((position) =>
      position.asOf === undefined ? [] : [beginWalk(position, position.asOf)],
    );
    const [now] = await Promise.all([
      lotsNow(
        sight,
        positions.filter(({ asOf }) => asOf === undefined),
      ),
      lotsThen(sight, walks),
    ]);
    const then = new Map(walks.map(({ position, found }) => [position, found.oldestFirst().slice(0, lotsShown)]));
    return (position) =>
      then.get(position) ?? (position.asOf === undefined ? now.get(nameOf(position)) : undefined) ?? [];
  };
};

import { describe, expect, it } from 'vitest';
import { createReplay, type ReplayRow } from '../../src/ledger/books/replay.ts';

/* A position that is built again from its executions, without asking what the tables say it is. */

type Triple = readonly [bigint, bigint, bigint];
type Lot = readonly [sequence: bigint, leavesQty: bigint, leavesCost: bigint];

const row = (
  [id, side, kind]: readonly [string, ReplayRow['side'], ReplayRow['kind']],
  [qty, value]: readonly [bigint, bigint],
  [positionQty, positionCost, positionPnl]: Triple,
  { lot, bustsId = null }: { lot?: Lot; bustsId?: string | null } = {},
): ReplayRow => ({
  ...{ id, accountId: 'a', symbol: 'AAPL', side, kind, bustsId, qty, value, positionQty, positionCost, positionPnl },
  ...{ lotSequence: lot?.[0] ?? null, lotLeavesQty: lot?.[1] ?? null, lotLeavesCost: lot?.[2] ?? null },
  ...{ heldQty: null, heldCost: null, heldPnl: null },
});

/** What is found when the tables say that the position is this now. */
const play = (rows: readonly ReplayRow[], [heldQty, heldCost, heldPnl]: readonly (bigint | null)[] = end) => {
  const replay = createReplay();
  const found = rows.flatMap((one) => replay.next({ ...one, heldQty, heldCost, heldPnl } as ReplayRow));
  return [...found, ...replay.end()].map((one) => [one.check, one.subject, one.expected, one.found]);
};

const end: Triple = [5n, 150n, 350n];
/** Ten for 100, ten for 300, fifteen sold for 600. */
const sold = (): ReplayRow[] => [
  row(['old', 'BUY', 'TRADE'], [10n, 100n], [10n, 100n, 0n], { lot: [1n, 0n, 0n] }),
  row(['young', 'BUY', 'TRADE'], [10n, 300n], [20n, 400n, 0n], { lot: [2n, 5n, 150n] }),
  row(['sell', 'SELL', 'TRADE'], [15n, 600n], end),
];
const changed = (rows: ReplayRow[], at: number, more: Partial<ReplayRow>): ReplayRow[] =>
  rows.map((one, index) => (index === at ? { ...one, ...more } : one));

describe('a position built again', () => {
  it('of nothing is right', () => {
    expect(play([])).toEqual([]);
  });

  it('is what its executions make, the oldest lots sold first', () => {
    expect(play(sold())).toEqual([]);
  });

  it('is as before when the sell is busted: the youngest units that were sold come back first', () => {
    const all = [20n, 400n, 0n] as const;
    const old = changed(sold(), 0, { lotLeavesQty: 10n, lotLeavesCost: 100n });
    const rows = changed(old, 1, { lotLeavesQty: 10n, lotLeavesCost: 300n });
    expect(play([...rows, row(['bust', 'SELL', 'BUST'], [15n, 600n], all)], all)).toEqual([]);
    // Four of fifteen come back, all of them to the younger lot.
    const part = [9n, 270n, 450n] as const;
    const some = changed(sold(), 1, { lotLeavesQty: 9n, lotLeavesCost: 270n });
    expect(play([...some, row(['bust', 'SELL', 'BUST'], [4n, 20n], part)], part)).toEqual([]);
  });

  it('has the sells of a busted buy from the next lot', () => {
    const [old, young] = changed(sold(), 1, { lotLeavesQty: 0n, lotLeavesCost: 0n });
    const sell = row(['sell', 'SELL', 'TRADE'], [10n, 400n], [10n, 300n, 300n]);
    const none = [0n, 0n, 100n] as const;
    const bust = row(['bust', 'BUY', 'BUST'], [10n, 100n], none, { bustsId: 'old' });
    expect(play([old!, young!, sell, bust], none)).toEqual([]);
  });
});

describe('a difference is named', () => {
  const after = 'execution does not say the position after it';

  it.each([
    [{ positionQty: 21n }, '21 400 0'],
    [{ positionCost: 401n }, '20 401 0'],
    [{ positionPnl: 1n }, '20 400 1'],
  ])('where an execution says another position after it: %o', (more, found) => {
    expect(play(changed(sold(), 1, more))).toEqual([[after, 'young', '20 400 0', found]]);
  });

  it('where a lot has more or less left, or is gone', () => {
    const check = 'lot is not what sells left of it';
    const lot = (more: Partial<ReplayRow>) => play(changed(sold(), 1, more));
    expect(lot({ lotLeavesQty: 6n })).toEqual([[check, 'young', '5 150', '6 150']]);
    expect(lot({ lotLeavesCost: 149n })).toEqual([[check, 'young', '5 150', '5 149']]);
    expect(lot({ lotLeavesQty: null, lotLeavesCost: null })).toEqual([[check, 'young', '5 150', 'none none']]);
  });

  it('where the position is another, or is gone', () => {
    const check = 'position is not what its executions make';
    const position = (...triple: (bigint | null)[]) => play(sold(), triple);
    expect(position(4n, 150n, 350n)).toEqual([[check, 'AAPL', '5 150 350', '4 150 350']]);
    expect(position(5n, 151n, 350n)).toEqual([[check, 'AAPL', '5 150 350', '5 151 350']]);
    expect(position(5n, 150n, 0n)).toEqual([[check, 'AAPL', '5 150 350', '5 150 0']]);
    expect(position(null, null, null)).toEqual([[check, 'AAPL', '5 150 350', 'none none none']]);
  });

  it('once, where an execution cannot follow those before it: nothing behind it can be judged', () => {
    const check = 'execution cannot follow those before it';
    const tooMuch = changed(sold(), 2, { qty: 21n });
    expect(play([...tooMuch, tooMuch[2]!])).toEqual([
      ...[[check, 'sell', 'possible', 'more units left than the lots hold']],
    ]);
    const nothing = row(['bust', 'BUY', 'BUST'], [1n, 1n], [0n, 0n, 0n], { bustsId: 'never' });
    expect(play([nothing])).toEqual([[check, 'bust', 'possible', 'a bust names a buy that is not there']]);
  });
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LotRow } from '../../src/lane/rows.ts';
import { costOf, giveBack, takeFrom, withdrawLot } from '../../src/ledger/lots.ts';

const lot = (id: number, leavesQty: bigint, leavesCost: bigint): LotRow => ({
  id: String(id),
  sequence: BigInt(id),
  accountId: 'account',
  symbol: 'AAPL',
  qty: leavesQty,
  cost: leavesCost,
  leavesQty,
  leavesCost,
  busted: false,
  openedAt: new Date(0),
});

test('the oldest lot goes first, and a part of a lot takes its share of the cost rounded down', () => {
  const lots = [lot(1, 3n, 10n), lot(2, 5n, 100n)];
  expect(takeFrom(lots, 1n)).toMatchObject([{ qty: 1n, cost: 3n }]);
  expect(takeFrom(lots, 3n)).toMatchObject([
    { lot: { id: '1' }, qty: 2n, cost: 7n },
    { lot: { id: '2' }, qty: 1n, cost: 20n },
  ]);
  expect(lots).toMatchObject([
    { leavesQty: 0n, leavesCost: 0n },
    { leavesQty: 4n, leavesCost: 80n },
  ]);
});

test('nothing is taken that is not there', () => {
  expect(() => takeFrom([lot(1, 3n, 10n)], 4n)).toThrow('more units left than the lots hold');
});

test('what comes back goes to the youngest units that were taken, at what they cost', () => {
  const lots = [lot(1, 3n, 30n), lot(2, 5n, 100n)];
  takeFrom(lots, 6n);
  expect(giveBack(lots.toReversed(), 4n)).toMatchObject([
    { lot: { id: '2' }, qty: 3n, cost: 60n },
    { lot: { id: '1' }, qty: 1n, cost: 10n },
  ]);
  expect(() => giveBack(lots.toReversed(), 3n)).toThrow('more units come back than the lots lack');
});

test('a lot that is withdrawn leaves what sells had of it to the next oldest', () => {
  const lots = [lot(1, 3n, 30n), lot(2, 5n, 100n), lot(3, 5n, 50n)];
  takeFrom(lots, 1n);
  expect(withdrawLot(lots[0]!, lots, 3n)).toMatchObject([
    { lot: { id: '1' }, qty: 2n, cost: 20n },
    { lot: { id: '2' }, qty: 1n, cost: 20n },
  ]);
  expect(lots[0]).toMatchObject({ busted: true, leavesQty: 0n });
});

test('a lot of which sells had everything leaves it all to the next oldest', () => {
  const lots = [lot(1, 3n, 30n), lot(2, 5n, 100n)];
  takeFrom(lots, 3n);
  expect(withdrawLot(lots[0]!, lots, 3n)).toMatchObject([{ lot: { id: '2' }, qty: 3n, cost: 60n }]);
  expect(lots[0]).toMatchObject({ busted: true, leavesQty: 0n });
});

test('lots that nothing is taken from, or given to, are left out', () => {
  const lots = [lot(1, 3n, 30n), lot(2, 5n, 100n)];
  takeFrom(lots, 8n);
  expect(giveBack(lots, 3n)).toHaveLength(1);
  expect(takeFrom(lots.slice(0, 1), 3n)).toHaveLength(1);
});

const amount = fc.bigInt({ min: 1n, max: 10n ** 18n });

test('however lots are sold, what they cost is neither lost nor made', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(amount, amount), { minLength: 1 }), fc.array(amount), (held, sells) => {
      const lots = held.map(([qty, cost], at) => lot(at, qty, cost));
      const paid = costOf(held.map(([, cost]) => ({ cost })));
      const left = (): bigint => lots.reduce((sum, { leavesQty }) => sum + leavesQty, 0n);
      let taken = 0n;
      for (const wanted of [...sells, left()]) {
        const qty = wanted < left() ? wanted : left();
        const parts = takeFrom(
          lots.filter(({ leavesQty }) => leavesQty > 0n),
          qty,
        );
        expect(parts.reduce((sum, part) => sum + part.qty, 0n)).toBe(qty);
        taken += costOf(parts);
        expect(taken + lots.reduce((sum, { leavesCost }) => sum + leavesCost, 0n)).toBe(paid);
        expect(lots.every(({ leavesCost }) => leavesCost >= 0n)).toBe(true);
      }
      expect(taken).toBe(paid);
    }),
  );
});

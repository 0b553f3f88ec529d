import { expect, test } from 'vitest';
import { byAge, consumedOf, openOf } from '../../src/lane/lots.ts';
import type { LotRow } from '../../src/lane/rows.ts';

const lot = (id: string, sequence: bigint | null, leavesQty = 1n, busted = false) =>
  ({ id, sequence, qty: 2n, leavesQty, busted }) as LotRow;
const ids = (lots: LotRow[]): string[] => lots.map(({ id }) => id);

test('lots are in the order in which they were numbered, and new ones behind them in the order in which they came', () => {
  const lots = [lot('new 1', null), lot('9', 9n), lot('new 2', null), lot('2', 2n), lot('10', 10n)];
  expect(ids(openOf(lots))).toEqual(['2', '9', '10', 'new 1', 'new 2']);
  expect(ids(consumedOf(lots))).toEqual(['new 2', 'new 1', '10', '9', '2']);
  expect([byAge(lot('', 1n), lot('', 1n)), byAge(lot('', null), lot('', null))]).toEqual([0, 0]);
  expect([byAge(lot('', null), lot('', 1n)), byAge(lot('', 1n), lot('', null))]).toEqual([1, -1]);
  expect([byAge(lot('', 2n), lot('', 1n)), byAge(lot('', 1n), lot('', 2n))]).toEqual([1, -1]);
});

test('sells take from what has units left; what they took from has fewer than it had, unless it was taken back itself', () => {
  const lots = [lot('whole', 1n, 2n), lot('part', 2n, 1n), lot('empty', 3n, 0n), lot('busted', 4n, 0n, true)];
  expect(ids(openOf(lots))).toEqual(['whole', 'part']);
  expect(ids(consumedOf(lots))).toEqual(['empty', 'part']);
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLadder, type Queued } from '../../../src/venues/paper/ladder.ts';

interface Item extends Queued<Item> {
  price: bigint;
}

describe('a ladder', () => {
  it('keeps thousands of levels in order, each with its queue and its sum, whatever comes and goes', () => {
    const side = fc.constantFrom<'BUY' | 'SELL'>('BUY', 'SELL');
    // Fill it past many runs, thin it out again, in an order that fast-check draws.
    const moves = fc.array(fc.record({ price: fc.bigInt(1n, 2_000n), leaves: fc.nat(9), at: fc.nat() }), {
      minLength: 600,
      maxLength: 1_500,
      size: 'max',
    });
    fc.assert(
      fc.property(side, moves, (which, list) => {
        const ladder = createLadder<Item>(which);
        const queued: Item[] = [];
        const leave = (at: number): void => {
          const [item] = queued.splice(at, 1) as [Item];
          if (at % 2 === 0) ladder.remove(item);
          else ladder.reduce(item, item.leavesQty);
        };
        const check = (): void => {
          const prices = [...new Set(queued.map(({ price }) => price))].sort((a, b) =>
            Number(which === 'BUY' ? b - a : a - b),
          );
          for (const [rank, price] of prices.entries()) {
            const level = ladder.level(rank)!;
            const expected = queued.filter((item) => item.price === price);
            const found: Item[] = [];
            for (let item = level.first; item !== undefined; item = item.next) found.push(item);
            expect([level.price, level.qty, found.length]).toEqual([
              price,
              expected.reduce((sum, { leavesQty }) => sum + leavesQty, 0n),
              expected.length,
            ]);
            expect(found.every((item, place) => item === expected[place])).toBe(true);
            expect(level.last).toBe(expected.at(-1));
          }
          expect(ladder.level(prices.length)).toBeUndefined();
        };
        for (const { price, leaves, at } of list) {
          const level = ladder.levelAt(price);
          const item: Item = { price, leavesQty: 5n, level, previous: undefined, next: undefined };
          ladder.append(item);
          queued.push(item);
          if (leaves < 3) leave(at % queued.length);
        }
        check();
        for (const { at } of list) if (queued.length > 20) leave(at % queued.length);
        check();
      }),
      { numRuns: 20 },
    );
  });
});

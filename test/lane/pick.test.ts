import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pickBatch, sizeOf, type Waits } from '../../src/lane/pick.ts';

interface Item extends Waits {
  id: number;
}
const command = (id: number, accounts: string[], size?: number): Item => ({
  id,
  command: { needs: { accounts }, ...(size !== undefined && { size }) },
});
const ids = (items: readonly Item[]): number[] => items.map(({ id }) => id);
const accountsOf = ({ command }: Item): string[] => command?.needs.accounts ?? [];

test('a command whose account is in other hands stays, and what came after it on its accounts stays behind it', () => {
  const queue = [command(1, ['a', 'b']), command(2, ['b']), command(3, ['c']), command(4, ['a']), command(5, ['d'])];
  const { batch, rest } = pickBatch(queue, ['a'], 10);
  expect(ids(batch)).toEqual([3, 5]);
  expect(ids(rest)).toEqual([1, 2, 4]);
});

test('work that must run alone lets nothing pass', () => {
  const queue: Item[] = [command(1, ['a']), { id: 2 }, command(3, ['b'])];
  expect(ids(pickBatch(queue, [], 10).batch)).toEqual([1]);
  expect(ids(pickBatch(queue, ['a'], 10).batch)).toEqual([]);
});

test('a batch is as large as it may be, and one command that is larger is a batch of its own', () => {
  const queue = [command(1, ['a'], 4), command(2, ['b'], 4), command(3, ['c'], 4), command(4, ['d'], 50)];
  const first = pickBatch(queue, [], 10);
  expect([ids(first.batch), first.size]).toEqual([[1, 2], 8]);
  expect(ids(pickBatch(queue.slice(3), [], 10).batch)).toEqual([4]);
});

test('whatever is picked, every account keeps the order of its commands and nothing is lost', () => {
  const account = fc.constantFrom('a', 'b', 'c', 'd', 'e');
  const item = fc.oneof(
    { weight: 9, arbitrary: fc.record({ accounts: fc.uniqueArray(account, { maxLength: 3 }), size: fc.nat(5) }) },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );
  fc.assert(
    fc.property(fc.array(item, { maxLength: 30 }), fc.subarray(['a', 'b', 'c']), (drawn, taken) => {
      const queue = drawn.map((one, id): Item => (one === undefined ? { id } : command(id, one.accounts, one.size)));
      const { batch, size, rest } = pickBatch(queue, taken, 12);
      expect(ids([...batch, ...rest]).sort((a, b) => a - b)).toEqual(ids(queue));
      expect(size).toBe(batch.reduce((sum, one) => sum + sizeOf(one), 0));
      for (const one of batch) {
        expect(accountsOf(one).some((name) => taken.includes(name))).toBe(false);
        const passed = rest.filter(({ id }) => id < one.id);
        expect(passed.every(({ command }) => command !== undefined)).toBe(true);
        expect(passed.flatMap(accountsOf).some((name) => accountsOf(one).includes(name))).toBe(false);
      }
    }),
    { numRuns: 500 },
  );
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sift } from '../../src/lane/sift.ts';

const parts = fc.integer({ min: 1, max: 40 }).map((count) => Array.from({ length: count }, (_, at) => at));
const pairs = fc.array(fc.tuple(fc.nat(39), fc.nat(39)), { maxLength: 6 });

test('each part is taken that goes with those taken before it, whatever fails alone or only with another', async () => {
  await fc.assert(
    fc.asyncProperty(parts, pairs, async (all, conflicts) => {
      const failsWith = (some: readonly number[]) => conflicts.find(([a, b]) => some.includes(a) && some.includes(b));
      const taken: number[] = [];
      for (const next of all) if (!failsWith([...taken, next])) taken.push(next);
      fc.pre(taken.length < all.length);
      let trials = 0;
      const { good, bad } = await sift(all, async (some) => {
        trials += 1;
        const error = failsWith(some);
        return error && { error };
      });
      expect(good).toEqual(taken);
      expect(bad.map(({ part }) => part)).toEqual(all.filter((part) => !taken.includes(part)));
      for (const { part, error } of bad) expect(error).toContain(part);
      expect(trials).toBeLessThanOrEqual(2 * all.length);
    }),
  );
});

test('one bad part among a hundred takes few tries', async () => {
  for (let bad = 0; bad < 100; bad += 1) {
    let trials = 0;
    const all = Array.from({ length: 100 }, (_, at) => at);
    const sifted = await sift(all, async (some) => {
      trials += 1;
      return some.includes(bad) ? { error: 'bad' } : undefined;
    });
    expect(sifted).toEqual({ good: all.filter((part) => part !== bad), bad: [{ part: bad, error: 'bad' }] });
    expect(trials).toBeLessThanOrEqual(14);
  }
});

test('what cannot be tried ends it', async () => {
  const gone = new Error('gone');
  await expect(sift([1, 2], () => Promise.reject(gone))).rejects.toBe(gone);
});

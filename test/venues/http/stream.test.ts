import fc from 'fast-check';
import { expect, test } from 'vitest';
import { following } from '../../../src/venues/http/stream.ts';

const groups = (...seqs: number[]) => seqs.map((seq) => ({ seq, reports: [] }));
const seqsAfter = (cursor: number, ...seqs: number[]): number[] =>
  following(cursor, groups(...seqs)).map(({ seq }) => seq);

test('what was had is dropped, and what is behind a gap is left for later', () => {
  expect(seqsAfter(3, 2, 3, 4, 5, 7)).toEqual([4, 5]);
  expect(seqsAfter(3, 5, 6)).toEqual([]);
  expect(seqsAfter(3)).toEqual([]);
  expect(seqsAfter(0, 2, 1, 2, 3, 1)).toEqual([1, 2, 3]);
});

test('pages with gaps, repeats and in any order give every group once and in order, however they are cut', () => {
  const page = fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 20 });
  fc.assert(
    fc.property(fc.array(page, { maxLength: 30 }), (pages) => {
      const seen: number[] = [];
      for (const seqs of pages) seen.push(...seqsAfter(seen.length, ...seqs));
      expect(seen).toEqual(seen.map((_, at) => at + 1));
    }),
  );
});

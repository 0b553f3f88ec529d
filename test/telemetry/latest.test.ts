import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createLatest } from '../../src/telemetry/latest.ts';

it('has no figures before the first value', () => {
  expect(createLatest(3).figures()).toBeUndefined();
});

it('tells the percentiles of a hundred values', () => {
  const latest = createLatest(1_000);
  for (let value = 100; value >= 1; value -= 1) latest.add(value);
  expect(latest.figures()).toEqual({ samples: 100, average: 50.5, min: 1, max: 100, p50: 50, p95: 95, p99: 99 });
});

it('forgets the oldest, and each figure is one of the values that were kept', () => {
  const values = fc.array(fc.nat({ max: 1_000 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 20 }), (added, most) => {
      const latest = createLatest(most);
      for (const value of added) latest.add(value);
      const kept = added.slice(-most);
      const { samples, min, max, p50, p95, p99 } = latest.figures()!;
      expect([samples, min, max]).toEqual([kept.length, Math.min(...kept), Math.max(...kept)]);
      for (const [share, figure] of [
        [0.5, p50],
        [0.95, p95],
        [0.99, p99],
      ] as const) {
        expect(kept).toContain(figure);
        // At least this share is not above it, and what is below it is less than this share.
        expect(kept.filter((value) => value <= figure).length).toBeGreaterThanOrEqual(share * kept.length);
        expect(kept.filter((value) => value < figure).length).toBeLessThan(share * kept.length);
      }
    }),
  );
});

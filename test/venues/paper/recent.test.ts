import { expect, it } from 'vitest';
import { createRecent } from '../../../src/venues/paper/recent.ts';

it('remembers at least the last ids it was told, and never more than twice as many', () => {
  const recent = createRecent(100);
  for (let last = 0; last < 1_000; last += 1) {
    recent.add(`${last}`);
    const known = Array.from({ length: last + 1 }, (_, at) => recent.has(`${at}`));
    expect(known.slice(-100).every(Boolean)).toBe(true);
    expect(known.filter(Boolean).length).toBeLessThanOrEqual(200);
  }
});

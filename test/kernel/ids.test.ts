import { describe, expect, it } from 'vitest';
import { createIds, isUuid } from '../../src/kernel/ids.ts';

const at = (millis: number) => ({ now: () => new Date(millis) });

describe('ids', () => {
  it('are UUIDs of version 7 that begin with the time', () => {
    const id = createIds(at(Date.UTC(2026, 0, 1))).next();
    expect(isUuid(id)).toBe(true);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(Number.parseInt(id.replace('-', '').slice(0, 12), 16)).toBe(Date.UTC(2026, 0, 1));
  });

  it('of one process strictly increase, within a millisecond and when the clock steps back', () => {
    let millis = 1_000_000;
    const ids = createIds({ now: () => new Date(millis) });
    const made = Array.from({ length: 10_000 }, (_, i) => {
      if (i % 1_000 === 999) millis -= 5;
      return ids.next();
    });
    expect(made).toEqual([...made].sort());
    expect(new Set(made).size).toBe(made.length);
  });

  it('end in noise that does not repeat, also across many draws of the pool', () => {
    const ids = createIds(at(0));
    const noise = Array.from({ length: 5_000 }, () => ids.next().slice(-12));
    expect(new Set(noise).size).toBe(noise.length);
  });

  it('are the same again for the same clock and the same noise', () => {
    const seeded = () => createIds(at(7), (bytes) => bytes.fill(9));
    expect(seeded().next()).toBe(seeded().next());
  });
});

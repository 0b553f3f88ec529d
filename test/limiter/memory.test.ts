import { describe, expect, it } from 'vitest';
import { bucketRule, MINUTE_ms, windowRule } from '../../src/limiter/rule.ts';
import { createMemoryStore } from '../../src/limiter/stores/memory.ts';
import { createSlots } from '../../src/limiter/stores/slots.ts';

const now_us = 1_760_000_000_000_000;
const bucket = bucketRule('bucket', 10, MINUTE_ms);
const window = windowRule('window', 10, MINUTE_ms);
const ROW = 16;

describe('the store of this process', () => {
  it.each([bucket, window])('counts each key and each $kind by itself', (rule) => {
    const store = createMemoryStore(100);
    const other = { ...rule, name: 'other' };
    expect(store.take({ rule, key: 'a', cost: 4, now_us })).toMatchObject({ allowed: true, remaining: 6 });
    expect(store.take({ rule, key: 'a', cost: 4, now_us })).toMatchObject({ allowed: true, remaining: 2 });
    expect(store.take({ rule, key: 'a', cost: 4, now_us })).toMatchObject({ allowed: false, remaining: 2 });
    expect(store.take({ rule, key: 'b', cost: 4, now_us })).toMatchObject({ allowed: true, remaining: 6 });
    expect(store.take({ rule: other, key: 'a', cost: 4, now_us })).toMatchObject({ allowed: true, remaining: 6 });
  });

  it('carries a window over into the next, and forgets it after that', () => {
    const store = createMemoryStore(100);
    const begin_us = Math.ceil(now_us / 60_000_000) * 60_000_000;
    const remaining = (after_ms: number, cost = 0): number =>
      store.take({ rule: window, key: 'a', cost, now_us: begin_us + after_ms * 1_000 }).remaining;
    expect([remaining(0, 8), remaining(60_000), remaining(90_000), remaining(120_000)]).toEqual([2, 2, 6, 10]);
  });
});

describe('the places of the keys', () => {
  it('are as many as there are keys, and as many spare ones, in rows', () => {
    expect([1, 8, 9, 100, 1_000].map((keys) => createSlots(keys, false).until.length)).toEqual([
      16, 16, 32, 256, 2_048,
    ]);
    const [with_, without] = [createSlots(100, true), createSlots(100, false)];
    expect([with_.current.length, with_.previous.length]).toEqual([256, 256]);
    expect([without.current.length, without.previous.length]).toEqual([0, 0]);
  });

  it('stay with their keys, and differ for another key or another name', () => {
    const slots = createSlots(8, false);
    const used = (name: string, key: string): number => {
      const place = slots.placeOf(name, key);
      slots.until[place] = 1;
      return place;
    };
    const place = used('name', 'a');
    expect(used('name', 'a')).toBe(place);
    expect(new Set([place, used('name', 'b'), used('other', 'a'), used('other', 'b')]).size).toBe(4);
    expect(used('name', 'a')).toBe(place);
  });

  it('lie elsewhere in another process, so that nobody can look for those that share a row', () => {
    const places = new Set(Array.from({ length: 20 }, () => createSlots(10_000, false).placeOf('name', 'a')));
    expect(places.size).toBeGreaterThan(10);
  });

  it('go to a new key, emptied, when they are the first that would be forgotten', () => {
    const slots = createSlots(8, true);
    // One row in all: sixteen keys fill it.
    const places = Array.from({ length: ROW }, (_, at) => {
      const place = slots.placeOf('name', `key ${at}`);
      slots.until[place] = at === 5 ? 50 : 100 + at;
      slots.current[place] = 7;
      slots.previous[place] = 8;
      return place;
    });
    expect([...places].sort((one, other) => one - other)).toEqual(Array.from({ length: ROW }, (_, at) => at));
    const taken = slots.placeOf('name', 'one more');
    expect(taken).toBe(places[5]);
    expect([slots.until[taken], slots.current[taken], slots.previous[taken]]).toEqual([0, 0, 0]);
    for (const [at, place] of places.entries()) if (at !== 5) expect(slots.placeOf('name', `key ${at}`)).toBe(place);
  });

  it('of other rows are not touched by a row that is full', () => {
    const slots = createSlots(16, false);
    expect(slots.until).toHaveLength(2 * ROW);
    slots.until.fill(1);
    const places = Array.from({ length: 200 }, (_, at) => {
      const place = slots.placeOf('name', `key ${at}`);
      slots.until[place] = 1_000 + at;
      return place;
    });
    expect(Math.max(...places)).toBeLessThan(2 * ROW);
    // Both rows were filled to the last place, and none beyond.
    expect(new Set(places).size).toBe(2 * ROW);
  });
});

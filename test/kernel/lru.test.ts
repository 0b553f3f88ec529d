import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLru } from '../../src/kernel/lru.ts';

const command = fc.record({
  kind: fc.constantFrom('get', 'set', 'delete'),
  key: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
  value: fc.integer(),
});

test('a bounded map keeps what was used last, whatever is done to it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4 }), fc.array(command, { maxLength: 60 }), (capacity, commands) => {
      const lru = createLru<number>(capacity);
      // The plainest model: pairs, the coldest first.
      let model: [string, number][] = [];
      for (const { kind, key, value } of commands) {
        const known = model.find(([name]) => name === key);
        if (kind === 'get') {
          expect(lru.get(key)).toBe(known?.[1]);
          if (known) model = [...model.filter((pair) => pair !== known), known];
        } else {
          model = model.filter((pair) => pair !== known);
          if (kind === 'delete') lru.delete(key);
          else {
            lru.set(key, value);
            model = [...model, [key, value] as [string, number]].slice(-capacity);
          }
        }
        expect([...lru.entries()]).toEqual(model);
        expect(lru.size).toBe(model.length);
      }
    }),
  );
});

import { limits } from '../limits.ts';

/** What a value from JSON has too much of. Looks no further than the bounds go, so no value is too much for it. */
export const excessOf = (value: unknown): string | undefined => {
  const { jsonValues, jsonNesting, listItems } = limits.http;
  let values = 0;
  const look = (inner: unknown, level: number): string | undefined => {
    values += 1;
    if (values > jsonValues) return `The request has more than ${jsonValues} values.`;
    if (typeof inner !== 'object' || inner === null) return undefined;
    if (level > jsonNesting) return `The request is nested deeper than ${jsonNesting} levels.`;
    const items = Array.isArray(inner) ? inner : Object.values(inner);
    if (items.length > listItems) return `A list or an object of the request has more than ${listItems} items.`;
    for (const item of items) {
      const excess = look(item, level + 1);
      if (excess !== undefined) return excess;
    }
    return undefined;
  };
  return look(value, 1);
};

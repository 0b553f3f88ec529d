/**
 * What an answer turned out to hold: one for each field of each object in it. The cost that was asked before counts the same
 * way, with every page full, so the difference is what was not used.
 */
export const countFields = (value: unknown): number => {
  if (Array.isArray(value)) {
    let sum = 0;
    for (const item of value) sum += countFields(item);
    return sum;
  }
  if (typeof value !== 'object' || value === null) return 0;
  let sum = 0;
  for (const name in value) sum += 1 + countFields((value as Record<string, unknown>)[name]);
  return sum;
};

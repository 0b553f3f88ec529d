export interface Recent {
  has(id: string): boolean;
  add(id: string): void;
}

/**
 * Remembers at least the last `count` ids and at most twice as many. Two generations instead of one queue: dropping the
 * oldest of a large `Set` one by one is slow, since its iterator walks over the holes that were left before.
 */
export const createRecent = (count: number): Recent => {
  let young = new Set<string>();
  let old = new Set<string>();
  return {
    has: (id) => young.has(id) || old.has(id),
    add: (id) => {
      if (young.size >= count) {
        old = young;
        young = new Set();
      }
      young.add(id);
    },
  };
};

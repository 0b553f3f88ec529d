/** A bounded map that forgets what was not asked for longest. */
export interface Lru<Value> {
  get(key: string): Value | undefined;
  set(key: string, value: Value): void;
  delete(key: string): void;
  entries(): IterableIterator<[string, Value]>;
  readonly size: number;
}

export const createLru = <Value>(capacity: number): Lru<Value> => {
  // A Map keeps insertion order: moving what is used to the end leaves the coldest at the front.
  const map = new Map<string, Value>();
  return {
    get: (key) => {
      const value = map.get(key);
      if (value !== undefined) {
        map.delete(key);
        map.set(key, value);
      }
      return value;
    },
    set: (key, value) => {
      map.delete(key);
      map.set(key, value);
      if (map.size > capacity) {
        const coldest = map.keys().next();
        if (!coldest.done) map.delete(coldest.value);
      }
    },
    delete: (key) => {
      map.delete(key);
    },
    entries: () => map.entries(),
    get size() {
      return map.size;
    },
  };
};

export interface DocumentCache<Value> {
  get(source: string): Value | undefined;
  set(source: string, value: Value): void;
}

/**
 * Remembers what became of a document's source. Bounded by characters and not by entries, because what a client may
 * send as one document differs a thousandfold; the coldest goes first.
 */
export const createDocumentCache = <Value>(
  characters: number,
  sizeOf: (value: Value, source: string) => number = (_value, source) => source.length,
): DocumentCache<Value> => {
  const entries = new Map<string, Value>();
  let used = 0;
  const forget = (source: string): void => {
    const value = entries.get(source);
    if (value !== undefined && entries.delete(source)) used -= sizeOf(value, source);
  };
  return {
    get: (source) => {
      const value = entries.get(source);
      if (value !== undefined) {
        entries.delete(source);
        entries.set(source, value);
      }
      return value;
    },
    set: (source, value) => {
      forget(source);
      entries.set(source, value);
      used += sizeOf(value, source);
      for (const coldest of entries.keys()) {
        if (used <= characters) break;
        forget(coldest);
      }
    },
  };
};

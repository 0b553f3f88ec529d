import { createLru } from '../kernel/lru.ts';

export interface StaleRules {
  /** Answers kept; the one that was asked for longest ago makes room. */
  entries: number;
  /** An older answer is none. */
  age_ms: number;
}

/** An answer, and whether it is an old one because there is no new one. */
export interface Read<Value> {
  value: Value;
  stale: boolean;
  /** How old the answer is; 0 when it is new. */
  age_ms: number;
}

/** The last good answers of reads. */
export const createStale = ({ entries, age_ms }: StaleRules) => {
  const kept = createLru<{ value: unknown; at_ms: number }>(entries);
  return {
    keep: <Value>(key: string, value: Value, at_ms: number): Read<Value> => {
      kept.set(key, { value, at_ms });
      return { value, stale: false, age_ms: 0 };
    },
    find: <Value>(key: string, at_ms: number): Read<Value> | undefined => {
      const known = kept.get(key);
      if (known === undefined || at_ms - known.at_ms > age_ms) return undefined;
      return { value: known.value as Value, stale: true, age_ms: at_ms - known.at_ms };
    },
  };
};

/** Figures of a number of values, in their unit. */
export interface Figures {
  samples: number;
  average: number;
  min: number;
  max: number;
  p50: number;
  p95: number;
  p99: number;
}

/** The last so many values of one thing, in a ring: for percentiles, which the buckets of a histogram only bracket. */
export const createLatest = (most: number) => {
  const values = new Float64Array(most);
  let count = 0;
  return {
    add: (value: number): void => {
      values[count % most] = value;
      count += 1;
    },
    /** Undefined while there is no value. */
    figures: (): Figures | undefined => {
      const samples = Math.min(count, most);
      if (samples === 0) return undefined;
      const sorted = values.slice(0, samples).sort();
      /** The smallest value that is not less than this share of them. */
      const rank = (share: number): number => sorted[Math.ceil(share * samples) - 1] as number;
      const average = sorted.reduce((sum, value) => sum + value, 0) / samples;
      return {
        samples,
        average,
        min: rank(1 / samples),
        max: rank(1),
        p50: rank(0.5),
        p95: rank(0.95),
        p99: rank(0.99),
      };
    },
  };
};

export type Latest = ReturnType<typeof createLatest>;

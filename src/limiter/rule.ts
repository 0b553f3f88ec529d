/** All times of the limiter are whole microseconds or milliseconds, so that every store reckons with the same integers. */

/** A token bucket: `limit` at once, and refilled evenly over the period. For what comes in bursts and costs little. */
export interface BucketRule {
  kind: 'bucket';
  name: string;
  limit: number;
  period_ms: number;
  /** What one token takes to come back. */
  interval_us: number;
  /** What an empty bucket takes to be full. */
  capacity_us: number;
}

/** A sliding window: at most `limit` within any period. For what is tried a few times, where a burst is the attack. */
export interface WindowRule {
  kind: 'window';
  name: string;
  limit: number;
  period_ms: number;
}

export type Rule = BucketRule | WindowRule;

export const MINUTE_ms = 60_000;
export const HOUR_ms = 3_600_000;

export const bucketRule = (name: string, limit: number, period_ms: number): BucketRule => {
  // Rounded up: a limit that does not divide its period is kept a little too strictly, never too loosely.
  const interval_us = Math.ceil((period_ms * 1_000) / limit);
  return { kind: 'bucket', name, limit, period_ms, interval_us, capacity_us: limit * interval_us };
};

export const windowRule = (name: string, limit: number, period_ms: number): WindowRule => ({
  kind: 'window',
  name,
  limit,
  period_ms,
});

export interface Verdict {
  allowed: boolean;
  /** What can still be taken at once. */
  remaining: number;
  /** Until the same would be allowed; 0 when it was. */
  retryAfter_us: number;
  /** Until nothing of what was taken counts any more. */
  resetAfter_us: number;
}

/** A negative cost gives back; it is never refused. */
export interface Take {
  rule: Rule;
  key: string;
  cost: number;
  now_us: number;
}

export interface LimiterStore {
  take(take: Take): Verdict | Promise<Verdict>;
}

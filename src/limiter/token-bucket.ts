import type { BucketRule, Verdict } from './rule.ts';

/**
 * The generic cell rate algorithm: a bucket is one number, the instant at which it will be full again. 0 is a bucket that
 * nobody has used. A writer whose clock runs ahead can empty a bucket, not lock it for longer than an empty one.
 */
const fullAt = (rule: BucketRule, stored_us: number, now_us: number): number =>
  Math.min(Math.max(stored_us, now_us), now_us + rule.capacity_us);

export const bucketAllows = (rule: BucketRule, stored_us: number, cost: number, now_us: number): boolean =>
  cost <= 0 || fullAt(rule, stored_us, now_us) + cost * rule.interval_us - now_us <= rule.capacity_us;

export const bucketAfter = (rule: BucketRule, stored_us: number, cost: number, now_us: number): number => {
  const full_us = fullAt(rule, stored_us, now_us);
  return bucketAllows(rule, stored_us, cost, now_us) ? Math.max(now_us, full_us + cost * rule.interval_us) : full_us;
};

/** What the caller is told, from what was stored by the take. */
export const bucketVerdict = (
  rule: BucketRule,
  stored_us: number,
  allowed: boolean,
  cost: number,
  now_us: number,
): Verdict => {
  const missing_us = stored_us - now_us;
  return {
    allowed,
    remaining: Math.floor((rule.capacity_us - missing_us) / rule.interval_us),
    retryAfter_us: allowed ? 0 : missing_us + cost * rule.interval_us - rule.capacity_us,
    resetAfter_us: missing_us,
  };
};

import type { Clock } from '../kernel/clock.ts';
import { seconds } from '../limiter/refusal.ts';
import type { Exchange, RateLimitNote } from './answer.ts';

/** The names that a page of another origin may read. */
export const rateLimitHeaderNames = [
  'RateLimit',
  'RateLimit-Policy',
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-RateLimit-Reset',
  'X-RateLimit-Window',
  'X-TokenBucket-Remaining',
];

/**
 * draft-ietf-httpapi-ratelimit-headers-11, and the older names: there `Reset` is a Unix time, as at GitHub, while `t`
 * counts seconds from now.
 */
const rateLimitHeaders = (
  { policy, limit, window_s, remaining, resetAfter_s }: RateLimitNote,
  now: Date,
): Record<string, string> => ({
  'RateLimit-Policy': `"${policy}";q=${limit};w=${window_s}`,
  RateLimit: `"${policy}";r=${remaining};t=${resetAfter_s}`,
  'X-RateLimit-Limit': `${limit}`,
  'X-RateLimit-Remaining': `${remaining}`,
  'X-RateLimit-Reset': `${Math.ceil(now.getTime() / 1_000) + resetAfter_s}`,
});

const noteOf = (meter: Exchange['meter']): RateLimitNote | undefined =>
  meter?.latest && {
    policy: meter.rule.name,
    limit: meter.rule.limit,
    window_s: meter.rule.period_ms / 1_000,
    remaining: meter.latest.remaining,
    resetAfter_s: seconds(meter.latest.resetAfter_us),
  };

/** What the answer tells of the limit that the request was counted against, or of the budget that refused it. */
export const limitHeadersOf = ({ meter, overBudget, limitHeaders }: Exchange, clock: Clock): Record<string, string> => {
  const told = overBudget ?? noteOf(meter);
  return told === undefined ? {} : { ...rateLimitHeaders(told, clock.now()), ...limitHeaders?.(told) };
};

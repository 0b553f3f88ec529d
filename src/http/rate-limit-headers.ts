import type { RateLimitNote } from './answer.ts';

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
export const rateLimitHeaders = (
  { policy, limit, window_s, remaining, resetAfter_s }: RateLimitNote,
  now: Date,
): Record<string, string> => ({
  'RateLimit-Policy': `"${policy}";q=${limit};w=${window_s}`,
  RateLimit: `"${policy}";r=${remaining};t=${resetAfter_s}`,
  'X-RateLimit-Limit': `${limit}`,
  'X-RateLimit-Remaining': `${remaining}`,
  'X-RateLimit-Reset': `${Math.ceil(now.getTime() / 1_000) + resetAfter_s}`,
});

import { RefusedError } from '../errors.ts';
import type { Rule, Verdict } from './rule.ts';

/** Whole seconds, and never too few. */
export const seconds = (time_us: number): number => Math.ceil(time_us / 1_000_000);

const nounOf = (period_ms: number): string =>
  ({ 60000: 'a minute', 3600000: 'an hour', 86400000: 'a day' })[period_ms] ?? `in ${period_ms / 1_000} s`;

/** The answer to whoever is over a limit. */
export const overLimit = (
  { name, limit, period_ms }: Omit<Rule, 'kind'>,
  verdict: Omit<Verdict, 'allowed'>,
): RefusedError => {
  const retryAfter_s = Math.max(1, seconds(verdict.retryAfter_us));
  const message = `Too many: the limit "${name}" is ${limit} ${nounOf(period_ms)}. Try again in ${retryAfter_s} s.`;
  return new RefusedError('RATE_LIMITED', message, retryAfter_s, {
    policy: name,
    limit,
    remaining: verdict.remaining,
    window: period_ms / 1_000,
    resetAfter: seconds(verdict.resetAfter_us),
  });
};

import type { Config } from '../config.ts';
import { limits } from '../limits.ts';
import type { GuardRules } from './guard.ts';

/** What a dependency may do otherwise than the others. */
export type Special = Partial<Pick<GuardRules, 'breaker' | 'call_ms' | 'concurrent' | 'queue'>>;

/** The rules of every dependency: what operators have set, and the bounds of this server. */
export const guardRules = (breaker: Config['breaker'], special: Special = {}): GuardRules => ({
  breaker: {
    failures: breaker.failureThreshold,
    openFor_ms: breaker.openFor_s * 1_000,
    window: limits.guard.window,
    probes: limits.guard.probes,
  },
  call_ms: limits.guard.call_ms,
  slow_ms: limits.guard.slow_ms,
  concurrent: limits.guard.concurrent,
  queue: limits.guard.queue,
  retry: limits.guard.retry,
  stale: limits.guard.stale,
  ...special,
});

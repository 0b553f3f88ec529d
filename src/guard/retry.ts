import { setTimeout as sleep } from 'node:timers/promises';
import { ExponentialBackoff, fullJitterGenerator, type IBackoff } from 'cockatiel';
import { CallerGone } from './failure.ts';

export interface RetryRules {
  /** Of one call, the first one included. */
  attempts: number;
  base_ms: number;
  cap_ms: number;
  /** Retries that may be made at once after a quiet time. */
  budget: number;
  /** What every first attempt adds to the budget: so retries are at most this share of the calls in the long run. */
  share: number;
}

/** Retries of a whole dependency share one budget: when everything fails, repeating everything would be a second attack. */
export const createRetryBudget = ({ budget, share }: Pick<RetryRules, 'budget' | 'share'>) => {
  let left = budget;
  return {
    earn: (): void => {
      left = Math.min(budget, left + share);
    },
    spend: (): boolean => {
      if (left < 1) return false;
      left -= 1;
      return true;
    },
  };
};

/** The pauses before the second attempt, the third, …: anything from nothing to a bound that doubles each time. */
export const createPauses = ({ base_ms, cap_ms }: Pick<RetryRules, 'base_ms' | 'cap_ms'>) => {
  const first = new ExponentialBackoff({ initialDelay: base_ms, maxDelay: cap_ms, generator: fullJitterGenerator });
  return (): (() => number) => {
    let backoff: IBackoff<unknown> | undefined;
    return () => {
      backoff = backoff?.next(undefined) ?? first.next();
      return backoff.duration;
    };
  };
};

/** Waits, unless the caller goes away meanwhile. */
export const pause = async (ms: number, caller: AbortSignal | undefined): Promise<void> => {
  try {
    await sleep(ms, undefined, { ref: false, ...(caller && { signal: caller }) });
  } catch {
    throw new CallerGone();
  }
};

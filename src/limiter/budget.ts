import { RefusedError } from '../errors.ts';
import type { Clock } from '../kernel/clock.ts';
import { overLimit } from './refusal.ts';
import type { Rule, Take, Verdict } from './rule.ts';
import { StoreDownError } from './stores/fail-fast.ts';

/** How often something may be done, counted where it is done: however many requests, documents or processes ask for it. */
export interface Budget {
  /** Before the thing is done. Throws RATE_LIMITED, or DEPENDENCY_UNAVAILABLE where nobody can count. */
  spend(key: string, cost?: number): Promise<void>;
  /** For what turned out not to count. Resolves when it is there again, or the store is away. */
  giveBack(key: string, cost?: number): Promise<void>;
}

const SECOND_ms = 1_000;

export const cannotCount = (): RefusedError =>
  new RefusedError('DEPENDENCY_UNAVAILABLE', 'This cannot be counted at the moment; try again shortly.', 1, {
    dependency: 'limits',
  });

export const createBudget = ({
  rule,
  take,
  clock,
  refused,
  missed,
}: {
  rule: Rule;
  take(take: Take): Verdict | Promise<Verdict>;
  clock: Clock;
  refused(budget: string): void;
  missed(budget: string): void;
}): Budget => {
  const now_us = (): number => clock.now().getTime() * SECOND_ms;
  return {
    spend: async (key, cost = 1) => {
      let verdict: Verdict;
      try {
        verdict = await take({ rule, key, cost, now_us: now_us() });
      } catch (error) {
        if (!(error instanceof StoreDownError)) throw error;
        missed(rule.name);
        throw cannotCount();
      }
      if (verdict.allowed) return;
      refused(rule.name);
      throw overLimit(rule, verdict);
    },
    giveBack: async (key, cost = 1) => {
      // Lost when the store is away: the budget is then a little smaller until it has filled up again.
      await Promise.resolve(take({ rule, key, cost: -cost, now_us: now_us() })).catch(() => {});
    },
  };
};

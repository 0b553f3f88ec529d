import type { Config } from '../config.ts';
import type { Role } from '../identity/viewer/permissions.ts';
import type { Viewer } from '../identity/viewer/viewer.ts';
import type { Clock } from '../kernel/clock.ts';
import { createLru } from '../kernel/lru.ts';
import { limits } from '../limits.ts';
import { type BucketRule, bucketRule, type LimiterStore, MINUTE_ms, type Verdict } from './rule.ts';

/** What one request has to do with its limit. */
export interface Meter {
  rule: BucketRule;
  /** The last answer; undefined until something was taken. */
  latest: Verdict | undefined;
  /** More than the bucket holds is asked as all that it holds, so that every operation can run some time. */
  take(cost: number): Verdict | Promise<Verdict>;
  giveBack(cost: number): void;
  /** The refusal that the next take would be, where that is known without asking. */
  spent(): Verdict | undefined;
}

export interface RequestLimits {
  ofAddress(address: string): Meter;
  ofViewer(viewer: Pick<Viewer, 'id' | 'roles'>): Meter;
}

export const setLimit = (setting: number): number => (setting === 0 ? limits.limiter.none : setting);

/** The per-request limits: of an address, counted in requests, and of a viewer, counted in cost. */
export const createRequestLimits = ({
  config,
  store,
  clock,
  refused = () => {},
}: {
  config: Config['rateLimit'];
  store: LimiterStore;
  clock: Clock;
  refused?: (budget: string) => void;
}): RequestLimits => {
  const addressRule = bucketRule('address', setLimit(config.addressPerMinute), MINUTE_ms);
  const viewerLimit = setLimit(config.viewerPerMinute);
  const tierRules = new Map<number, BucketRule>(
    Object.values(limits.limiter.tiers).map((factor) => {
      const limit = Math.min(viewerLimit * factor, limits.limiter.none);
      return [factor, bucketRule('viewer', limit, MINUTE_ms)];
    }),
  );
  const ruleOf = (roles: readonly Role[]): BucketRule =>
    tierRules.get(Math.max(1, ...roles.map((role) => limits.limiter.tiers[role]))) as BucketRule;
  /** Buckets that were found empty, and until when they stay so: a flood is refused without asking the store. */
  const empty = createLru<number>(limits.limiter.spentKeys);
  const now_us = (): number => clock.now().getTime() * 1_000;

  const createMeter = (rule: BucketRule, key: string): Meter => {
    const note = (verdict: Verdict): Verdict => {
      meter.latest = verdict;
      if (verdict.remaining < 1) empty.set(rule.name + key, now_us() + rule.interval_us);
      if (!verdict.allowed) refused(rule.name);
      return verdict;
    };
    const meter: Meter = {
      rule,
      latest: undefined,
      take: (cost) => {
        const answer = store.take({ rule, key, cost: Math.min(cost, rule.limit), now_us: now_us() });
        return answer instanceof Promise ? answer.then(note) : note(answer);
      },
      giveBack: (cost) => {
        const answer = store.take({ rule, key, cost: -cost, now_us: now_us() });
        if (!(answer instanceof Promise)) meter.latest = answer;
        else if (meter.latest !== undefined) {
          // Nobody waits for what is given back; this is what the store will say, but for what others take meanwhile.
          const { remaining, resetAfter_us } = meter.latest;
          const resetAfter = Math.max(0, resetAfter_us - cost * rule.interval_us);
          const left = Math.min(rule.limit, remaining + cost);
          meter.latest = { ...meter.latest, remaining: left, resetAfter_us: resetAfter };
        }
        empty.delete(rule.name + key);
      },
      spent: () => {
        const rest_us = (empty.get(rule.name + key) ?? 0) - now_us();
        if (rest_us <= 0 || rest_us > rule.interval_us) return undefined;
        refused(rule.name);
        meter.latest = { allowed: false, remaining: 0, retryAfter_us: rest_us, resetAfter_us: rule.capacity_us };
        return meter.latest;
      },
    };
    return meter;
  };

  return {
    ofAddress: (address) => createMeter(addressRule, address),
    ofViewer: ({ id, roles }) => createMeter(ruleOf(roles), id),
  };
};

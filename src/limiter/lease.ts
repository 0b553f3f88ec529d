import { createLru } from '../kernel/lru.ts';
import { limits } from '../limits.ts';
import type { Rule, Take, Verdict } from './rule.ts';

interface Lease {
  left: number;
  until_us: number;
  /** While more is being taken; never rejects. */
  filling: Promise<unknown> | undefined;
}

/** A twentieth of the budget at a time: all processes together never spend more, and little lies idle in one of them. */
const chunkOf = ({ limit }: Rule): number => Math.max(1, Math.floor(limit / 20));

const allowed: Verdict = { allowed: true, remaining: 0, retryAfter_us: 0, resetAfter_us: 0 };

/**
 * Takes from the shared store in chunks and spends them here, so that a hot path asks it once for many commands. What a
 * process does not spend within the lease's time goes back.
 */
export const createLeased = (take: (take: Take) => Promise<Verdict>): ((take: Take) => Verdict | Promise<Verdict>) => {
  const leases = createLru<Lease>(limits.limiter.leases);

  const validLease = ({ rule, key, now_us }: Take): Lease => {
    const known = leases.get(key);
    if (known !== undefined && (now_us < known.until_us || known.filling !== undefined)) return known;
    if (known !== undefined && known.left > 0) take({ rule, key, cost: -known.left, now_us }).catch(() => {});
    const lease = { left: 0, until_us: now_us + limits.limiter.lease_ms * 1_000, filling: undefined };
    leases.set(key, lease);
    return lease;
  };

  /** Takes a chunk, or what is needed when a chunk is not to be had. What is left is set aside until that is known. */
  const fill = async (asked: Take, lease: Lease): Promise<Verdict> => {
    const aside = lease.left;
    lease.left = 0;
    const needed = asked.cost - aside;
    const chunk = Math.max(needed, chunkOf(asked.rule));
    try {
      const first = await take({ ...asked, cost: chunk });
      if (first.allowed) {
        lease.left += chunk - needed;
        return first;
      }
      const second = chunk === needed ? first : await take({ ...asked, cost: needed });
      if (!second.allowed) lease.left += aside;
      return second;
    } catch (error) {
      lease.left += aside;
      throw error;
    }
  };

  const spend = (asked: Take, lease: Lease): Verdict | undefined => {
    if (asked.cost > lease.left) return undefined;
    lease.left -= asked.cost;
    return allowed;
  };

  /** One filling at a time: many at once would each hold a chunk, and the last find nothing while most lies idle here. */
  const wait = async (asked: Take, lease: Lease): Promise<Verdict> => {
    while (lease.filling !== undefined) {
      await lease.filling;
      const verdict = spend(asked, lease);
      if (verdict !== undefined) return verdict;
    }
    const filled = fill(asked, lease);
    lease.filling = filled.then(
      () => {},
      () => {},
    );
    try {
      return await filled;
    } finally {
      lease.filling = undefined;
    }
  };

  return (asked) => {
    const lease = validLease(asked);
    return spend(asked, lease) ?? wait(asked, lease);
  };
};

import { limits } from '../limits.ts';
import type { LedgerStore } from './store.ts';

/**
 * Which accounts a user has. That never changes once an account is open, so it is remembered; whether the account may
 * still be used is asked under its lock by whoever changes it.
 */
export const createAccountFinder = (store: Pick<LedgerStore, 'accountsOfUser'>) => {
  const known = new Map<string, string[]>();
  const idsOf = async (userId: string): Promise<string[]> => {
    const remembered = known.get(userId);
    if (remembered !== undefined) return remembered;
    const ids = (await store.accountsOfUser(userId)).map(({ id }) => id);
    if (known.size >= limits.session.viewerCacheEntries) known.delete(known.keys().next().value ?? '');
    if (ids.length > 0) known.set(userId, ids);
    return ids;
  };
  return {
    idsOf,
    /** The account that a command means: the one it names if it is the user's own, else the user's only one. */
    find: async (userId: string, accountId?: string | null): Promise<string | undefined> => {
      const ids = await idsOf(userId);
      if (accountId == null) return ids.length === 1 ? ids[0] : undefined;
      return ids.find((id) => id === accountId.toLowerCase());
    },
  };
};

export type AccountFinder = ReturnType<typeof createAccountFinder>;

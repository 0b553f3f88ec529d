import { failure } from '../errors.ts';
import { endSessions } from '../identity/sessions/session-store.ts';
import { isLastAdmin } from '../identity/users/store.ts';
import type { User } from '../identity/users/user.ts';
import type { Actor } from '../identity/viewer/viewer.ts';
import { checkReason } from '../kernel/reason.ts';
import { ok, type Result, refused } from '../kernel/result.ts';
import { limits } from '../limits.ts';
import { type AdminNeeds, changeUser } from './change-user.ts';
import { saveStatus } from './store.ts';

/** Keeps a user out until reinstated: sign-in is refused and every session ends. */
export const createSuspendUser =
  (needs: AdminNeeds) =>
  async (by: Actor, { userId, reason }: { userId: string; reason: string }): Promise<Result<User>> => {
    const problem = checkReason(reason, 'reason', limits.text.reason);
    if (problem !== undefined) return refused(problem);
    const change = { by, action: 'suspendUser', permission: 'users:suspend', userId, details: { reason } } as const;
    return changeUser(needs, change, async ({ tx, now }, user) => {
      if (await isLastAdmin(tx, user)) {
        return refused(failure('LAST_ADMIN', 'Give another user the role ADMIN first.', 'userId'));
      }
      await endSessions(tx, { userId }, { now, reason: 'SUSPENDED' });
      return ok(await saveStatus(tx, user, { status: 'SUSPENDED', now }));
    });
  };

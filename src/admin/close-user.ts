import { closeLogin } from '../identity/users/close-login.ts';
import { toUser, type User } from '../identity/users/user.ts';
import type { Actor } from '../identity/viewer/viewer.ts';
import { checkReason } from '../kernel/reason.ts';
import { ok, type Result, refused } from '../kernel/result.ts';
import { limits } from '../limits.ts';
import { type AdminNeeds, changeUser } from './change-user.ts';

/** Closes somebody else's login for good, as its owner could: names and profile go, the books stay. */
export const createCloseUser =
  (needs: AdminNeeds) =>
  async (
    by: Actor,
    { userId, reason }: { userId: string; reason?: string | null | undefined },
  ): Promise<Result<User>> => {
    const problem = reason == null ? undefined : checkReason(reason, 'reason', limits.text.reason);
    if (problem !== undefined) return refused(problem);
    const details = reason == null ? {} : { reason };
    const change = { by, action: 'closeUser', permission: 'users:manage', userId, details } as const;
    return changeUser(needs, change, async (step, user) => {
      const closed = await closeLogin(step, user);
      return closed.ok ? ok(toUser(closed.value)) : closed;
    });
  };

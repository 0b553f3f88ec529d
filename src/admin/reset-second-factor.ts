import { failure } from '../errors.ts';
import { removeSecondFactor } from '../identity/second-factor/second-factor-store.ts';
import { endSessions } from '../identity/sessions/session-store.ts';
import { toUser, type User } from '../identity/users/user.ts';
import type { Actor } from '../identity/viewer/viewer.ts';
import { checkReason } from '../kernel/reason.ts';
import { ok, type Result, refused } from '../kernel/result.ts';
import { limits } from '../limits.ts';
import { type AdminNeeds, changeUser } from './change-user.ts';

/** For a second factor that was lost with its recovery codes: the next sign-in wants the password alone. */
export const createResetSecondFactor =
  (needs: AdminNeeds) =>
  async (by: Actor, { userId, reason }: { userId: string; reason: string }): Promise<Result<User>> => {
    const problem = checkReason(reason, 'reason', limits.text.reason);
    if (problem !== undefined) return refused(problem);
    const change = {
      by,
      action: 'resetSecondFactor',
      permission: 'users:manage',
      userId,
      details: { reason },
    } as const;
    return changeUser(needs, change, async ({ tx, now }, user) => {
      // Or a stolen session would be worth as much as the second factor itself.
      if (user.id === by.userId)
        return refused(failure('INVALID_INPUT', 'Remove your own with removeSecondFactor.', 'userId'));
      if (!(await removeSecondFactor(tx, user.id)))
        return refused(failure('NO_SECOND_FACTOR', 'The user has none.', 'userId'));
      await endSessions(tx, { userId: user.id }, { now, reason: 'SECOND_FACTOR' });
      return ok(toUser(user));
    });
  };

import { failure } from '../errors.ts';
import { endSessions } from '../identity/session-store.ts';
import { isLastAdmin } from '../identity/store.ts';
import type { User } from '../identity/user.ts';
import type { Actor } from '../identity/viewer.ts';
import { ok, type Result, refused } from '../kernel/result.ts';
import { limits } from '../limits.ts';
import { type AdminNeeds, changeUser } from './change-user.ts';
import { saveStatus } from './store.ts';

const isReason = (text: string): boolean =>
  text.trim() !== '' && text.length <= limits.text.reason && !/[\p{Cc}\p{Cs}]/u.test(text);

/** Keeps a user out until reinstated: sign-in is refused and every session ends. */
export const createSuspendUser =
  (needs: AdminNeeds) =>
  async (by: Actor, { userId, reason }: { userId: string; reason: string }): Promise<Result<User>> => {
    if (!isReason(reason)) {
      const message = `A reason has 1 to ${limits.text.reason} characters on one line.`;
      return refused(failure('INVALID_INPUT', message, 'reason'));
    }
    const change = { by, action: 'suspendUser', permission: 'users:suspend', userId, details: { reason } } as const;
    return changeUser(needs, change, async ({ tx, now }, user) => {
      if (await isLastAdmin(tx, user)) {
        return refused(failure('LAST_ADMIN', 'Give another user the role ADMIN first.', 'userId'));
      }
      await endSessions(tx, { userId }, { now, reason: 'SUSPENDED' });
      return ok(await saveStatus(tx, user, { status: 'SUSPENDED', now }));
    });
  };

import type { MailSettings } from '../config/mail.ts';
import { failure } from '../errors.ts';
import { sendsNoMail } from '../identity/password/request-password-reset.ts';
import { toUser, type User } from '../identity/users/user.ts';
import type { Actor } from '../identity/viewer/viewer.ts';
import type { Ids } from '../kernel/ids.ts';
import { checkReason } from '../kernel/reason.ts';
import { ok, type Result, refused } from '../kernel/result.ts';
import { limits } from '../limits.ts';
import { queueMail } from '../mail/store.ts';
import { type AdminNeeds, changeUser } from './change-user.ts';

/** Starts what a user would who has forgotten the password. The link goes to the user's own address; nobody here learns it. */
export const createSendPasswordReset =
  (needs: AdminNeeds, { ids, way }: { ids: Ids; way: MailSettings['way'] }) =>
  async (by: Actor, { userId, reason }: { userId: string; reason: string }): Promise<Result<User>> => {
    const problem = checkReason(reason, 'reason', limits.text.reason);
    if (problem !== undefined) return refused(problem);
    if (way === 'NONE') return sendsNoMail();
    const change = {
      by,
      action: 'sendPasswordReset',
      permission: 'users:manage',
      userId,
      details: { reason },
    } as const;
    return changeUser(needs, change, async ({ tx, now }, user) => {
      if (user.status !== 'ACTIVE') {
        return refused(
          failure('USER_SUSPENDED', 'Reinstate the user first: until then the link is good for nothing.', 'userId'),
        );
      }
      const mail = { id: ids.next(), requestId: by.requestId, createdAt: now };
      await queueMail(tx, { ...mail, kind: 'PASSWORD_RESET', userId: user.id });
      return ok(toUser(user));
    });
  };

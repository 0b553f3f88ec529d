import type { Command } from '../../audit/command.ts';
import type { MailSettings } from '../../config/mail.ts';
import { failure } from '../../errors.ts';
import type { Ids } from '../../kernel/ids.ts';
import { ok, type Result, refused } from '../../kernel/result.ts';
import type { Budgets } from '../../limiter/limiter.ts';
import { queueMail, refuseFullQueue } from '../../mail/store.ts';
import { shortened } from '../sessions/sign-in-limits.ts';
import { checkEmail, nameKey } from '../users/names.ts';
import type { Visitor } from '../viewer/viewer.ts';

export interface RequestPasswordResetNeeds {
  command: Command;
  ids: Ids;
  budgets: Budgets['passwordReset'];
  way: MailSettings['way'];
}

/** The same for everybody, on a server that sends no mail. */
export const sendsNoMail = () => refused(failure('NOT_SUPPORTED', 'This server sends no mail; ask whoever runs it.'));

/**
 * Writes down that somebody has forgotten the password of an address. Whether anybody has that address is looked at when the mail
 * is sent: so the answer, and the work for it, are the same whoever is asked for.
 */
export const createRequestPasswordReset =
  ({ command, ids, budgets, way }: RequestPasswordResetNeeds) =>
  async ({ address, ...by }: Visitor, input: { email: string }): Promise<Result<object>> => {
    const email = input.email.trim();
    const unfit = checkEmail(email);
    if (unfit !== undefined) return refused(unfit);
    if (way === 'NONE') return sendsNoMail();
    const emailKey = nameKey(email);
    // The address first: one that is over its own budget must not use up those of the boxes that it fills.
    await budgets.address.spend(address);
    const box = shortened(emailKey);
    await budgets.email.spend(box);
    let queued = false;
    try {
      return await command<object>({ by, action: 'requestPasswordReset', target: null }, async ({ tx, now }) => {
        await refuseFullQueue(tx);
        const mail = { id: ids.next(), kind: 'PASSWORD_RESET', requestId: by.requestId, createdAt: now } as const;
        queued = await queueMail(tx, { ...mail, emailKey });
        return ok({});
      });
    } finally {
      // What brings no further mail must not use up what a later wish for one needs.
      if (!queued) await budgets.email.giveBack(box);
    }
  };

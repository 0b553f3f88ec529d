import type { Command } from '../../audit/command.ts';
import type { Database } from '../../database/database.ts';
import { failure } from '../../errors.ts';
import { ok, refused } from '../../kernel/result.ts';
import { limits } from '../../limits.ts';
import { type Letter, noticeLetter, resetLetter, resetLink } from '../../mail/letter.ts';
import type { TakenMail } from '../../mail/store.ts';
import { findUser, lockUser } from '../users/store.ts';
import { saveReset } from './reset-store.ts';
import { bindingOf, hashResetToken, newResetToken } from './reset-token.ts';

const MINUTE_ms = 60_000;

export interface ComposeMailNeeds {
  database: Database;
  command: Command;
  /** The page that the link leads to. */
  resetUrl: string | undefined;
}

/**
 * Writes a mail when it is about to be sent. So the token of a reset exists in this process and in the mail only: what waits in
 * the database is the wish, and afterwards the token's hash. A second attempt has a new token, and the first is good for nothing.
 */
export const createComposeMail =
  ({ database, command, resetUrl = 'resetPassword' }: ComposeMailNeeds) =>
  async (mail: TakenMail): Promise<Letter | undefined> => {
    if (mail.kind !== 'PASSWORD_RESET')
      return mail.recipient === null ? undefined : noticeLetter(mail.recipient, mail.kind, mail.createdAt);
    const { userId, emailKey, requestId } = mail;
    const found = await findUser(database, userId === null ? { emailKey: emailKey ?? '' } : { id: userId });
    if (found?.status !== 'ACTIVE') return undefined;
    const token = newResetToken();
    const line = { by: { userId: null, requestId }, action: 'issuePasswordReset', target: found.id };
    const issued = await command<Letter>(line, async ({ tx, now }) => {
      const user = await lockUser(tx, found.id);
      if (user?.status !== 'ACTIVE' || user.email !== found.email)
        return refused(failure('NOT_FOUND', 'The user has left or moved meanwhile.'));
      const { lifetime_ms } = limits.passwordReset;
      await saveReset(tx, {
        userId: user.id,
        tokenHash: hashResetToken(token)!,
        boundTo: bindingOf(user),
        expiresAt: new Date(now.getTime() + lifetime_ms),
      });
      // To the address that the user has, not to what somebody typed that is compared as the same.
      return ok(resetLetter(user.email, resetLink(resetUrl, token), lifetime_ms / MINUTE_ms));
    });
    return issued.ok ? issued.value : undefined;
  };

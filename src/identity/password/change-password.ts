import type { Command } from '../../audit/command.ts';
import type { Config } from '../../config.ts';
import type { Database } from '../../database/database.ts';
import { failure } from '../../errors.ts';
import { ok, type Result, refused } from '../../kernel/result.ts';
import { endSessions } from '../sessions/session-store.ts';
import type { Sessions, SignedIn } from '../sessions/sessions.ts';
import { findUser, setPasswordHash } from '../users/store.ts';
import type { TellUser } from '../users/tell-user.ts';
import { lockActiveViewer } from '../viewer/lock-active-viewer.ts';
import type { Actor, Viewer } from '../viewer/viewer.ts';
import type { Viewers } from '../viewer/viewers.ts';
import type { CheckBreached } from './breached.ts';
import type { Passwords } from './password.ts';
import type { PasswordAttempts } from './password-attempts.ts';
import { checkPassword } from './password-rules.ts';

export interface ChangePasswordInput {
  currentPassword: string;
  newPassword: string;
}

export interface ChangePasswordNeeds {
  database: Database;
  command: Command;
  passwords: Passwords;
  passwordBounds: Config['password'];
  checkBreached: CheckBreached;
  sessions: Sessions;
  viewers: Viewers;
  tellUser: TellUser;
  attempts: PasswordAttempts;
}

/** Ends every session of the user and opens a new one, worth no more than this one was: whoever else knew the old password is out. */
export const createChangePassword =
  (needs: ChangePasswordNeeds) =>
  async (by: Actor, viewer: Viewer, input: ChangePasswordInput): Promise<Result<SignedIn>> => {
    const { database, command, passwords, passwordBounds, checkBreached, attempts } = needs;
    const names = [viewer.username, viewer.email];
    const weak = checkPassword(input.newPassword, { bounds: passwordBounds, names, field: 'newPassword' });
    if (weak !== undefined) return refused(weak);
    const found = await findUser(database, { id: viewer.id });
    const attempt = await attempts(viewer);
    await attempt.guess();
    const right = await passwords.verify(found?.passwordHash, input.currentPassword, true);
    if (right) attempt.wasRight();
    // A wrong guess is not told anything about the new password.
    const seen = right ? await checkBreached(input.newPassword, 'newPassword') : undefined;
    if (seen !== undefined) return refused(seen);
    const passwordHash = right ? await passwords.hash(input.newPassword, true) : undefined;

    const result = await command<SignedIn>({ by, action: 'changePassword', target: viewer.id }, async (step) => {
      const { tx, now } = step;
      const { user, secondFactor } = await lockActiveViewer(step, viewer);
      if (passwordHash === undefined || user.passwordHash !== found?.passwordHash) {
        return refused(failure('INVALID_CREDENTIALS', 'The current password is wrong.', 'currentPassword'));
      }
      await setPasswordHash(tx, user.id, passwordHash, now);
      await endSessions(tx, { userId: user.id }, { now, reason: 'PASSWORD_CHANGED' });
      await needs.tellUser(step, user, 'PASSWORD_CHANGED');
      return ok(await needs.sessions.open(tx, user, { now, secondFactor }));
    });
    if (result.ok) needs.viewers.forgetUser(viewer.id);
    return result;
  };

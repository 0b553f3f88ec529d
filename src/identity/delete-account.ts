import type { Command } from '../audit/command.ts';
import type { Database } from '../database/database.ts';
import { failure } from '../errors.ts';
import { type Result, refused } from '../kernel/result.ts';
import type { Budget } from '../limiter/budget.ts';
import { closeLogin } from './close-login.ts';
import type { Passwords } from './password.ts';
import { findUser, lockActiveUser, lockAdministration } from './store.ts';
import type { Actor, Viewer } from './viewer.ts';
import type { Viewers } from './viewers.ts';

export interface DeleteAccountNeeds {
  database: Database;
  command: Command;
  passwords: Passwords;
  viewers: Viewers;
  /** The one of `changePassword`: both answer whether a password is right. */
  budget: Budget;
}

/** Closes the viewer's own login for good, after its password. */
export const createDeleteAccount =
  ({ database, command, passwords, viewers, budget }: DeleteAccountNeeds) =>
  async (by: Actor, viewer: Viewer, input: { password: string }): Promise<Result<object>> => {
    const found = await findUser(database, { id: viewer.id });
    await budget.spend(viewer.sessionId);
    const right = await passwords.verify(found?.passwordHash, input.password, true);

    const result = await command({ by, action: 'deleteAccount', target: viewer.id }, async ({ tx, now }) => {
      await lockAdministration(tx);
      const user = await lockActiveUser(tx, viewer.id);
      if (!right || user.passwordHash !== found?.passwordHash) {
        return refused(failure('INVALID_CREDENTIALS', 'The password is wrong.', 'password'));
      }
      return closeLogin({ tx, now }, user);
    });
    if (right) budget.giveBack(viewer.sessionId);
    if (result.ok) viewers.forgetUser(viewer.id);
    return result;
  };

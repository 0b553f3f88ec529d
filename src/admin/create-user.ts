import type { Command } from '../audit/command.ts';
import type { Config } from '../config.ts';
import type { CheckBreached } from '../identity/password/breached.ts';
import type { Passwords } from '../identity/password/password.ts';
import { checkNewUser, makeUser, type NewUserInput } from '../identity/users/new-user.ts';
import { againIfTaken } from '../identity/users/taken.ts';
import { toUser, type User } from '../identity/users/user.ts';
import { lockPermitted } from '../identity/viewer/lock-permitted.ts';
import type { Actor } from '../identity/viewer/viewer.ts';
import type { Ids } from '../kernel/ids.ts';
import { ok, type Result, refused } from '../kernel/result.ts';

export interface CreateUserNeeds {
  command: Command;
  ids: Ids;
  passwords: Passwords;
  passwordBounds: Config['password'];
  checkBreached: CheckBreached;
}

/** Makes a user as registration does, with the role USER, for somebody else: nobody is signed in. */
export const createCreateUser =
  ({ command, ids, passwords, passwordBounds, checkBreached }: CreateUserNeeds) =>
  async (by: Actor, given: NewUserInput): Promise<Result<User>> => {
    const input = { ...given, email: given.email.trim() };
    const failures = checkNewUser(input, passwordBounds);
    if (failures.length > 0) return refused(...failures);
    const seen = await checkBreached(input.password, 'password');
    if (seen !== undefined) return refused(seen);
    const passwordHash = await passwords.hash(input.password);
    return againIfTaken(() =>
      command<User>({ by, action: 'createUser', target: null }, async (step) => {
        await lockPermitted(step.tx, by.userId, 'users:manage');
        const made = await makeUser(ids, step, input, passwordHash);
        return made.ok ? ok(toUser(made.value)) : made;
      }),
    );
  };

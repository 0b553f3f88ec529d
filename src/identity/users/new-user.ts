import type { Step } from '../../audit/command.ts';
import type { Config } from '../../config.ts';
import type { Failure } from '../../errors.ts';
import type { Ids } from '../../kernel/ids.ts';
import { ok, type Result, refused } from '../../kernel/result.ts';
import { openAccount } from '../../ledger/open-account.ts';
import { checkProfile } from '../../profile/rules.ts';
import { checkPassword } from '../password/password-rules.ts';
import { Role } from '../viewer/permissions.ts';
import { checkEmail, checkUsername, nameKey } from './names.ts';
import { insertUser, type StoredUser } from './store.ts';
import { takenFailures } from './taken.ts';

export interface NewUserInput {
  username: string;
  email: string;
  password: string;
  displayName?: string | null | undefined;
}

/** Everything that is wrong with it at once, whoever makes the user. */
export const checkNewUser = (
  { username, email, password, displayName }: NewUserInput,
  bounds: Config['password'],
): Failure[] => {
  const rules = { bounds, names: [username, email], field: 'password' };
  return [
    checkUsername(username),
    checkEmail(email),
    checkPassword(password, rules),
    ...checkProfile({ displayName }),
  ].filter((found) => found !== undefined);
};

/** Makes a user with a profile and an account, where the names are free. The audit line gets the user as its target. */
export const makeUser = async (
  ids: Ids,
  { tx, now, line }: Step,
  { username, email, displayName = null }: NewUserInput,
  passwordHash: string,
): Promise<Result<StoredUser>> => {
  const taken = await takenFailures(tx, { username, email });
  if (taken.length > 0) return refused(...taken);
  const id = ids.next();
  const keys = { usernameKey: nameKey(username), emailKey: nameKey(email) };
  const user = { id, username, email, ...keys, passwordHash, roles: [Role.USER], createdAt: now };
  const stored = await insertUser(tx, user, displayName);
  await openAccount(tx, { id: ids.next(), userId: id, createdAt: now });
  line.target = id;
  return ok(stored);
};

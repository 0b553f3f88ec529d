import type { Command, Step } from '../audit/command.ts';
import type { Config } from '../config.ts';
import { type Failure, failure } from '../errors.ts';
import type { Ids } from '../kernel/ids.ts';
import { ok, type Result, refused } from '../kernel/result.ts';
import { openAccount } from '../ledger/open-account.ts';
import type { Budget } from '../limiter/budget.ts';
import { checkEmail, checkUsername, nameKey } from './names.ts';
import type { Passwords } from './password.ts';
import { checkPassword } from './password-rules.ts';
import { Role } from './permissions.ts';
import type { Sessions, SignedIn } from './sessions.ts';
import type { SignInLimits } from './sign-in-limits.ts';
import { insertUser, isUniqueViolation, takenNames } from './store.ts';
import type { Visitor } from './viewer.ts';

export interface RegisterInput {
  username: string;
  email: string;
  password: string;
}

export interface RegisterNeeds {
  command: Command;
  ids: Ids;
  passwords: Passwords;
  passwordBounds: Config['password'];
  sessions: Sessions;
  signIns: SignInLimits;
  /** Of addresses. Also a name that is taken counts, or it could be asked who has one. */
  budget: Budget;
}

const isFailure = (found: Failure | undefined): found is Failure => found !== undefined;

const takenFailures = (taken: { username: boolean; email: boolean }): Failure[] => [
  ...(taken.email ? [failure('EMAIL_TAKEN', 'Another user has this e-mail address.', 'email')] : []),
  ...(taken.username ? [failure('USERNAME_TAKEN', 'Another user has this username.', 'username')] : []),
];

/** Makes a user with profile, account and first session, all in one transaction. */
export const createRegister = (needs: RegisterNeeds) => {
  const { command, ids, passwords, passwordBounds, sessions, signIns, budget } = needs;
  const insert = async ({ tx, now, line }: Step, input: RegisterInput, passwordHash: string, address: string) => {
    const { username, email } = input;
    const keys = { usernameKey: nameKey(username), emailKey: nameKey(email) };
    const taken = takenFailures(await takenNames(tx, keys));
    if (taken.length > 0) return refused(...taken);
    const id = ids.next();
    const user = { id, username, email, ...keys, passwordHash, roles: [Role.USER], createdAt: now };
    const stored = await insertUser(tx, user);
    await openAccount(tx, { id: ids.next(), userId: id, createdAt: now });
    await signIns.remember(tx, id, address, now);
    line.by = { ...line.by, userId: id };
    line.target = id;
    return ok(await sessions.open(tx, stored, now));
  };

  return async ({ address, ...by }: Visitor, given: RegisterInput): Promise<Result<SignedIn>> => {
    const input = { ...given, email: given.email.trim() };
    const { username, email, password } = input;
    const rules = { bounds: passwordBounds, names: [username, email], field: 'password' };
    const failures = [checkUsername(username), checkEmail(email), checkPassword(password, rules)].filter(isFailure);
    if (failures.length > 0) return refused(...failures);
    await budget.spend(address);
    const passwordHash = await passwords.hash(password);
    const attempt = () =>
      command({ by, action: 'register', target: null }, (step) => insert(step, input, passwordHash, address));
    try {
      return await attempt();
    } catch (error) {
      // Somebody else took a name between our look and our insert; the second attempt sees whose it is.
      if (!isUniqueViolation(error)) throw error;
      return await attempt();
    }
  };
};

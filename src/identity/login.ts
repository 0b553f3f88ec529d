import type { Command } from '../audit/command.ts';
import type { Database } from '../database/database.ts';
import { failure } from '../errors.ts';
import { ok, type Result, refused } from '../kernel/result.ts';
import { limits } from '../limits.ts';
import { createGate } from './gate.ts';
import { checkEmail, checkUsername, nameKey } from './names.ts';
import type { Passwords } from './password.ts';
import type { Sessions, SignedIn } from './sessions.ts';
import type { SignInLimits } from './sign-in-limits.ts';
import { findUser, lockUser } from './store.ts';
import type { Visitor } from './viewer.ts';

export interface LoginInput {
  email?: string | null | undefined;
  username?: string | null | undefined;
  password: string;
}

type Lookup = Parameters<typeof findUser>[1];

/** `undefined` for a name that nobody can have, which is not asked of the database. */
const lookupOf = (name: string): Lookup | undefined => {
  const text = name.trim();
  if (text.includes('@')) return checkEmail(text) === undefined ? { emailKey: nameKey(text) } : undefined;
  return checkUsername(text) === undefined ? { usernameKey: nameKey(text) } : undefined;
};

const wrong = () => refused(failure('INVALID_CREDENTIALS', 'The sign-in name or the password is wrong.'));

export interface LoginNeeds {
  database: Database;
  command: Command;
  passwords: Passwords;
  sessions: Sessions;
  signIns: SignInLimits;
}

/**
 * Counted before the password is looked at. Unknown, suspended and closed users cost one password check like everybody else, so
 * time tells nothing.
 */
export const createLogin = ({ database, command, passwords, sessions, signIns }: LoginNeeds) => {
  // A crowd waits here: its look-ups all at once would take the processor from everybody else's requests.
  const inTurn = createGate(limits.signIn.lookUps);

  const admit = async (name: string, address: string) => {
    const lookup = lookupOf(name);
    const found = lookup === undefined ? null : await findUser(database, lookup);
    return { found, admitted: await signIns.admit({ userId: found?.id, name: nameKey(name), address }) };
  };

  return async ({ address, ...by }: Visitor, input: LoginInput): Promise<Result<SignedIn>> => {
    const names = [input.email, input.username].filter((name) => typeof name === 'string');
    const [name] = names;
    if (name === undefined || names.length > 1) {
      return refused(failure('INVALID_INPUT', 'Give either email or username.', 'email'));
    }
    const { found, admitted } = await inTurn(() => admit(name, address));
    const right = await passwords.verify(found?.passwordHash, input.password, admitted.known);
    const result = await command<SignedIn>(
      { by, action: 'login', target: found?.id ?? null },
      async ({ tx, now, line }) => {
        if (found === null || !right) return wrong();
        const user = await lockUser(tx, found.id);
        if (user?.passwordHash !== found.passwordHash) return wrong();
        line.by = { ...by, userId: user.id };
        if (user.status === 'SUSPENDED')
          return refused(failure('USER_SUSPENDED', 'An operator has suspended this user.'));
        await signIns.remember(tx, user.id, address, now);
        return ok(await sessions.open(tx, user, now));
      },
    );
    if (result.ok) admitted.succeeded();
    return result;
  };
};

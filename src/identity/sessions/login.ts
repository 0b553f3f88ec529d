import type { Command } from '../../audit/command.ts';
import type { Database } from '../../database/database.ts';
import { failure } from '../../errors.ts';
import { ok, type Result, refused } from '../../kernel/result.ts';
import { limits } from '../../limits.ts';
import { createGate } from '../password/gate.ts';
import type { Passwords } from '../password/password.ts';
import type { CheckSecondFactor } from '../second-factor/check-second-factor.ts';
import { checkEmail, checkUsername, nameKey } from '../users/names.ts';
import { findUser, lockUser } from '../users/store.ts';
import type { Visitor } from '../viewer/viewer.ts';
import type { Sessions, SignedIn } from './sessions.ts';
import type { SignInLimits } from './sign-in-limits.ts';

export interface LoginInput {
  email?: string | null | undefined;
  username?: string | null | undefined;
  password: string;
  code?: string | null | undefined;
}

type Lookup = Parameters<typeof findUser>[1];

/** `undefined` for a name that nobody can have, which is not asked of the database. */
const lookupOf = (name: string): Lookup | undefined => {
  if (name.includes('@')) return checkEmail(name) === undefined ? { emailKey: nameKey(name) } : undefined;
  return checkUsername(name) === undefined ? { usernameKey: nameKey(name) } : undefined;
};

/** The same whatever was wrong, so that it tells neither who exists nor who has a second factor. */
const wrong = () => refused(failure('INVALID_CREDENTIALS', 'The sign-in name, the password or the code is wrong.'));

export const codeMissing = () =>
  failure('SECOND_FACTOR_REQUIRED', 'Send a one-time code or a recovery code as well.', 'code');

export interface LoginNeeds {
  database: Database;
  command: Command;
  passwords: Passwords;
  sessions: Sessions;
  signIns: SignInLimits;
  checkSecondFactor: CheckSecondFactor;
}

/**
 * Counted before the password is looked at. Unknown, suspended and closed users cost one password check like everybody else, so
 * time tells nothing. Whether there is a second factor is looked at after the right password only, for the same reason.
 */
export const createLogin = ({ database, command, passwords, sessions, signIns, checkSecondFactor }: LoginNeeds) => {
  // A crowd waits here: its look-ups all at once would take the processor from everybody else's requests.
  const inTurn = createGate(limits.signIn.lookUps);

  const admit = async (given: string, address: string) => {
    // One form for both, or a blank before the name would be a budget of its own for the same user.
    const name = given.trim();
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
    const factor =
      found !== null && right ? await checkSecondFactor(found.id, input.code, admitted.codesBy) : undefined;
    const result = await command<SignedIn>(
      { by, action: 'login', target: found?.id ?? null },
      async ({ tx, now, line }) => {
        if (found === null || factor === undefined) return wrong();
        const user = await lockUser(tx, found.id);
        if (user?.passwordHash !== found.passwordHash) return wrong();
        if (user.status === 'SUSPENDED') {
          line.by = { ...by, userId: user.id };
          return refused(failure('USER_SUSPENDED', 'An operator has suspended this user.'));
        }
        const shown = await factor.holds({ tx, now, line });
        if (shown === 'WRONG') return wrong();
        if (shown === 'MISSING') return refused(codeMissing());
        line.by = { ...by, userId: user.id };
        await signIns.remember(tx, user.id, address, now);
        return ok(await sessions.open(tx, user, { now, secondFactor: shown === 'SHOWN' }));
      },
    );
    // Without its code a right password was no guess either; wrong codes are counted for themselves as well.
    if (result.ok || result.failures[0]?.code === 'SECOND_FACTOR_REQUIRED') await admitted.succeeded();
    if (result.ok) await factor?.succeeded();
    return result;
  };
};

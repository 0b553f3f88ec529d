import type { Command, Step } from '../../audit/command.ts';
import type { Config } from '../../config.ts';
import type { Ids } from '../../kernel/ids.ts';
import { ok, type Result, refused } from '../../kernel/result.ts';
import type { Budget } from '../../limiter/budget.ts';
import type { CheckBreached } from '../password/breached.ts';
import type { Passwords } from '../password/password.ts';
import type { Sessions, SignedIn } from '../sessions/sessions.ts';
import type { SignInLimits } from '../sessions/sign-in-limits.ts';
import type { Visitor } from '../viewer/viewer.ts';
import { checkNewUser, makeUser, type NewUserInput } from './new-user.ts';
import { againIfTaken } from './taken.ts';

export interface RegisterNeeds {
  command: Command;
  ids: Ids;
  passwords: Passwords;
  passwordBounds: Config['password'];
  checkBreached: CheckBreached;
  sessions: Sessions;
  signIns: SignInLimits;
  /** Of addresses. Also a name that is taken counts, or it could be asked who has one. */
  budget: Budget;
}

/** Makes a user with profile, account and first session, all in one transaction. */
export const createRegister = (needs: RegisterNeeds) => {
  const { command, ids, passwords, passwordBounds, checkBreached, sessions, signIns, budget } = needs;
  const insert = async (step: Step, input: NewUserInput, passwordHash: string, address: string) => {
    const made = await makeUser(ids, step, input, passwordHash);
    if (!made.ok) return made;
    const { tx, now, line } = step;
    await signIns.remember(tx, made.value.id, address, now);
    line.by = { ...line.by, userId: made.value.id };
    return ok(await sessions.open(tx, made.value, { now, secondFactor: false }));
  };

  return async ({ address, ...by }: Visitor, given: NewUserInput): Promise<Result<SignedIn>> => {
    const input = { ...given, email: given.email.trim() };
    const failures = checkNewUser(input, passwordBounds);
    if (failures.length > 0) return refused(...failures);
    await budget.spend(address);
    const seen = await checkBreached(input.password, 'password');
    if (seen !== undefined) return refused(seen);
    const passwordHash = await passwords.hash(input.password);
    return againIfTaken(() =>
      command({ by, action: 'register', target: null }, (step) => insert(step, input, passwordHash, address)),
    );
  };
};

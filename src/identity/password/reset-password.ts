import type { Command, Step } from '../../audit/command.ts';
import type { Config } from '../../config.ts';
import type { Database } from '../../database/database.ts';
import type { PasswordReset } from '../../database/generated/client.ts';
import { failure } from '../../errors.ts';
import type { Clock } from '../../kernel/clock.ts';
import { ok, type Result, refused } from '../../kernel/result.ts';
import type { Budget } from '../../limiter/budget.ts';
import type { CheckSecondFactor } from '../second-factor/check-second-factor.ts';
import { wrongCode } from '../second-factor/factor-codes.ts';
import { codeMissing } from '../sessions/login.ts';
import { endSessions } from '../sessions/session-store.ts';
import type { Sessions, SignedIn } from '../sessions/sessions.ts';
import type { SignInLimits } from '../sessions/sign-in-limits.ts';
import { lockUser, type StoredUser, setPasswordHash } from '../users/store.ts';
import type { TellUser } from '../users/tell-user.ts';
import type { Visitor } from '../viewer/viewer.ts';
import type { Viewers } from '../viewer/viewers.ts';
import type { CheckBreached } from './breached.ts';
import type { Passwords } from './password.ts';
import { checkPassword } from './password-rules.ts';
import { dropReset, findReset, readReset } from './reset-store.ts';
import { bindingOf, hashResetToken } from './reset-token.ts';

export interface ResetPasswordInput {
  token: string;
  newPassword: string;
  code?: string | null | undefined;
}

export interface ResetPasswordNeeds {
  database: Database;
  command: Command;
  clock: Clock;
  passwords: Passwords;
  passwordBounds: Config['password'];
  checkBreached: CheckBreached;
  sessions: Sessions;
  checkSecondFactor: CheckSecondFactor;
  signIns: SignInLimits;
  viewers: Viewers;
  tellUser: TellUser;
  /** Of addresses: only wrong tokens count. */
  budget: Budget;
}

/** Of a user who is suspended or gone nothing else is told. */
const wrong = () =>
  refused(
    failure('INVALID_RESET_TOKEN', 'The link is wrong, used, too old, or not the newest; ask for another.', 'token'),
  );

const isSame = (one: Uint8Array, other: Uint8Array): boolean => Buffer.from(one).equals(other);

const isGood = (reset: PasswordReset | null, tokenHash: Uint8Array, user: StoredUser | null, now: Date): boolean =>
  reset !== null &&
  user?.status === 'ACTIVE' &&
  reset.expiresAt > now &&
  isSame(reset.tokenHash, tokenHash) &&
  isSame(reset.boundTo, bindingOf(user));

/** Sets a new password with the token of a mail, once, and a code where there is a second factor. Ends every session and opens one, as `changePassword` does. */
export const createResetPassword = (needs: ResetPasswordNeeds) => {
  const { database, command, clock, passwords, passwordBounds, checkBreached } = needs;

  const save = async (step: Step, user: StoredUser, passwordHash: string, address: string) => {
    const { tx, now } = step;
    await dropReset(tx, user.id);
    await setPasswordHash(tx, user.id, passwordHash, now);
    await endSessions(tx, { userId: user.id }, { now, reason: 'PASSWORD_CHANGED' });
    await needs.tellUser(step, user, 'PASSWORD_CHANGED');
    await needs.signIns.remember(tx, user.id, address, now);
  };

  return async (
    { address, ...by }: Visitor,
    { token, newPassword, code }: ResetPasswordInput,
  ): Promise<Result<SignedIn>> => {
    await needs.budget.spend(address);
    const tokenHash = hashResetToken(token);
    const found = tokenHash === undefined ? null : await findReset(database, tokenHash);
    const line = { by, action: 'resetPassword', target: found?.userId ?? null };
    if (tokenHash === undefined || found === null || !isGood(found, tokenHash, found.user, clock.now()))
      return command<SignedIn>(line, async () => wrong());
    await needs.budget.giveBack(address);

    const { user: known } = found;
    const names = [known.username, known.email];
    const field = 'newPassword';
    const unfit =
      checkPassword(newPassword, { bounds: passwordBounds, names, field }) ?? (await checkBreached(newPassword, field));
    if (unfit !== undefined) return refused(unfit);
    // A mailbox is one factor: whoever has two needs both. Counted apart from sign-ins, so that no stranger uses it up.
    const factor = await needs.checkSecondFactor(known.id, code, `reset ${known.id}`);
    const passwordHash = await passwords.hash(newPassword, true);

    const result = await command<SignedIn>(line, async (step) => {
      const user = await lockUser(step.tx, known.id);
      const reset = await readReset(step.tx, known.id);
      if (user === null || !isGood(reset, tokenHash, user, step.now)) return wrong();
      const shown = await factor.holds(step);
      if (shown === 'MISSING') return refused(codeMissing());
      if (shown === 'WRONG') return refused(wrongCode());
      step.line.by = { ...by, userId: user.id };
      await save(step, user, passwordHash, address);
      return ok(await needs.sessions.open(step.tx, user, { now: step.now, secondFactor: shown === 'SHOWN' }));
    });
    if (result.ok) {
      needs.viewers.forgetUser(known.id);
      await factor.succeeded();
    }
    return result;
  };
};

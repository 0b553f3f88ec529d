import type { Command, Step } from '../../audit/command.ts';
import type { Config } from '../../config.ts';
import { type Failure, failure } from '../../errors.ts';
import { ok, type Result, refused } from '../../kernel/result.ts';
import type { Budget } from '../../limiter/budget.ts';
import type { CheckBreached } from '../password/breached.ts';
import type { Passwords } from '../password/password.ts';
import type { PasswordAttempts } from '../password/password-attempts.ts';
import { checkPassword } from '../password/password-rules.ts';
import { endSessions } from '../sessions/session-store.ts';
import { lockActiveViewer } from '../viewer/lock-active-viewer.ts';
import type { ShowPresence } from '../viewer/presence.ts';
import type { Viewer, Visitor } from '../viewer/viewer.ts';
import type { Viewers } from '../viewer/viewers.ts';
import { type StoredUser, saveNames, setPasswordHash } from './store.ts';
import { againIfTaken, takenFailures, type WantedNames } from './taken.ts';
import type { TellUser } from './tell-user.ts';
import { toUser, type User } from './user.ts';
import { type NamesInput, readWantedNames } from './wanted-names.ts';

export interface UpdateLoginInput extends NamesInput {
  newPassword?: string | null | undefined;
  currentPassword?: string | null | undefined;
}

export interface UpdateLoginNeeds {
  command: Command;
  passwords: Passwords;
  passwordBounds: Config['password'];
  checkBreached: CheckBreached;
  viewers: Viewers;
  tellUser: TellUser;
  showPresence: ShowPresence;
  attempts: PasswordAttempts;
  /** The one of `register`, of addresses: both tell whether somebody has a name. */
  budget: Budget;
}

interface Change {
  names: WantedNames;
  passwordHash: string | undefined;
}

/** A new password puts everybody else out; this session goes on, so that a client need not sign in again. */
const save = async (
  tellUser: TellUser,
  step: Step,
  user: StoredUser,
  { sessionId }: Viewer,
  { names, passwordHash }: Change,
): Promise<User> => {
  const { tx, now } = step;
  if (passwordHash !== undefined) {
    await setPasswordHash(tx, user.id, passwordHash, now);
    await endSessions(tx, { userId: user.id, id: { not: sessionId } }, { now, reason: 'PASSWORD_CHANGED' });
    await tellUser(step, user, 'PASSWORD_CHANGED');
  }
  if (Object.keys(names).length > 0) await tellUser(step, user, 'NAMES_CHANGED');
  return toUser(await saveNames(tx, user.id, names, now));
};

/** Changes how the viewer signs in, all of it or nothing. */
export const createUpdateLogin = (needs: UpdateLoginNeeds) => {
  const { command, passwords, passwordBounds, checkBreached, viewers, tellUser, showPresence, attempts, budget } =
    needs;

  const passwordFailure = (viewer: Viewer, names: WantedNames, newPassword: string | null): Failure | undefined => {
    if (newPassword === null) return failure('INVALID_INPUT', 'A user cannot be without this.', 'newPassword');
    const known = [names.username ?? viewer.username, names.email ?? viewer.email];
    return checkPassword(newPassword, { bounds: passwordBounds, names: known, field: 'newPassword' });
  };

  return async ({ address, ...by }: Visitor, viewer: Viewer, input: UpdateLoginInput): Promise<Result<User>> => {
    const { newPassword, currentPassword } = input;
    const { names, failures } = readWantedNames(input, viewer);
    const unfit = newPassword === undefined ? undefined : passwordFailure(viewer, names, newPassword);
    if (unfit !== undefined) failures.push(unfit);
    if (failures.length > 0) return refused(...failures);
    // What the names were and are does not belong into the log, which outlives the person in it.
    const fields = [...Object.keys(names), ...(newPassword === undefined ? [] : ['password'])];
    if (fields.length === 0) return ok(toUser(viewer));
    if (Object.keys(names).length > 0) await budget.spend(address);
    const presence = await showPresence(viewer, currentPassword, 'currentPassword');
    const isNew = newPassword != null && presence.shown;
    // A recent sign-in stands for the password, but the hash of the new one costs as much as checking one.
    if (isNew && currentPassword == null) await attempts(viewer);
    const seen = isNew ? await checkBreached(newPassword, 'newPassword') : undefined;
    if (seen !== undefined) return refused(seen);
    const passwordHash = isNew ? await passwords.hash(newPassword, true) : undefined;
    const line = { by, action: 'updateLogin', target: viewer.id, details: { fields } };
    const result = await againIfTaken(() =>
      command<User>(line, async (step) => {
        const { user } = await lockActiveViewer(step, viewer);
        if (!presence.holds(user)) return refused(presence.failure);
        const taken = await takenFailures(step.tx, names, user.id);
        if (taken.length > 0) return refused(...taken);
        return ok(await save(tellUser, step, user, viewer, { names, passwordHash }));
      }),
    );
    if (result.ok) viewers.forgetUser(viewer.id);
    return result;
  };
};

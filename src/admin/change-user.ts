import type { Command, Step } from '../audit/command.ts';
import type { AuditRecord } from '../audit/write.ts';
import { failure, RefusedError } from '../errors.ts';
import { lockActiveUser, lockAdministration, lockUser, type StoredUser } from '../identity/users/store.ts';
import type { TellUser } from '../identity/users/tell-user.ts';
import type { User } from '../identity/users/user.ts';
import { hasPermission, type Permission } from '../identity/viewer/permissions.ts';
import type { Actor } from '../identity/viewer/viewer.ts';
import { isUuid } from '../kernel/ids.ts';
import { type Result, refused } from '../kernel/result.ts';

export interface AdminNeeds {
  tellUser: TellUser;
  command: Command;
  /** Drops what this process remembers of a user. */
  forgetUser: (userId: string) => void;
}

export interface UserChange {
  by: Actor;
  action: string;
  permission: Permission;
  userId: string;
  details?: NonNullable<AuditRecord['details']>;
}

/**
 * What every change of another user has in common. The actor's permission is asked again inside the transaction, since
 * the viewer may be half a second old; administrators are changed one at a time; a closed user is nobody's any more.
 */
export const changeUser = async (
  { command, forgetUser }: AdminNeeds,
  { by, action, permission, details = {}, ...change }: UserChange,
  decide: (step: Step, user: StoredUser) => Promise<Result<User>>,
): Promise<Result<User>> => {
  const absent = () => refused(failure('NOT_FOUND', 'There is no such user.', 'userId'));
  // The log is searched by the id as it is, not as somebody spelled it.
  const userId = change.userId.toLowerCase();
  if (!isUuid(userId)) return absent();
  const result = await command<User>({ by, action, target: userId, details }, async (step) => {
    await lockAdministration(step.tx);
    const actor = await lockActiveUser(step.tx, by.userId);
    const user = await lockUser(step.tx, userId);
    // Whoever may suspend, but not give roles, must not be able to take out those who watch over him.
    const isProtected = user?.roles.some((role) => role !== 'USER') ?? false;
    const allowed = hasPermission(actor.roles, isProtected ? 'users:roles' : permission);
    if (!allowed) throw new RefusedError('FORBIDDEN', 'Your roles do not allow this change of this user.');
    return user === null || user.status === 'CLOSED' ? absent() : decide(step, user);
  });
  if (result.ok) forgetUser(result.value.id);
  return result;
};

import { failure } from '../errors.ts';
import { Role } from '../identity/permissions.ts';
import { isLastAdmin } from '../identity/store.ts';
import type { User } from '../identity/user.ts';
import type { Actor } from '../identity/viewer.ts';
import { ok, type Result, refused } from '../kernel/result.ts';
import { type AdminNeeds, changeUser } from './change-user.ts';
import { saveRoles } from './store.ts';

/** Gives a user exactly these roles, in the order of the table and each once. */
export const createSetUserRoles =
  (needs: AdminNeeds) =>
  async (by: Actor, { userId, roles: given }: { userId: string; roles: readonly Role[] }): Promise<Result<User>> => {
    const roles = Object.values(Role).filter((role) => given.includes(role));
    if (roles.length === 0) return refused(failure('INVALID_INPUT', 'A user has at least one role.', 'roles'));
    const change = { by, action: 'setUserRoles', permission: 'users:roles', userId, details: { roles } } as const;
    return changeUser(needs, change, async ({ tx, now }, user) => {
      if (!roles.includes(Role.ADMIN) && (await isLastAdmin(tx, user))) {
        return refused(failure('LAST_ADMIN', 'Give another user the role ADMIN first.', 'roles'));
      }
      return ok(await saveRoles(tx, user, { roles, now }));
    });
  };

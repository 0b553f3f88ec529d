import { type Failure, failure, isFailure } from '../errors.ts';
import { isLastAdmin } from '../identity/users/store.ts';
import type { User } from '../identity/users/user.ts';
import { Role } from '../identity/viewer/permissions.ts';
import type { Actor } from '../identity/viewer/viewer.ts';
import { ok, type Result, refused } from '../kernel/result.ts';
import { type AdminNeeds, changeUser, type UserChange } from './change-user.ts';
import { saveRoles } from './store.ts';

type Roles = readonly Role[];

/** In the order of the table, each once. */
const inOrder = (roles: Roles): Role[] => Object.values(Role).filter((role) => roles.includes(role));

const atLeastOne = (field: string): Failure => failure('INVALID_INPUT', 'A user has at least one role.', field);

/** Gives a user the roles that `next` makes of those there are. */
const changeRoles = (
  needs: AdminNeeds,
  change: Pick<UserChange, 'by' | 'action' | 'userId' | 'details'>,
  field: string,
  next: (current: Roles) => Roles | Failure,
): Promise<Result<User>> =>
  changeUser(needs, { ...change, permission: 'users:roles' }, async ({ tx, now }, user) => {
    const wanted = next(user.roles);
    if (isFailure(wanted)) return refused(wanted);
    const roles = inOrder(wanted);
    if (roles.length === 0) return refused(atLeastOne(field));
    if (!roles.includes(Role.ADMIN) && (await isLastAdmin(tx, user)))
      return refused(failure('LAST_ADMIN', 'Give another user the role ADMIN first.', field));
    return ok(await saveRoles(tx, user, { roles, now }));
  });

export interface RoleInput {
  userId: string;
  role: Role;
}

export const createSetUserRoles =
  (needs: AdminNeeds) =>
  async (by: Actor, { userId, roles: given }: { userId: string; roles: Roles }): Promise<Result<User>> => {
    const roles = inOrder(given);
    if (roles.length === 0) return refused(atLeastOne('roles'));
    return changeRoles(needs, { by, action: 'setUserRoles', userId, details: { roles } }, 'roles', () => roles);
  };

/** One more, beside those that another administrator may be giving just now. */
export const createAddUserRole =
  (needs: AdminNeeds) =>
  (by: Actor, { userId, role }: RoleInput): Promise<Result<User>> =>
    changeRoles(needs, { by, action: 'addUserRole', userId, details: { role } }, 'role', (now) => [...now, role]);

export const createRemoveUserRole =
  (needs: AdminNeeds) =>
  (by: Actor, { userId, role }: RoleInput): Promise<Result<User>> =>
    changeRoles(needs, { by, action: 'removeUserRole', userId, details: { role } }, 'role', (now) =>
      now.includes(role)
        ? now.filter((other) => other !== role)
        : failure('NOT_FOUND', 'The user does not have this role.', 'role'),
    );

import { Role } from '../database/generated/enums.ts';

export { Role };

/** What a role may do beyond its own things. Roles are given to people; code asks for permissions only. */
export const permissionsOf = {
  USER: [],
  SUPPORT: ['users:read', 'users:suspend'],
  AUDITOR: ['users:read', 'audit:read', 'ledger:read'],
  ADMIN: [
    'users:read',
    'users:suspend',
    'users:roles',
    'audit:read',
    'ledger:read',
    'ledger:operate',
    'market:operate',
    'circuits:operate',
    'schema:explore',
  ],
} as const satisfies Record<Role, readonly string[]>;

export type Permission = (typeof permissionsOf)[Role][number];

export const hasPermission = (roles: readonly Role[], permission: Permission): boolean =>
  roles.some((role) => (permissionsOf[role] as readonly Permission[]).includes(permission));

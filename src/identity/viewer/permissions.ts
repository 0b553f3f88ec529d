import { Role } from '../../database/generated/enums.ts';

export { Role };

export const descriptionOf: Readonly<Record<Role, string>> = {
  USER: 'A customer: everything of one’s own, nothing of others’.',
  SUPPORT: 'Reads users, suspends and reinstates customers.',
  AUDITOR: 'Reads users, the audit log and the ledger; changes nothing of others’.',
  ADMIN: 'Every permission, giving roles included.',
};

/** What a role may do beyond its own things. Roles are given to people; code asks for permissions only. */
export const permissionsOf = {
  USER: [],
  SUPPORT: ['users:read', 'users:suspend'],
  AUDITOR: ['users:read', 'audit:read', 'ledger:read'],
  ADMIN: [
    'users:read',
    'users:suspend',
    'users:roles',
    'users:manage',
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

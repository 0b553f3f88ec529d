import { describe, expect, it } from 'vitest';
import { hasPermission, type Permission, permissionsOf, type Role } from '../../../src/identity/viewer/permissions.ts';

/** What each role may do. A change here is a change of who may do what: make it on purpose. */
const expected = `
SUPPORT  users:read
SUPPORT  users:suspend
AUDITOR  users:read
AUDITOR  audit:read
AUDITOR  ledger:read
ADMIN    users:read
ADMIN    users:suspend
ADMIN    users:roles
ADMIN    users:manage
ADMIN    audit:read
ADMIN    ledger:read
ADMIN    ledger:operate
ADMIN    market:operate
ADMIN    circuits:operate
ADMIN    schema:explore
`;

describe('the permissions', () => {
  it('of each role are those that are written down here', () => {
    const lines = Object.entries(permissionsOf).flatMap(([role, all]) => all.map((one) => `${role.padEnd(8)} ${one}`));
    expect(`\n${lines.join('\n')}\n`).toBe(expected);
  });

  it('are had by whoever has one role with them, and by nobody else', () => {
    const may = (roles: Role[], permission: Permission): boolean => hasPermission(roles, permission);
    expect(may([], 'users:read')).toBe(false);
    expect(may(['USER'], 'users:read')).toBe(false);
    expect(may(['SUPPORT'], 'users:read')).toBe(true);
    expect(may(['SUPPORT'], 'users:roles')).toBe(false);
    expect(may(['USER', 'AUDITOR'], 'audit:read')).toBe(true);
    expect(may(['AUDITOR', 'SUPPORT'], 'market:operate')).toBe(false);
  });
});

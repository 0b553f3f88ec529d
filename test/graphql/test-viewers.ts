import type { Role } from '../../src/identity/viewer/permissions.ts';
import type { Authenticate, Viewer } from '../../src/identity/viewer/viewer.ts';

export const testViewer = (...roles: Role[]): Viewer => ({
  id: '01900000-0000-7000-8000-000000000001',
  number: 1,
  username: 'ada',
  email: 'ada@example.com',
  roles,
  status: 'ACTIVE',
  createdAt: new Date(0),
  sessionId: '01900000-0000-7000-8000-000000000002',
});

/** Knows the tokens "user", "support", "admin", "expired" and "revoked"; every other one is malformed. */
export const authenticateTestToken: Authenticate = async (token) => {
  if (token === 'user') return { viewer: testViewer('USER') };
  if (token === 'support') return { viewer: testViewer('SUPPORT') };
  if (token === 'admin') return { viewer: testViewer('ADMIN') };
  if (token === 'expired') return { problem: 'EXPIRED' };
  return { problem: token === 'revoked' ? 'REVOKED' : 'MALFORMED' };
};

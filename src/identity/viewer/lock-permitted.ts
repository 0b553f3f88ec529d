import type { Step } from '../../audit/command.ts';
import { lockActiveUser } from '../users/store.ts';
import { forbidden } from './forbidden.ts';
import { hasPermission, type Permission } from './permissions.ts';

/**
 * Asks for a permission again inside the transaction that needs it: the viewer may be half a second old, and the lock keeps the
 * roles as they are until the commit.
 */
export const lockPermitted = async (tx: Step['tx'], userId: string | null, permission: Permission): Promise<void> => {
  const { roles } = await lockActiveUser(tx, userId);
  if (!hasPermission(roles, permission)) throw forbidden(permission);
};

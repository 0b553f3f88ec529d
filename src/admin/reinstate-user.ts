import type { User } from '../identity/users/user.ts';
import type { Actor } from '../identity/viewer/viewer.ts';
import { ok, type Result } from '../kernel/result.ts';
import { type AdminNeeds, changeUser } from './change-user.ts';
import { saveStatus } from './store.ts';

/** Lets a suspended user sign in again. */
export const createReinstateUser =
  (needs: AdminNeeds) =>
  (by: Actor, { userId }: { userId: string }): Promise<Result<User>> =>
    changeUser(needs, { by, action: 'reinstateUser', permission: 'users:suspend', userId }, async ({ tx, now }, user) =>
      ok(await saveStatus(tx, user, { status: 'ACTIVE', now })),
    );

import type { Command } from '../audit/command.ts';
import { lockActiveUser } from '../identity/users/store.ts';
import type { Actor } from '../identity/viewer/viewer.ts';
import { ok, type Result, refused } from '../kernel/result.ts';
import { checkProfile, type ProfileChanges } from './rules.ts';
import { type Profile, saveProfile } from './store.ts';

export const createUpdateProfile =
  ({ command }: { command: Command }) =>
  async (by: Actor, changes: ProfileChanges): Promise<Result<Profile>> => {
    const failures = checkProfile(changes);
    if (failures.length > 0) return refused(...failures);
    return command({ by, action: 'updateProfile', target: by.userId }, async ({ tx, now }) => {
      const user = await lockActiveUser(tx, by.userId);
      return ok(await saveProfile(tx, user.id, changes, now));
    });
  };

import { saveNames } from '../identity/users/store.ts';
import { againIfTaken, takenFailures } from '../identity/users/taken.ts';
import { toUser, type User } from '../identity/users/user.ts';
import { type NamesInput, readWantedNames } from '../identity/users/wanted-names.ts';
import type { Actor } from '../identity/viewer/viewer.ts';
import { ok, type Result, refused } from '../kernel/result.ts';
import { checkProfile } from '../profile/rules.ts';
import { saveProfile } from '../profile/store.ts';
import { type AdminNeeds, changeUser } from './change-user.ts';

export interface UpdateUserInput extends NamesInput {
  userId: string;
  /** Null clears it; the names cannot be without. */
  displayName?: string | null | undefined;
}

/** Changes what somebody else is called. Sessions go on: a token names the user by id. */
export const createUpdateUser =
  (needs: AdminNeeds) =>
  async (by: Actor, input: UpdateUserInput): Promise<Result<User>> => {
    const { userId, displayName } = input;
    const { names, failures: unfit } = readWantedNames(input);
    const failures = [...unfit, ...checkProfile({ displayName })];
    if (failures.length > 0) return refused(...failures);
    // What the names were and are does not belong into the log, which outlives the person in it.
    const fields = [...Object.keys(names), ...(displayName === undefined ? [] : ['displayName'])];
    const change = { by, action: 'updateUser', permission: 'users:manage', userId, details: { fields } } as const;
    return againIfTaken(() =>
      changeUser(needs, change, async (step, user) => {
        const { tx, now } = step;
        if (fields.length === 0) return ok(toUser(user));
        const taken = await takenFailures(tx, names, user.id);
        if (taken.length > 0) return refused(...taken);
        if (displayName !== undefined) await saveProfile(tx, user.id, { displayName }, now);
        if (Object.keys(names).length > 0) await needs.tellUser(step, user, 'NAMES_CHANGED');
        return ok(toUser(await saveNames(tx, user.id, names, now)));
      }),
    );
  };

import type { Prisma } from '../../database/generated/client.ts';
import { type Failure, failure } from '../../errors.ts';
import { nameKey } from './names.ts';
import { isUniqueViolation, takenNames } from './store.ts';

/** Names that somebody wants to have; one that is absent stays as it is. */
export interface WantedNames {
  username?: string | undefined;
  email?: string | undefined;
}

/** Why these names cannot be had. `ownerId`: who may keep what is already theirs. */
export const takenFailures = async (
  tx: Prisma.TransactionClient,
  { username, email }: WantedNames,
  ownerId?: string,
): Promise<Failure[]> => {
  const keys = {
    ...(username !== undefined && { usernameKey: nameKey(username) }),
    ...(email !== undefined && { emailKey: nameKey(email) }),
  };
  const taken = await takenNames(tx, keys, ownerId);
  return [
    ...(taken.email ? [failure('EMAIL_TAKEN', 'Another user has this e-mail address.', 'email')] : []),
    ...(taken.username ? [failure('USERNAME_TAKEN', 'Another user has this username.', 'username')] : []),
  ];
};

/** Somebody else may take a name between our look and our write; the second attempt sees whose it is. */
export const againIfTaken = async <Value>(attempt: () => Promise<Value>): Promise<Value> => {
  try {
    return await attempt();
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    return await attempt();
  }
};

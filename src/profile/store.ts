import type { Database } from '../database/database.ts';
import type { Prisma } from '../database/generated/client.ts';
import type { ProfileChanges } from './rules.ts';

export interface Profile {
  userId: string;
  displayName: string | null;
  locale: string | null;
  timeZone: string | null;
  updatedAt: Date;
}

/** Every user has one from the start, and it is never removed. */
export const readProfile = async ({ as }: Pick<Database, 'as'>, userId: string): Promise<Profile> => {
  const text = `SELECT user_id AS "userId", display_name AS "displayName", locale, time_zone AS "timeZone",
                       updated_at AS "updatedAt" FROM profiles WHERE user_id = $1`;
  const { rows } = await as({ viewerId: userId }).query<Profile>({ name: 'profile_of', text, values: [userId] });
  if (rows[0] === undefined) throw new Error('a user without a profile');
  return rows[0];
};

export const saveProfile = (
  tx: Prisma.TransactionClient,
  userId: string,
  changes: ProfileChanges,
  updatedAt: Date,
): Promise<Profile> => {
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
  return tx.profile.update({ where: { userId }, data: { ...given, updatedAt } });
};

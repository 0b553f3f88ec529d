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
export const readProfile = (db: Pick<Prisma.TransactionClient, 'profile'>, userId: string): Promise<Profile> =>
  db.profile.findUniqueOrThrow({ where: { userId } });

export const saveProfile = (
  tx: Prisma.TransactionClient,
  userId: string,
  changes: ProfileChanges,
  updatedAt: Date,
): Promise<Profile> => {
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
  return tx.profile.update({ where: { userId }, data: { ...given, updatedAt } });
};

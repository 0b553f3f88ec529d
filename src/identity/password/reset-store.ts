import type { Database } from '../../database/database.ts';
import type { PasswordReset, Prisma } from '../../database/generated/client.ts';

type Tx = Prisma.TransactionClient;

export const findReset = ({ prisma }: Database, tokenHash: Uint8Array<ArrayBuffer>) =>
  prisma.passwordReset.findUnique({ where: { tokenHash }, include: { user: true } });

/** The caller holds the user's lock. */
export const readReset = (tx: Tx, userId: string): Promise<PasswordReset | null> =>
  tx.passwordReset.findUnique({ where: { userId } });

/** In the place of the one before, which is good for nothing then. The caller holds the user's lock. */
export const saveReset = async (
  tx: Tx,
  {
    userId,
    ...reset
  }: Omit<PasswordReset, 'tokenHash' | 'boundTo'> & Record<'tokenHash' | 'boundTo', Uint8Array<ArrayBuffer>>,
): Promise<void> => {
  await tx.passwordReset.upsert({ where: { userId }, create: { userId, ...reset }, update: reset });
};

export const dropReset = async (tx: Tx, userId: string): Promise<void> => {
  await tx.passwordReset.deleteMany({ where: { userId } });
};

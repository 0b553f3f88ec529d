import type { Prisma, SecondFactor } from '../../database/generated/client.ts';

type Tx = Prisma.TransactionClient;
type Bytes = Uint8Array<ArrayBuffer>;

/** All that change something want the user's lock to be held. */

export const findSecondFactor = (tx: Pick<Tx, 'secondFactor'>, userId: string): Promise<SecondFactor | null> =>
  tx.secondFactor.findUnique({ where: { userId } });

/** One that counts. */
export const findActiveFactor = (tx: Pick<Tx, 'secondFactor'>, userId: string): Promise<SecondFactor | null> =>
  tx.secondFactor.findUnique({ where: { userId, confirmedAt: { not: null } } });

/** In the place of one that was never confirmed. */
export const beginSecondFactor = async (tx: Tx, userId: string, secret: Bytes, now: Date): Promise<void> => {
  const begun = { secret, createdAt: now, confirmedAt: null, lastStep: null };
  await tx.secondFactor.upsert({ where: { userId }, create: { userId, ...begun }, update: begun });
};

export const confirmSecondFactor = async (tx: Tx, userId: string, now: Date): Promise<void> => {
  await tx.secondFactor.update({ where: { userId }, data: { confirmedAt: now } });
};

export const keepStep = async (tx: Tx, userId: string, lastStep: bigint): Promise<void> => {
  await tx.secondFactor.update({ where: { userId }, data: { lastStep } });
};

/** Whether there was one; its recovery codes go with it. */
export const removeSecondFactor = async (tx: Tx, userId: string): Promise<boolean> => {
  const removed = await tx.secondFactor.deleteMany({ where: { userId } });
  return removed.count > 0;
};

export const saveRecoveryCodes = async (tx: Tx, userId: string, hashes: readonly Bytes[]): Promise<void> => {
  await tx.recoveryCode.deleteMany({ where: { userId } });
  await tx.recoveryCode.createMany({ data: hashes.map((hash) => ({ userId, hash })) });
};

/** Whether it was there, which it is no more. */
export const useRecoveryCode = async (tx: Tx, userId: string, hash: Bytes): Promise<boolean> => {
  const { count } = await tx.recoveryCode.deleteMany({ where: { userId, hash } });
  return count > 0;
};

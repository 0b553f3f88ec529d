import type { Database } from '../../database/database.ts';
import type { Prisma } from '../../database/generated/client.ts';

type Tx = Prisma.TransactionClient;
export type AddressHash = Uint8Array<ArrayBuffer>;

/** Nobody has this id: asking for somebody who is not there takes as long as for somebody who is. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

export const isKnownAddress = async (
  { prisma }: Database,
  { userId, address, since }: { userId: string | undefined; address: AddressHash; since: Date },
): Promise<boolean> => {
  const where = { userId_address: { userId: userId ?? NOBODY, address } };
  const found = await prisma.knownAddress.findUnique({ where });
  return found !== null && found.seenAt > since;
};

/** The caller holds the user's lock. Of more than `most`, those that were not seen longest go. */
export const rememberAddress = async (
  tx: Tx,
  { userId, address, now, most }: { userId: string; address: AddressHash; now: Date; most: number },
): Promise<void> => {
  await tx.knownAddress.upsert({
    where: { userId_address: { userId, address } },
    create: { userId, address, seenAt: now },
    update: { seenAt: now },
  });
  const surplus = await tx.knownAddress.findMany({ where: { userId }, orderBy: { seenAt: 'desc' }, skip: most });
  if (surplus.length === 0) return;
  await tx.knownAddress.deleteMany({ where: { userId, address: { in: surplus.map((row) => row.address) } } });
};

export const forgetAddresses = async (tx: Tx, userId: string): Promise<void> => {
  await tx.knownAddress.deleteMany({ where: { userId } });
};

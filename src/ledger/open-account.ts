import type { Prisma } from '../database/generated/client.ts';

/** Gives a new user the one USD account, empty, inside the transaction that creates the user. */
export const openAccount = async (
  tx: Prisma.TransactionClient,
  account: { id: string; userId: string; createdAt: Date },
): Promise<void> => {
  await tx.account.create({
    data: {
      ...account,
      kind: 'CUSTOMER',
      currency: 'USD',
      balances: { create: { asset: 'USD', posted: 0n, held: 0n, mayOwe: false } },
    },
  });
};

import type { Customer, TestTrading } from '../support/trading.ts';

/** Somebody who may operate the market. */
export const operatorOf = async (trading: TestTrading): Promise<Customer['by']> => {
  const { userId, by } = await trading.customer();
  await trading.database.prisma.user.update({ where: { id: userId }, data: { roles: ['ADMIN'] } });
  return by;
};

/** Rests far below the market. */
export const resting = { symbol: 'AAPL', side: 'BUY', type: 'LIMIT', limitPrice: '1.00', qty: '1' } as const;

export const statusOf = async (trading: TestTrading, id: string): Promise<string | undefined> =>
  (await trading.database.prisma.order.findUnique({ where: { id } }))?.status;

/** The audit lines of an action, oldest first. */
export const linesOf = (trading: TestTrading, action: string) =>
  trading.database.prisma.auditEntry.findMany({ where: { action }, orderBy: { id: 'asc' } });

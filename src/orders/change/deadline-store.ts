import type { Database } from '../../database/database.ts';
import type { Prisma } from '../../database/generated/client.ts';

/** Sets, moves or removes the deadline of an account. */
export const saveDeadline = async (
  tx: Prisma.TransactionClient,
  { accountId, deadline }: { accountId: string; deadline: Date | null },
): Promise<void> => {
  if (deadline === null) await tx.cancelDeadline.deleteMany({ where: { accountId } });
  else {
    await tx.cancelDeadline.upsert({ where: { accountId }, create: { accountId, deadline }, update: { deadline } });
  }
};

/** Whether the account is one of the user's own. */
export const isOwnAccount = async (
  tx: Prisma.TransactionClient,
  { accountId, userId }: { accountId: string; userId: string },
): Promise<boolean> => (await tx.account.count({ where: { id: accountId, userId } })) > 0;

export const createDeadlineStore = ({ pool }: Pick<Database, 'pool'>) => ({
  /** Accounts whose deadline has passed, the longest overdue first. */
  due: async (at: Date, count: number): Promise<string[]> => {
    const text = 'SELECT account_id AS id FROM cancel_deadlines WHERE deadline <= $1 ORDER BY deadline LIMIT $2';
    return (await pool.query<{ id: string }>({ name: 'deadlines_due', text, values: [at, count] })).rows.map(
      ({ id }) => id,
    );
  },
  /** Disarms what has fired. A deadline that was moved meanwhile stays. */
  remove: async (accountId: string, at: Date): Promise<void> => {
    const text = 'DELETE FROM cancel_deadlines WHERE account_id = $1 AND deadline <= $2';
    await pool.query({ name: 'deadline_remove', text, values: [accountId, at] });
  },
});

export type DeadlineStore = ReturnType<typeof createDeadlineStore>;

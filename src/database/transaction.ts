import { limits } from '../limits.ts';
import type { Database } from './database.ts';
import type { Prisma } from './generated/client.ts';
import { isBusy, isLost, overloaded } from './trouble.ts';

/**
 * Runs `work` in a transaction, from its beginning again when it lost against another one. What it does outside of the
 * database must therefore bear being done twice. A database that is too busy refuses, which is no bug.
 */
export const inTransaction = async <Value>(
  { prisma }: Pick<Database, 'prisma'>,
  work: (tx: Prisma.TransactionClient) => Promise<Value>,
): Promise<Value> => {
  const options = { maxWait: limits.database.connect_ms, timeout: limits.database.statement_ms };
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await prisma.$transaction(work, options);
    } catch (error) {
      const lost = isLost(error);
      if (lost && attempt < limits.database.attempts) continue;
      if (!lost && !isBusy(error)) throw error;
      throw overloaded();
    }
  }
};

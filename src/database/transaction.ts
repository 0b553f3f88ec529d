import { RefusedError } from '../errors.ts';
import { limits } from '../limits.ts';
import type { Database } from './database.ts';
import { Prisma } from './generated/client.ts';

/** A deadlock or a serialization failure: Postgres undid the transaction and asks for another try. */
const LOST = new Set(['40P01', '40001']);
/** A lock or a statement took longer than it may. */
const BUSY = new Set(['55P03', '57014']);
/** Prisma's own: no connection became free, or the whole took too long. */
const OUT_OF_TIME = 'P2028';

const codesOf = (error: unknown): string[] => {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return [];
  const adapter = error.meta?.driverAdapterError as { cause?: { originalCode?: string } } | undefined;
  return [error.code, adapter?.cause?.originalCode ?? ''];
};

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
      const codes = codesOf(error);
      const isLost = codes.some((code) => LOST.has(code));
      if (isLost && attempt < limits.database.attempts) continue;
      if (!isLost && !codes.some((code) => BUSY.has(code) || code === OUT_OF_TIME)) throw error;
      throw new RefusedError('OVERLOADED', 'The database is too busy; try again shortly.', 1);
    }
  }
};

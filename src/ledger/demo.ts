import type { Ids } from '../kernel/ids.ts';
import type { Ledger } from './ledger.ts';

/** Enough to try everything with, small enough to run out of. Decimal USD. */
const DEMO_CASH = '100000';

/** Gives the demo users their paper money, once however often the server starts: the key sees to that. */
export const giveDemoMoney = async (
  ledger: Pick<Ledger, 'deposit'>,
  ids: Ids,
  userIds: readonly string[],
): Promise<void> => {
  for (const userId of userIds) {
    await ledger.deposit({ userId, requestId: ids.next() }, { amount: DEMO_CASH, idempotencyKey: 'demo-data' });
  }
};

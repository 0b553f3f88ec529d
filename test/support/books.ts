import { type Books, createBooks } from '../../src/lane/books.ts';
import type { AccountRow, BalanceRow, Loaded, Needs } from '../../src/lane/rows.ts';
import { house } from '../../src/ledger/house.ts';

export const at = new Date('2026-03-02T10:00:00Z');

export const account = (id: string, more: Partial<AccountRow> = {}): AccountRow => ({
  id,
  userId: `user of ${id}`,
  kind: 'CUSTOMER',
  status: 'ACTIVE',
  eventSequence: 4n,
  openOrders: 0,
  bookedAt: null,
  tradingBlocked: false,
  maxOrderValue: null,
  maxOpenOrders: null,
  maxDailyNotional: null,
  notionalDay: 0,
  notionalUsed: 0n,
  ...more,
});

export const balance = (accountId: string, asset: string, posted: bigint, held = 0n): BalanceRow => ({
  accountId,
  asset,
  posted,
  held,
  mayOwe: false,
});

/** Books as the lane would have loaded them: accounts `a` and `b` and the house's, with what the test says they have. */
export const booksOf = (loaded: Partial<Loaded> = {}, needs: Partial<Needs> = {}): Books => {
  const houses = Object.values(house).map((id) => account(id, { userId: null, kind: 'WORLD' }));
  const accounts = [account('a'), account('b'), ...houses];
  return createBooks(
    {
      accounts,
      balances: [],
      positions: [],
      lots: [],
      orders: [],
      idempotency: [],
      executions: [],
      reversals: [],
      ...loaded,
    },
    {
      balances: accounts.flatMap(({ id }) => ['USD', 'USD-OWED', 'AAPL'].map((asset) => ({ accountId: id, asset }))),
      positions: ['a', 'b'].map((accountId) => ({ accountId, symbol: 'AAPL' })),
      ...needs,
    },
  );
};

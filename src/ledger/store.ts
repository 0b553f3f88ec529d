import type { Database } from '../database/database.ts';
import type { AccountStatus } from '../database/generated/enums.ts';
import type { Sight } from '../database/viewers.ts';
import type { BalanceRow, PositionRow } from '../lane/rows.ts';
import { type ChartLine, chart } from './chart/chart.ts';
import { house } from './house.ts';

export interface Account {
  id: string;
  number: number;
  status: AccountStatus;
  currency: string;
  createdAt: Date;
}

const accountColumns = 'id, number, status, currency, created_at AS "createdAt"';
const balanceColumns = 'account_id AS "accountId", asset, posted, held, may_owe AS "mayOwe"';
const positionColumns = `account_id AS "accountId", symbol, qty, cost_basis AS "costBasis", realized_pnl AS "realizedPnl",
  updated_at AS "updatedAt"`;

/** Reads of the ledger. Whatever a customer asks for is looked up under the customer's own user id, and with no more sight. */
export const createLedgerStore = ({ pool, prisma, as }: Pick<Database, 'pool' | 'prisma' | 'as'>) => ({
  accountsOfUser: async (userId: string): Promise<Account[]> => {
    const text = `SELECT ${accountColumns} FROM accounts WHERE user_id = $1 ORDER BY id`;
    return (await as({ viewerId: userId }).query<Account>({ name: 'accounts_of_user', text, values: [userId] })).rows;
  },
  accountsById: async (sight: Sight, ids: readonly string[]): Promise<Account[]> => {
    const text = `SELECT ${accountColumns} FROM accounts WHERE id = ANY($1::uuid[])`;
    return (await as(sight).query<Account>({ name: 'accounts_by_id', text, values: [ids] })).rows;
  },
  balances: async (sight: Sight, accountIds: readonly string[]): Promise<BalanceRow[]> => {
    const text = `SELECT ${balanceColumns} FROM balances WHERE account_id = ANY($1::uuid[]) ORDER BY account_id, asset`;
    return (await as(sight).query<BalanceRow>({ name: 'balances_of', text, values: [accountIds] })).rows;
  },
  /** Closed ones, which have no quantity, are left out unless they are asked for. */
  positions: async (sight: Sight, accountIds: readonly string[], closed = false): Promise<PositionRow[]> => {
    const text = `SELECT ${positionColumns} FROM positions
                  WHERE account_id = ANY($1::uuid[]) AND (qty > 0 OR $2) ORDER BY account_id, symbol`;
    return (await as(sight).query<PositionRow>({ name: 'positions_of', text, values: [accountIds, closed] })).rows;
  },
  chart: async (): Promise<ChartLine[]> => {
    const text = 'SELECT code, name, type, normal_side AS "normalSide", kind FROM chart_lines ORDER BY code';
    return (await pool.query<ChartLine>(text)).rows;
  },
  /** What the house has given for customers who were short, by asset; cash is left out, since what is owed says it. */
  covered: async (): Promise<{ asset: string; amount: bigint }[]> => {
    const text = `SELECT asset, -posted AS amount FROM balances WHERE account_id = $1 AND asset <> 'USD'`;
    return (await pool.query<{ asset: string; amount: bigint }>({ name: 'covered', text, values: [house.cover] })).rows;
  },
  /** The chart of accounts as a new database gets it; what is there stays as it is. */
  seedChart: async (): Promise<void> => {
    await prisma.chartLine.createMany({ data: [...chart], skipDuplicates: true });
  },
  /** The accounts of the house; at every start, by whichever process comes first. */
  openHouse: async (at: Date): Promise<void> => {
    const kinds = { VENUE: house.venue, FEES: house.fees, WORLD: house.world, COVER: house.cover };
    await pool.query(
      `INSERT INTO accounts (id, kind, currency, created_at)
       SELECT id, kind::"AccountKind", 'USD', $3 FROM unnest($1::uuid[], $2::text[]) AS u(id, kind)
       ON CONFLICT (id) DO NOTHING`,
      [Object.values(kinds), Object.keys(kinds), at],
    );
  },
});

export type LedgerStore = ReturnType<typeof createLedgerStore>;

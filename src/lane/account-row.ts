import type { AccountKind, AccountStatus } from '../database/generated/enums.ts';

/** An account as the deciding code sees it, under its lock. Amounts are units. */
export interface AccountRow {
  id: string;
  userId: string | null;
  kind: AccountKind;
  status: AccountStatus;
  eventSequence: bigint;
  openOrders: number;
  /** The time of its last entry. */
  bookedAt: Date | null;
  /** An operator has stopped new orders of the account. */
  tradingBlocked: boolean;
  /** What an operator has set; null is everybody's default. Values are units of the account's currency. */
  maxOrderValue: bigint | null;
  maxOpenOrders: number | null;
  maxDailyNotional: bigint | null;
  /** The value of the orders accepted on one UTC day, counted in days since 1970. */
  notionalDay: number;
  notionalUsed: bigint;
}

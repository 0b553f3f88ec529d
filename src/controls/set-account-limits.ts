import { type Failure, failure, isFailure } from '../errors.ts';
import { operate } from '../identity/viewer/operate.ts';
import type { Actor } from '../identity/viewer/viewer.ts';
import { parseDecimal } from '../kernel/decimal.ts';
import { isUuid } from '../kernel/ids.ts';
import { ok, type Result, refused } from '../kernel/result.ts';
import { limits } from '../limits.ts';
import type { ControlDeps } from './deps.ts';
import { operator } from './operator.ts';
import { saveAccountLimits } from './store.ts';

/** Absent stays as it is; null is the default of everybody. */
export interface SetAccountLimitsInput {
  accountId: string;
  maxOrderValue?: string | null | undefined;
  maxOpenOrders?: number | null | undefined;
  dailyNotional?: string | null | undefined;
  reason: string;
}

const amount = (text: string | null | undefined, scale: number, field: string): bigint | null | undefined | Failure => {
  if (text == null) return text;
  const units = parseDecimal(text, scale);
  if (typeof units === 'bigint' && units >= 0n) return units;
  return failure('INVALID_AMOUNT', `${field} must be zero or more, with at most ${scale} decimals.`, field);
};

/** `setAccountLimits`: what the account's next orders are held against; open orders stay. */
export const createSetAccountLimits =
  ({ command, scale }: ControlDeps) =>
  async (by: Actor, input: SetAccountLimitsInput): Promise<Result<{ accountId: string }>> => {
    const accountId = input.accountId.toLowerCase();
    const { maxOpenOrders: open } = input;
    const maxOrderValue = amount(input.maxOrderValue, scale, 'maxOrderValue');
    const maxDailyNotional = amount(input.dailyNotional, scale, 'dailyNotional');
    const most = limits.orders.openPerAccount;
    const badCount =
      open != null && (open < 0 || open > most)
        ? failure('INVALID_INPUT', `maxOpenOrders must be between 0 and ${most}.`, 'maxOpenOrders')
        : undefined;
    const problems = [maxOrderValue, badCount, maxDailyNotional].filter(isFailure);
    if (isFailure(maxOrderValue) || isFailure(maxDailyNotional) || problems.length > 0) return refused(...problems);
    const absent = refused(failure('NOT_FOUND', 'There is no such account.', 'accountId'));
    if (!isUuid(accountId)) return absent;
    const details = {
      maxOrderValue: input.maxOrderValue ?? null,
      maxOpenOrders: open ?? null,
      dailyNotional: input.dailyNotional ?? null,
    };
    const operation = { ...operator, by, action: 'setAccountLimits', target: accountId, reason: input.reason, details };
    return operate(command, operation, async ({ tx }) =>
      (await saveAccountLimits(tx, accountId, { maxOrderValue, maxOpenOrders: open, maxDailyNotional }))
        ? ok({ accountId })
        : absent,
    );
  };

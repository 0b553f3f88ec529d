import type { Command } from '../audit/command.ts';
import { failure } from '../errors.ts';
import type { Actor } from '../identity/viewer.ts';
import { ok, type Result, refused } from '../kernel/result.ts';
import type { AccountFinder } from '../ledger/accounts.ts';
import { limits } from '../limits.ts';
import { saveDeadline } from './deadline-store.ts';

export interface CancelAllAfterInput {
  accountId?: string | null | undefined;
  /** 0 disarms. */
  seconds: number;
}

export interface ArmedSwitch {
  accountId: string;
  /** The server's time at the moment of the answer. */
  now: Date;
  /** Null when disarmed. */
  deadline: Date | null;
}

/**
 * `cancelAllAfter`: the dead-man's switch. Unless it is called again in time, all open orders of the account are asked to
 * cancel. The deadline is in the database, so a crash of the client or of the server does not disarm it.
 */
export const createCancelAllAfter =
  ({ command, accounts }: { command: Command; accounts: AccountFinder }) =>
  async (by: Actor & { userId: string }, input: CancelAllAfterInput): Promise<Result<ArmedSwitch>> => {
    const { seconds } = input;
    const most = limits.orders.cancelAllAfter_s;
    if (!Number.isInteger(seconds) || seconds < 0 || seconds > most) {
      return refused(failure('INVALID_INPUT', `seconds must be between 0 and ${most}.`, 'seconds'));
    }
    const accountId = await accounts.find(by.userId, input.accountId);
    const absent = refused(failure('NOT_FOUND', 'The account does not exist.', 'accountId'));
    if (accountId === undefined) return absent;
    const line = { by, action: 'cancelAllAfter', target: accountId, details: { seconds } };
    return command<ArmedSwitch>(line, async ({ tx, now }) => {
      const deadline = seconds === 0 ? null : new Date(now.getTime() + seconds * 1_000);
      const saved = await saveDeadline(tx, { accountId, userId: by.userId, deadline });
      return saved ? ok({ accountId, now, deadline }) : absent;
    });
  };

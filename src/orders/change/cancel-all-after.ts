import type { Command } from '../../audit/command.ts';
import { failure } from '../../errors.ts';
import type { InFlight } from '../../idempotency/in-flight.ts';
import { fingerprintOf, keyOf, type Once, refusedNow } from '../../idempotency/once.ts';
import { keepOnce } from '../../idempotency/store.ts';
import type { Actor } from '../../identity/viewer/viewer.ts';
import { checkKey } from '../../kernel/key.ts';
import { refused } from '../../kernel/result.ts';
import type { AccountFinder } from '../../ledger/accounts.ts';
import { limits } from '../../limits.ts';
import { isOwnAccount, saveDeadline } from './deadline-store.ts';

export interface CancelAllAfterInput {
  accountId?: string | null | undefined;
  /** 0 disarms. */
  seconds: number;
  idempotencyKey?: string | null | undefined;
}

export interface ArmedSwitch {
  accountId: string;
  /** The server's time at the moment of the answer. */
  now: Date;
  /** Null when disarmed. */
  deadline: Date | null;
}

const revive = (json: { accountId: string; now: string; deadline: string | null }): ArmedSwitch => ({
  accountId: json.accountId,
  now: new Date(json.now),
  deadline: json.deadline === null ? null : new Date(json.deadline),
});

/**
 * `cancelAllAfter`: the dead-man's switch. Unless it is called again in time, all open orders of the account are asked to
 * cancel. The deadline is in the database, so a crash of the client or of the server does not disarm it. A repeat of a key moves nothing.
 */
export const createCancelAllAfter =
  ({ command, accounts, inFlight }: { command: Command; accounts: AccountFinder; inFlight: InFlight }) =>
  async (by: Actor & { userId: string }, input: CancelAllAfterInput): Promise<Once<ArmedSwitch>> => {
    const { seconds, idempotencyKey } = input;
    const most = limits.orders.cancelAllAfter_s;
    if (!Number.isInteger(seconds) || seconds < 0 || seconds > most) {
      return refusedNow(failure('INVALID_INPUT', `seconds must be between 0 and ${most}.`, 'seconds'));
    }
    const badKey = checkKey(idempotencyKey, 'idempotencyKey', limits.text.idempotencyKey);
    if (badKey !== undefined) return refusedNow(badKey);
    const accountId = await accounts.find(by.userId, input.accountId);
    const absent = failure('NOT_FOUND', 'The account does not exist.', 'accountId');
    if (accountId === undefined) return refusedNow(absent);
    const key = keyOf(by.userId, 'cancelAllAfter', idempotencyKey, () => fingerprintOf(accountId, `${seconds}`));
    const asked = { by, action: 'cancelAllAfter', target: accountId, details: { seconds } };
    return inFlight(key, async () => {
      let replayed = false;
      const answer = await command<ArmedSwitch>(asked, async ({ tx, now, line }) => {
        if (!(await isOwnAccount(tx, { accountId, userId: by.userId }))) return refused(absent);
        const deadline = seconds === 0 ? null : new Date(now.getTime() + seconds * 1_000);
        const kept = await keepOnce(tx, now, key, { accountId, now, deadline }, revive);
        replayed = kept.replayed;
        if (replayed) line.details = { seconds, replayed };
        else if (kept.ok) await saveDeadline(tx, { accountId, deadline });
        return kept;
      });
      return { ...answer, replayed };
    });
  };

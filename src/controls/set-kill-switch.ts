import type { KillSwitchScope } from '../database/generated/enums.ts';
import { type Failure, failure } from '../errors.ts';
import { operate } from '../identity/viewer/operate.ts';
import type { Actor } from '../identity/viewer/viewer.ts';
import { isUuid } from '../kernel/ids.ts';
import { ok, type Result, refused } from '../kernel/result.ts';
import type { ControlDeps } from './deps.ts';
import type { KillSwitch } from './kill-switch.ts';
import { operator } from './operator.ts';
import { removeKillSwitch, saveKillSwitch, saveTradingBlocked } from './store.ts';

export interface SetKillSwitchInput {
  scope: KillSwitchScope;
  accountId?: string | null | undefined;
  symbol?: string | null | undefined;
  engaged: boolean;
  cancelOpenOrders?: boolean | null | undefined;
  reason: string;
}

/** A switch as it is after the change. */
export type KillSwitchState = KillSwitch & { engaged: boolean };

const fieldOf = { ACCOUNT: 'accountId', INSTRUMENT: 'symbol', VENUE: null } as const;

/** What the switch is about: exactly the one field that its scope needs. */
const targetOf = (input: SetKillSwitchInput): string | Failure => {
  const needed = fieldOf[input.scope];
  for (const field of ['accountId', 'symbol'] as const) {
    if ((input[field] != null) === (field === needed)) continue;
    const message = `Scope ${input.scope} ${field === needed ? 'needs' : 'takes no'} ${field}.`;
    return failure('INVALID_INPUT', message, field);
  }
  return (needed === null ? '' : input[needed]) ?? '';
};

/**
 * `setKillSwitch`: refuses new orders in its scope until it is released; cancels are always taken. An account's is seen
 * under the account's lock from the commit on, the others by every process when it hears of it.
 */
export const createSetKillSwitch =
  ({ command, instruments, switches }: ControlDeps) =>
  async (by: Actor & { userId: string }, input: SetKillSwitchInput): Promise<Result<KillSwitchState>> => {
    const { scope, engaged, reason } = input;
    const given = targetOf(input);
    if (typeof given !== 'string') return refused(given);
    const target = scope === 'ACCOUNT' ? given.toLowerCase() : given;
    const absent = refused(failure('NOT_FOUND', 'There is no such account.', 'accountId'));
    if (scope === 'ACCOUNT' && !isUuid(target)) return absent;
    if (scope === 'INSTRUMENT' && instruments.find(target) === undefined) {
      return refused(failure('UNKNOWN_SYMBOL', 'No instrument has this symbol.', 'symbol'));
    }
    const cancelOpenOrders = input.cancelOpenOrders ?? false;
    const details = { scope, engaged, cancelOpenOrders };
    const operation = {
      ...operator,
      by,
      action: 'setKillSwitch',
      target: scope === 'VENUE' ? scope : target,
      reason,
      details,
    };
    const result = await operate<KillSwitchState>(command, operation, async ({ tx, now }) => {
      if (scope === 'ACCOUNT' && !(await saveTradingBlocked(tx, target, engaged))) return absent;
      const changed = { scope, target, cancelOpenOrders, reason, engagedBy: by.userId, engagedAt: now };
      if (engaged) await saveKillSwitch(tx, changed);
      else await removeKillSwitch(tx, scope, target);
      return ok({ ...changed, engaged });
    });
    if (result.ok) await switches.refresh();
    return result;
  };

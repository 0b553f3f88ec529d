import type { Command, Step } from '../audit/command.ts';
import { RefusedError } from '../errors.ts';
import { hasPermission } from '../identity/permissions.ts';
import { lockActiveUser } from '../identity/store.ts';
import type { Actor } from '../identity/viewer.ts';
import { checkReason } from '../kernel/reason.ts';
import { type Result, refused } from '../kernel/result.ts';
import { limits } from '../limits.ts';

export interface Operation {
  by: Actor;
  action: string;
  target: string;
  /** Null where none is asked for. */
  reason: string | null;
  details?: Record<string, string | number | boolean | null>;
}

/**
 * What everything that operators do to trading has in common: a reason for the audit log, and the permission asked again
 * inside the transaction, since the viewer may be half a second old.
 */
export const operate = async <Value>(
  command: Command,
  { by, action, target, reason, details = {} }: Operation,
  decide: (step: Step) => Promise<Result<Value>>,
): Promise<Result<Value>> => {
  const problem = reason === null ? undefined : checkReason(reason, 'reason', limits.text.reason);
  if (problem !== undefined) return refused(problem);
  return command<Value>({ by, action, target, details: { reason, ...details } }, async (step) => {
    const { roles } = await lockActiveUser(step.tx, by.userId);
    if (!hasPermission(roles, 'market:operate')) {
      throw new RefusedError('FORBIDDEN', 'This needs the permission "market:operate".');
    }
    return decide(step);
  });
};

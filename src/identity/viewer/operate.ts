import type { Command, Step } from '../../audit/command.ts';
import { checkReason } from '../../kernel/reason.ts';
import { type Result, refused } from '../../kernel/result.ts';
import { limits } from '../../limits.ts';
import { lockPermitted } from './lock-permitted.ts';
import type { Permission } from './permissions.ts';
import type { Actor } from './viewer.ts';

export interface Operation {
  by: Actor;
  action: string;
  permission: Permission;
  target: string;
  /** Null where none is asked for. */
  reason: string | null;
  details?: Record<string, string | number | boolean | null>;
}

/** What everything that operators do to the server has in common: a reason for the audit log, and the permission asked again. */
export const operate = async <Value>(
  command: Command,
  { by, action, permission, target, reason, details = {} }: Operation,
  decide: (step: Step) => Promise<Result<Value>>,
): Promise<Result<Value>> => {
  const problem = reason === null ? undefined : checkReason(reason, 'reason', limits.text.reason);
  if (problem !== undefined) return refused(problem);
  return command<Value>({ by, action, target, details: { reason, ...details } }, async (step) => {
    await lockPermitted(step.tx, by.userId, permission);
    return decide(step);
  });
};

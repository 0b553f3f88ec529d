import type { Actor } from '../identity/viewer/viewer.ts';
import { ok } from '../kernel/result.ts';
import type { AuditLine, Command } from './command.ts';

/** Notes that staff look at what is a customer's, before they see it: what cannot be noted is not shown. */
export type RecordRead = (
  by: Actor,
  action: string,
  target: string | null,
  details?: AuditLine['details'],
) => Promise<void>;

export const createRecordRead =
  (command: Command): RecordRead =>
  async (by, action, target, details = {}) => {
    await command({ by, action, target, details }, async () => ok(undefined));
  };

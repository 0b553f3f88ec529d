import type { Command } from '../../audit/command.ts';
import { ok, type Result, refused } from '../../kernel/result.ts';
import { lockActiveViewer } from '../viewer/lock-active-viewer.ts';
import type { ShowPresence } from '../viewer/presence.ts';
import type { Actor, Viewer } from '../viewer/viewer.ts';
import { type FactorCodes, noSecondFactor, ownCodes, wrongCode } from './factor-codes.ts';
import { newRecoveryCodes } from './recovery-codes.ts';
import { findActiveFactor, saveRecoveryCodes } from './second-factor-store.ts';

export interface RenewNeeds {
  command: Command;
  codes: FactorCodes;
  showPresence: ShowPresence;
}

export interface RenewInput {
  password?: string | null | undefined;
  code: string;
}

/** Those of before are worth nothing any more. */
export const createRenewRecoveryCodes =
  ({ command, codes, showPresence }: RenewNeeds) =>
  async (by: Actor, viewer: Viewer, { password, code }: RenewInput): Promise<Result<string[]>> => {
    const presence = await showPresence(viewer, password, 'password');
    const attempt = await codes.admit(ownCodes(viewer));
    const recovery = await newRecoveryCodes();
    const result = await command({ by, action: 'renewRecoveryCodes', target: viewer.id }, async (step) => {
      const { user } = await lockActiveViewer(step, viewer);
      if (!presence.holds(user)) return refused(presence.failure);
      const factor = await findActiveFactor(step.tx, user.id);
      if (factor === null) return refused(noSecondFactor('There is none that could be recovered.'));
      if (!(await codes.accepts(step, factor, code))) return refused(wrongCode());
      await saveRecoveryCodes(step.tx, user.id, recovery.hashes);
      return ok(recovery.shown);
    });
    if (result.ok) await attempt.succeeded();
    return result;
  };

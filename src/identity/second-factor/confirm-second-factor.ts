import type { Command } from '../../audit/command.ts';
import type { SecondFactor } from '../../database/generated/client.ts';
import { ok, type Result, refused } from '../../kernel/result.ts';
import { limits } from '../../limits.ts';
import { endSessions, markSessions } from '../sessions/session-store.ts';
import { lockActiveViewer } from '../viewer/lock-active-viewer.ts';
import type { Actor, Viewer } from '../viewer/viewer.ts';
import type { Viewers } from '../viewer/viewers.ts';
import { type FactorCodes, noSecondFactor, ownCodes, wrongCode } from './factor-codes.ts';
import { newRecoveryCodes } from './recovery-codes.ts';
import { confirmSecondFactor, findSecondFactor, saveRecoveryCodes } from './second-factor-store.ts';

const isAwaited = (factor: SecondFactor | null, now: Date): factor is SecondFactor =>
  factor !== null &&
  factor.confirmedAt === null &&
  now.getTime() - factor.createdAt.getTime() <= limits.secondFactor.confirm_ms;

/** Makes the second factor count. This session has shown it; all others end, whoever has them. */
export const createConfirmSecondFactor =
  ({ command, codes, viewers }: { command: Command; codes: FactorCodes; viewers: Viewers }) =>
  async (by: Actor, viewer: Viewer, { code }: { code: string }): Promise<Result<string[]>> => {
    const attempt = await codes.admit(ownCodes(viewer));
    const recovery = await newRecoveryCodes();
    const result = await command({ by, action: 'confirmSecondFactor', target: viewer.id }, async (step) => {
      const { tx, now } = step;
      const { user } = await lockActiveViewer(step, viewer);
      const { id: userId } = user;
      const factor = await findSecondFactor(tx, userId);
      if (!isAwaited(factor, now)) return refused(noSecondFactor('Begin with enrolSecondFactor.'));
      if (!(await codes.accepts(step, factor, code))) return refused(wrongCode());
      await confirmSecondFactor(tx, userId, now);
      await saveRecoveryCodes(tx, userId, recovery.hashes);
      await endSessions(tx, { userId, id: { not: viewer.sessionId } }, { now, reason: 'SECOND_FACTOR' });
      await markSessions(tx, userId, true);
      return ok(recovery.shown);
    });
    if (result.ok) {
      viewers.forgetUser(viewer.id);
      await attempt.succeeded();
    }
    return result;
  };

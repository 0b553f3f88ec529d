import type { Command } from '../../audit/command.ts';
import { ok, type Result, refused } from '../../kernel/result.ts';
import { endSessions, markSessions } from '../sessions/session-store.ts';
import { lockActiveViewer } from '../viewer/lock-active-viewer.ts';
import type { ShowPresence } from '../viewer/presence.ts';
import type { Actor, Viewer } from '../viewer/viewer.ts';
import type { Viewers } from '../viewer/viewers.ts';
import { type FactorCodes, noSecondFactor, ownCodes, wrongCode } from './factor-codes.ts';
import { findActiveFactor, removeSecondFactor } from './second-factor-store.ts';

export interface RemoveFactorNeeds {
  command: Command;
  codes: FactorCodes;
  showPresence: ShowPresence;
  viewers: Viewers;
}

/** Wants both factors, however recent the sign-in. All other sessions end. */
export const createRemoveSecondFactor =
  ({ command, codes, showPresence, viewers }: RemoveFactorNeeds) =>
  async (by: Actor, viewer: Viewer, input: { password: string; code: string }): Promise<Result<object>> => {
    const presence = await showPresence(viewer, input.password, 'password');
    const attempt = await codes.admit(ownCodes(viewer));
    const result = await command({ by, action: 'removeSecondFactor', target: viewer.id }, async (step) => {
      const { tx, now } = step;
      const { user } = await lockActiveViewer(step, viewer);
      if (!presence.holds(user)) return refused(presence.failure);
      const factor = await findActiveFactor(tx, user.id);
      if (factor === null) return refused(noSecondFactor('There is none to remove.'));
      if (!(await codes.accepts(step, factor, input.code))) return refused(wrongCode());
      await removeSecondFactor(tx, user.id);
      await endSessions(tx, { userId: user.id, id: { not: viewer.sessionId } }, { now, reason: 'SECOND_FACTOR' });
      await markSessions(tx, user.id, false);
      return ok({});
    });
    if (result.ok) {
      viewers.forgetUser(viewer.id);
      await attempt.succeeded();
    }
    return result;
  };

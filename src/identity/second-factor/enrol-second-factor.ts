import type { Command } from '../../audit/command.ts';
import { failure } from '../../errors.ts';
import { ok, type Result, refused } from '../../kernel/result.ts';
import { limits } from '../../limits.ts';
import { lockActiveViewer } from '../viewer/lock-active-viewer.ts';
import type { ShowPresence } from '../viewer/presence.ts';
import type { Actor, Viewer } from '../viewer/viewer.ts';
import { enrolmentOf, newSecret } from './one-time-codes.ts';
import { beginSecondFactor, findActiveFactor } from './second-factor-store.ts';
import type { SecretBox } from './secret-box.ts';

/** What an authenticator app is given. Shown here only. */
export interface Enrolment {
  secret: string;
  uri: string;
  confirmBefore: Date;
}

export interface EnrolNeeds {
  command: Command;
  secretBox: SecretBox;
  showPresence: ShowPresence;
  /** What authenticator apps show beside the username. */
  issuer: string;
}

/** Begins a second factor, which counts for nothing until a code of it was shown. */
export const createEnrolSecondFactor =
  ({ command, secretBox, showPresence, issuer }: EnrolNeeds) =>
  async (by: Actor, viewer: Viewer, input: { password?: string | null | undefined }): Promise<Result<Enrolment>> => {
    const presence = await showPresence(viewer, input.password, 'password');
    const secret = newSecret();
    const shown = await enrolmentOf(secret, { issuer, label: viewer.username });
    return command({ by, action: 'enrolSecondFactor', target: viewer.id }, async (step) => {
      const { tx, now } = step;
      const { user } = await lockActiveViewer(step, viewer);
      if (!presence.holds(user)) return refused(presence.failure);
      if ((await findActiveFactor(tx, user.id)) !== null)
        return refused(failure('SECOND_FACTOR_EXISTS', 'Remove the second factor that there is first.'));
      await beginSecondFactor(tx, user.id, secretBox.seal(user.id, secret), now);
      return ok({ ...shown, confirmBefore: new Date(now.getTime() + limits.secondFactor.confirm_ms) });
    });
  };

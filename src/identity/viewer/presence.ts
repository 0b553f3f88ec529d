import type { Database } from '../../database/database.ts';
import { type Failure, failure } from '../../errors.ts';
import type { Clock } from '../../kernel/clock.ts';
import { limits } from '../../limits.ts';
import type { Passwords } from '../password/password.ts';
import type { PasswordAttempts } from '../password/password-attempts.ts';
import { findSessionStart } from '../sessions/session-store.ts';
import { findUser, type StoredUser } from '../users/store.ts';
import type { Viewer } from './viewer.ts';

export interface PresenceNeeds {
  database: Database;
  clock: Clock;
  passwords: Passwords;
  attempts: PasswordAttempts;
}

export interface Presence {
  shown: boolean;
  /** The same under the viewer's lock, before which the password may have been changed. */
  holds(user: StoredUser): boolean;
  /** What is answered where it does not. */
  failure: Failure;
}

/**
 * Shows that a change of how one signs in is made by the person and not by whoever found a session: by the current password, or by having signed
 * in a moment ago. The second is for clients that were written before the first was asked for: being refused, they sign in again.
 */
export const createPresence =
  ({ database, clock, passwords, attempts }: PresenceNeeds) =>
  async (viewer: Viewer, password: string | null | undefined, field: string): Promise<Presence> => {
    if (password == null) {
      const session = { id: viewer.sessionId, userId: viewer.id };
      const startedAt = await findSessionStart(database.prisma, session);
      const shown = startedAt !== undefined && Number(clock.now()) - Number(startedAt) <= limits.session.recent_ms;
      const message = 'Give the current password, or sign in again first.';
      return {
        shown,
        holds: () => shown,
        failure: failure('RECENT_SIGN_IN_REQUIRED', message, field),
      };
    }
    const found = await findUser(database, { id: viewer.id });
    const attempt = await attempts(viewer);
    await attempt.guess();
    const shown = await passwords.verify(found?.passwordHash, password, true);
    if (shown) attempt.wasRight();
    return {
      shown,
      holds: ({ passwordHash }) => shown && passwordHash === found?.passwordHash,
      failure: failure('INVALID_CREDENTIALS', 'The current password is wrong.', field),
    };
  };

export type ShowPresence = ReturnType<typeof createPresence>;

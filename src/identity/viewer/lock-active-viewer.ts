import type { Step } from '../../audit/command.ts';
import { findOpenSession } from '../sessions/session-store.ts';
import { lockActiveUser, type StoredUser } from '../users/store.ts';
import { unauthenticated } from './unauthenticated.ts';
import type { Viewer } from './viewer.ts';

/**
 * For commands that change how one signs in: the session is asked for again as well. Whatever ends one because of what its user did holds the
 * user's lock, so a session that was thrown out does nothing after it. Says whether the session was opened with a second factor.
 */
export const lockActiveViewer = async (
  { tx, now }: Pick<Step, 'tx' | 'now'>,
  viewer: Pick<Viewer, 'id' | 'sessionId'>,
): Promise<{ user: StoredUser; secondFactor: boolean }> => {
  const user = await lockActiveUser(tx, viewer.id);
  const session = await findOpenSession(tx, { id: viewer.sessionId, userId: user.id, now });
  if (session === null) throw unauthenticated('REVOKED');
  return { user, secondFactor: session.secondFactor };
};

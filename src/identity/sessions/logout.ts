import type { Command } from '../../audit/command.ts';
import { ok, type Result } from '../../kernel/result.ts';
import { lockActiveUser } from '../users/store.ts';
import type { Actor, Viewer } from '../viewer/viewer.ts';
import type { Viewers } from '../viewer/viewers.ts';
import { endSessions } from './session-store.ts';

/** Ends the viewer's own session; its access token dies with it. */
export const createLogout =
  ({ command, viewers }: { command: Command; viewers: Viewers }) =>
  async (by: Actor, { sessionId }: Pick<Viewer, 'sessionId'>): Promise<Result<object>> => {
    const result = await command({ by, action: 'logout', target: sessionId }, async ({ tx, now }) => {
      await lockActiveUser(tx, by.userId);
      await endSessions(tx, { id: sessionId }, { now, reason: 'LOGOUT' });
      return ok({});
    });
    viewers.forgetSession(sessionId);
    return result;
  };

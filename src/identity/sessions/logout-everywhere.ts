import type { Command } from '../../audit/command.ts';
import { ok, type Result } from '../../kernel/result.ts';
import { lockActiveUser } from '../users/store.ts';
import type { Actor } from '../viewer/viewer.ts';
import type { Viewers } from '../viewer/viewers.ts';
import { endSessions } from './session-store.ts';

/** Ends all of the user's sessions, this one included. */
export const createLogoutEverywhere =
  ({ command, viewers }: { command: Command; viewers: Viewers }) =>
  async (by: Actor): Promise<Result<object>> => {
    const result = await command({ by, action: 'logoutEverywhere', target: by.userId }, async ({ tx, now }) => {
      const { id: userId } = await lockActiveUser(tx, by.userId);
      await endSessions(tx, { userId }, { now, reason: 'LOGOUT' });
      return ok({});
    });
    if (by.userId !== null) viewers.forgetUser(by.userId);
    return result;
  };

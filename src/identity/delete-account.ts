import type { Command } from '../audit/command.ts';
import { type Result, refused } from '../kernel/result.ts';
import { closeLogin } from './close-login.ts';
import type { ShowPresence } from './presence.ts';
import { lockActiveUser, lockAdministration } from './store.ts';
import type { Actor, Viewer } from './viewer.ts';
import type { Viewers } from './viewers.ts';

export interface DeleteAccountNeeds {
  command: Command;
  viewers: Viewers;
  showPresence: ShowPresence;
}

/** Closes the viewer's own login for good. */
export const createDeleteAccount =
  ({ command, viewers, showPresence }: DeleteAccountNeeds) =>
  async (by: Actor, viewer: Viewer, input: { password?: string | null | undefined }): Promise<Result<object>> => {
    const presence = await showPresence(viewer, input.password, 'password');
    const result = await command({ by, action: 'deleteAccount', target: viewer.id }, async ({ tx, now }) => {
      await lockAdministration(tx);
      const user = await lockActiveUser(tx, viewer.id);
      return (await presence.holds(tx, user)) ? closeLogin({ tx, now }, user) : refused(presence.failure);
    });
    if (result.ok) viewers.forgetUser(viewer.id);
    return result;
  };

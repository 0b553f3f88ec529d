import type { Command } from '../../audit/command.ts';
import { type Result, refused } from '../../kernel/result.ts';
import { lockActiveViewer } from '../viewer/lock-active-viewer.ts';
import type { ShowPresence } from '../viewer/presence.ts';
import type { Actor, Viewer } from '../viewer/viewer.ts';
import type { Viewers } from '../viewer/viewers.ts';
import { closeLogin } from './close-login.ts';
import { lockAdministration } from './store.ts';

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
    const result = await command({ by, action: 'deleteAccount', target: viewer.id }, async (step) => {
      await lockAdministration(step.tx);
      const { user } = await lockActiveViewer(step, viewer);
      return presence.holds(user) ? closeLogin(step, user) : refused(presence.failure);
    });
    if (result.ok) viewers.forgetUser(viewer.id);
    return result;
  };

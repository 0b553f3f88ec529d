import type { Step } from '../audit/command.ts';
import type { Ids } from '../kernel/ids.ts';
import { queueMail } from '../mail/store.ts';
import type { User } from './user.ts';

/** Tells a user by mail that the login was changed, at the address that was the user's before; part of the change's own transaction. */
export type TellUser = (
  step: Step,
  user: Pick<User, 'id' | 'email'>,
  kind: 'PASSWORD_CHANGED' | 'NAMES_CHANGED',
) => Promise<void>;

/** Where no mail is sent nothing is queued: it would wait for nobody. */
export const createTellUser =
  ({ ids, sendsMail }: { ids: Ids; sendsMail: boolean }): TellUser =>
  async ({ tx, now, line }, { id, email }, kind) => {
    if (!sendsMail) return;
    const mail = { id: ids.next(), requestId: line.by.requestId, createdAt: now };
    await queueMail(tx, { ...mail, kind, userId: id, recipient: email });
  };

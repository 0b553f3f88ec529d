import type { Step } from '../../audit/command.ts';
import { RefusedError } from '../../errors.ts';
import type { Ids } from '../../kernel/ids.ts';
import type { Budgets } from '../../limiter/limiter.ts';
import { isNoticeWaiting, queueMail } from '../../mail/store.ts';
import type { User } from './user.ts';

/**
 * Tells a user by mail that the login was changed, at the address that was the user's before; part of the change's own transaction,
 * which holds the user's lock.
 */
export type TellUser = (
  step: Step,
  user: Pick<User, 'id' | 'email'>,
  kind: 'PASSWORD_CHANGED' | 'NAMES_CHANGED',
) => Promise<void>;

export interface TellUserNeeds {
  ids: Ids;
  budget: Budgets['notices'];
  sendsMail: boolean;
}

/**
 * Where no mail is sent nothing is queued: it would wait for nobody. Whoever changes a login over and over fills neither
 * the user's box nor the queue: beyond the budget the change is made and not told.
 */
export const createTellUser = ({ ids, budget, sendsMail }: TellUserNeeds): TellUser => {
  const isWithin = async (key: string): Promise<boolean> => {
    try {
      await budget.spend(key);
      return true;
    } catch (error) {
      if (error instanceof RefusedError) return false;
      throw error;
    }
  };
  return async ({ tx, now, line }, { id, email }, kind) => {
    if (!sendsMail || (await isNoticeWaiting(tx, id, kind)) || !(await isWithin(`${kind}:${id}`))) return;
    const mail = { id: ids.next(), requestId: line.by.requestId, createdAt: now };
    await queueMail(tx, { ...mail, kind, userId: id, recipient: email });
  };
};

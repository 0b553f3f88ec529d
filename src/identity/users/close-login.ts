import type { Step } from '../../audit/command.ts';
import { failure } from '../../errors.ts';
import { ok, type Result, refused } from '../../kernel/result.ts';
import { forgetMail } from '../../mail/store.ts';
import { dropReset } from '../password/reset-store.ts';
import { removeSecondFactor } from '../second-factor/second-factor-store.ts';
import { forgetAddresses } from '../sessions/address-store.ts';
import { endSessions } from '../sessions/session-store.ts';
import { nameKey } from './names.ts';
import { closeUser, isLastAdmin, lockAccounts } from './store.ts';
import type { User } from './user.ts';

/**
 * Closes a login for good and forgets the person; the books stay, under a number. The caller holds the lock of
 * administration and the user's, and has seen that it may be done.
 */
export const closeLogin = async ({ tx, now }: Pick<Step, 'tx' | 'now'>, user: User): Promise<Result<User>> => {
  if (await isLastAdmin(tx, user)) return refused(failure('LAST_ADMIN', 'Give another user the role ADMIN first.'));
  const open = await lockAccounts(tx, user.id);
  if (open > 0) return refused(failure('OPEN_ORDERS', `There are ${open} open orders; cancel them first.`));
  await endSessions(tx, { userId: user.id }, { now, reason: 'CLOSED' });
  await forgetAddresses(tx, user.id);
  await removeSecondFactor(tx, user.id);
  await dropReset(tx, user.id);
  await forgetMail(tx, { id: user.id, emailKey: nameKey(user.email) });
  return ok(await closeUser(tx, user, now));
};

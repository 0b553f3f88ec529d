import { createCommand } from '../audit/command.ts';
import { createRecordRead } from '../audit/record-read.ts';
import type { Config } from '../config.ts';
import type { Database } from '../database/database.ts';
import type { CheckBreached } from '../identity/password/breached.ts';
import type { Passwords } from '../identity/password/password.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Ids } from '../kernel/ids.ts';
import type { AdminNeeds } from './change-user.ts';
import { createCloseUser } from './close-user.ts';
import { createCreateUser } from './create-user.ts';
import { createCountUsers, createGetUser, createListUsers } from './list-users.ts';
import { createReinstateUser } from './reinstate-user.ts';
import { createResetSecondFactor } from './reset-second-factor.ts';
import { createSendPasswordReset } from './send-password-reset.ts';
import { createAddUserRole, createRemoveUserRole, createSetUserRoles } from './set-user-roles.ts';
import { createSuspendUser } from './suspend-user.ts';
import { createUpdateUser } from './update-user.ts';

export interface CreateAdminNeeds extends Pick<AdminNeeds, 'forgetUser' | 'tellUser'> {
  database: Database;
  clock: Clock;
  ids: Ids;
  /** The one queue of this process, which sign-ins wait in too. */
  passwords: Passwords;
  checkBreached: CheckBreached;
  config: Pick<Config, 'password' | 'mail'>;
}

export const createAdmin = (given: CreateAdminNeeds) => {
  const { database, clock, ids, forgetUser, tellUser, passwords, checkBreached, config } = given;
  const command = createCommand({ database, clock, ids });
  const needs = { command, forgetUser, tellUser };
  const reads = { database, recordRead: createRecordRead(command) };
  return {
    users: createListUsers(reads),
    user: createGetUser(reads),
    countUsers: createCountUsers(reads),
    createUser: createCreateUser({ command, ids, passwords, passwordBounds: config.password, checkBreached }),
    updateUser: createUpdateUser(needs),
    closeUser: createCloseUser(needs),
    setUserRoles: createSetUserRoles(needs),
    addUserRole: createAddUserRole(needs),
    removeUserRole: createRemoveUserRole(needs),
    resetSecondFactor: createResetSecondFactor(needs),
    suspendUser: createSuspendUser(needs),
    reinstateUser: createReinstateUser(needs),
    sendPasswordReset: createSendPasswordReset(needs, { ids, way: config.mail.way }),
  };
};

export type Admin = ReturnType<typeof createAdmin>;

import { createCommand } from '../audit/command.ts';
import { createRecordRead } from '../audit/record-read.ts';
import type { Database } from '../database/database.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Ids } from '../kernel/ids.ts';
import type { AdminNeeds } from './change-user.ts';
import { createGetUser, createListUsers } from './list-users.ts';
import { createReinstateUser } from './reinstate-user.ts';
import { createSetUserRoles } from './set-user-roles.ts';
import { createSuspendUser } from './suspend-user.ts';

export interface CreateAdminNeeds extends Pick<AdminNeeds, 'forgetUser'> {
  database: Database;
  clock: Clock;
  ids: Ids;
}

export const createAdmin = ({ database, clock, ids, forgetUser }: CreateAdminNeeds) => {
  const command = createCommand({ database, clock, ids });
  const needs = { command, forgetUser };
  const reads = { database, recordRead: createRecordRead(command) };
  return {
    users: createListUsers(reads),
    user: createGetUser(reads),
    setUserRoles: createSetUserRoles(needs),
    suspendUser: createSuspendUser(needs),
    reinstateUser: createReinstateUser(needs),
  };
};

export type Admin = ReturnType<typeof createAdmin>;

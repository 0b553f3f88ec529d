import { createCommand } from '../audit/command.ts';
import type { Database } from '../database/database.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Ids } from '../kernel/ids.ts';
import { readProfile } from './store.ts';
import { createUpdateProfile } from './update-profile.ts';

export interface ProfileNeeds {
  database: Database;
  clock: Clock;
  ids: Ids;
}

export const createProfile = ({ database, clock, ids }: ProfileNeeds) => ({
  get: (userId: string) => readProfile(database, userId),
  update: createUpdateProfile({ command: createCommand({ database, clock, ids }) }),
});

export type ProfileService = ReturnType<typeof createProfile>;

import type { RecordRead } from '../audit/record-read.ts';
import type { Database } from '../database/database.ts';
import { findUser } from '../identity/users/store.ts';
import { toUser, type User } from '../identity/users/user.ts';
import type { Actor } from '../identity/viewer/viewer.ts';
import { isUuid } from '../kernel/ids.ts';
import type { Page } from '../kernel/page.ts';
import { limits } from '../limits.ts';
import { countUsers, readUsers, type UserFilter, type UsersRequest } from './store.ts';

/** No name is this long or has such characters, and Postgres takes no NUL. */
const canMatch = (search: string): boolean => search.length <= limits.text.email && !/[\p{Cc}\p{Cs}]/u.test(search);

interface ListNeeds {
  database: Database;
  recordRead: RecordRead;
}

export const createListUsers =
  ({ database, recordRead }: ListNeeds) =>
  async (by: Actor, filter: UserFilter, page: UsersRequest): Promise<Page<User>> => {
    // What is searched for may be an address of e-mail, which does not belong into the log.
    const given = Object.entries(filter).flatMap(([name, value]) => (value == null ? [] : [name]));
    await recordRead(by, 'users', null, given.length === 0 ? {} : { filter: given });
    return filter.search == null || canMatch(filter.search)
      ? readUsers(database, filter, page)
      : { rows: [], hasMore: false };
  };

/** How many there are; that they were read is recorded with the page. */
export const createCountUsers =
  ({ database }: Pick<ListNeeds, 'database'>) =>
  async (filter: UserFilter): Promise<number> =>
    filter.search == null || canMatch(filter.search) ? countUsers(database, filter) : 0;

/** `null` for an id that nobody has, and for text that is no id. */
export const createGetUser =
  ({ database, recordRead }: ListNeeds) =>
  async (by: Actor, id: string): Promise<User | null> => {
    if (!isUuid(id)) return null;
    if (id.toLowerCase() !== by.userId) await recordRead(by, 'user', id.toLowerCase());
    const found = await findUser(database, { id });
    return found && toUser(found);
  };

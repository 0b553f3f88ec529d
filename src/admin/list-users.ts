import type { Database } from '../database/database.ts';
import { findUser } from '../identity/store.ts';
import { toUser, type User } from '../identity/user.ts';
import { isUuid } from '../kernel/ids.ts';
import type { Page, PageRequest } from '../kernel/page.ts';
import { limits } from '../limits.ts';
import { readUsers, type UserFilter } from './store.ts';

/** No name is this long or has such characters, and Postgres takes no NUL. */
const canMatch = (search: string): boolean => search.length <= limits.text.email && !/[\p{Cc}\p{Cs}]/u.test(search);

export const createListUsers =
  ({ database }: { database: Database }) =>
  async (filter: UserFilter, page: PageRequest): Promise<Page<User>> =>
    filter.search == null || canMatch(filter.search) ? readUsers(database, filter, page) : { rows: [], hasMore: false };

/** `null` for an id that nobody has, and for text that is no id. */
export const createGetUser =
  ({ database }: { database: Database }) =>
  async (id: string): Promise<User | null> => {
    const found = isUuid(id) ? await findUser(database, { id }) : null;
    return found && toUser(found);
  };

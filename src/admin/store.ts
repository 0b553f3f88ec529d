import type { Database } from '../database/database.ts';
import type { Prisma } from '../database/generated/client.ts';
import type { UserStatus } from '../database/generated/enums.ts';
import { newestFirst } from '../database/keyset.ts';
import { nameKey } from '../identity/users/names.ts';
import { toUser, type User } from '../identity/users/user.ts';
import type { Role } from '../identity/viewer/permissions.ts';
import { type Page, type PageRequest, pageOf } from '../kernel/page.ts';

export interface UserFilter {
  search?: string | null | undefined;
  role?: Role | null | undefined;
  status?: UserStatus | null | undefined;
}

/** Prisma hands LIKE's own signs on as they are. */
const literal = (text: string): string => text.replace(/[\\%_]/g, (sign) => `\\${sign}`);

const searched = (search: string): Prisma.UserWhereInput => {
  const contains = literal(nameKey(search));
  return { OR: [{ usernameKey: { contains } }, { emailKey: { contains } }] };
};

const conditionsOf = (filter: UserFilter): Prisma.UserWhereInput[] => [
  ...(filter.search == null ? [] : [searched(filter.search)]),
  ...(filter.role == null ? [] : [{ roles: { has: filter.role } }]),
  ...(filter.status == null ? [] : [{ status: filter.status }]),
];

/** `skip`: rows to pass over first. */
export type UsersRequest = PageRequest & { skip?: number };

export const readUsers = async (
  { prisma }: Database,
  filter: UserFilter,
  request: UsersRequest,
): Promise<Page<User>> => {
  const { where, ...page } = newestFirst(request);
  const conditions = [...where.AND, ...conditionsOf(filter)];
  const rows = await prisma.user.findMany({ ...page, skip: request.skip ?? 0, where: { AND: conditions } });
  return pageOf(rows.map(toUser), request);
};

export const countUsers = ({ prisma }: Database, filter: UserFilter): Promise<number> =>
  prisma.user.count({ where: { AND: conditionsOf(filter) } });

export const saveRoles = async (
  tx: Prisma.TransactionClient,
  { id }: User,
  { roles, now }: { roles: readonly Role[]; now: Date },
): Promise<User> => toUser(await tx.user.update({ where: { id }, data: { roles: [...roles], updatedAt: now } }));

export const saveStatus = async (
  tx: Prisma.TransactionClient,
  { id }: User,
  { status, now }: { status: UserStatus; now: Date },
): Promise<User> => toUser(await tx.user.update({ where: { id }, data: { status, updatedAt: now } }));

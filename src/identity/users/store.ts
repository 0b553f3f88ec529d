import type { Database } from '../../database/database.ts';
import { Prisma } from '../../database/generated/client.ts';
import { RefusedError } from '../../errors.ts';
import { unusableHash } from '../password/password.ts';
import { Role } from '../viewer/permissions.ts';
import { nameKey } from './names.ts';
import type { User } from './user.ts';

type Tx = Prisma.TransactionClient;

export interface StoredUser extends User {
  passwordHash: string;
}

export interface NewUser extends Omit<StoredUser, 'number' | 'status'> {
  usernameKey: string;
  emailKey: string;
}

export const findUser = (
  { prisma }: Database,
  by: { id: string } | { usernameKey: string } | { emailKey: string },
): Promise<StoredUser | null> => prisma.user.findUnique({ where: by });

/** What is kept of a user in other tables, or concerns only those who look at users. */
export interface UserDetails {
  id: string;
  displayName: string | null;
  updatedAt: Date;
  lastSignInAt: Date | null;
  secondFactor: boolean;
}

/** One statement for all of a page. A sign-in leaves its session's row until the next one. */
export const readUserDetails = async ({ pool }: Database, ids: readonly string[]): Promise<UserDetails[]> => {
  const text = `SELECT u.id, p.display_name AS "displayName", u.updated_at AS "updatedAt",
                       (SELECT max(s.created_at) FROM sessions s WHERE s.user_id = u.id) AS "lastSignInAt",
                       EXISTS (SELECT FROM second_factors f WHERE f.user_id = u.id AND f.confirmed_at IS NOT NULL) AS "secondFactor"
                FROM users u JOIN profiles p ON p.user_id = u.id WHERE u.id = ANY($1::uuid[])`;
  return (await pool.query<UserDetails>({ name: 'user_details', text, values: [ids] })).rows;
};

/**
 * Locks a user's row before its sessions and accounts, everywhere in this order. The lock lets rows that refer to the
 * user be written meanwhile.
 */
export const lockUser = async (tx: Tx, id: string): Promise<StoredUser | null> => {
  await tx.$queryRaw`SELECT 1 FROM users WHERE id = ${id}::uuid FOR NO KEY UPDATE`;
  return tx.user.findUnique({ where: { id } });
};

/** For commands of a signed-in user: the viewer may be half a second old, so the row is asked again under its lock. */
export const lockActiveUser = async (tx: Tx, id: string | null): Promise<StoredUser> => {
  const user = id === null ? null : await lockUser(tx, id);
  if (user?.status !== 'ACTIVE') throw new RefusedError('UNAUTHENTICATED', 'The session has ended; sign in again.');
  return user;
};

interface NameKeys {
  usernameKey?: string;
  emailKey?: string;
}

/** Which of the names somebody else has; nobody has one that is not asked for. */
export const takenNames = async (tx: Tx, { usernameKey, emailKey }: NameKeys, ownerId?: string) => {
  const asked = [
    ...(usernameKey === undefined ? [] : [{ usernameKey }]),
    ...(emailKey === undefined ? [] : [{ emailKey }]),
  ];
  const others = await tx.user.findMany({
    // Of no conditions Prisma makes one that nothing fulfils.
    where: { OR: asked, ...(ownerId !== undefined && { id: { not: ownerId } }) },
    select: { usernameKey: true, emailKey: true },
  });
  return {
    username: usernameKey !== undefined && others.some((other) => other.usernameKey === usernameKey),
    email: emailKey !== undefined && others.some((other) => other.emailKey === emailKey),
  };
};

/** Gives a user other names, in the form that they were written in and in the one that is compared. */
export const saveNames = (
  tx: Tx,
  id: string,
  { username, email }: { username?: string | undefined; email?: string | undefined },
  now: Date,
): Promise<StoredUser> => {
  const names = {
    ...(username !== undefined && { username, usernameKey: nameKey(username) }),
    ...(email !== undefined && { email, emailKey: nameKey(email) }),
  };
  return tx.user.update({ where: { id }, data: { ...names, updatedAt: now } });
};

export const insertUser = (tx: Tx, user: NewUser, displayName: string | null = null): Promise<StoredUser> =>
  tx.user.create({
    data: {
      ...user,
      roles: [...user.roles],
      updatedAt: user.createdAt,
      profile: { create: { displayName, updatedAt: user.createdAt } },
    },
  });

export const isUniqueViolation = (error: unknown): boolean =>
  error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002';

export const setPasswordHash = async (tx: Tx, id: string, passwordHash: string, now: Date): Promise<void> => {
  await tx.user.update({ where: { id }, data: { passwordHash, updatedAt: now } });
};

/** Numbers that no other advisory lock of this database uses. */
const ADMINISTRATION = 7_201_001;
const DEMO = 7_201_002;

/** The function answers void, which Prisma cannot read. */
const lockAdvisory = async (tx: Tx, key: number): Promise<void> => {
  await tx.$queryRaw`SELECT pg_advisory_xact_lock(${key})::text`;
};

/** Taken first by every command that may take an administrator away, so that two of them cannot both see the other. */
export const lockAdministration = (tx: Tx): Promise<void> => lockAdvisory(tx, ADMINISTRATION);

export const lockDemo = (tx: Tx): Promise<void> => lockAdvisory(tx, DEMO);

/** Which of these users exist, closed ones too. */
export const findDemoUsers = async (tx: Tx, ids: string[]): Promise<string[]> => {
  const found = await tx.user.findMany({ where: { id: { in: ids } }, select: { id: true } });
  return found.map(({ id }) => id);
};

export const isLastAdmin = async (tx: Tx, user: User): Promise<boolean> => {
  if (user.status !== 'ACTIVE' || !user.roles.includes(Role.ADMIN)) return false;
  const other = await tx.user.findFirst({
    where: { roles: { has: Role.ADMIN }, status: 'ACTIVE', id: { not: user.id } },
    select: { id: true },
  });
  return other === null;
};

/** Locks the accounts, in id order like the order lane, and answers how many orders are open on them. */
export const lockAccounts = async (tx: Tx, userId: string): Promise<number> => {
  const accounts = await tx.$queryRaw<{ open: number }[]>`
    SELECT open_orders AS "open" FROM accounts WHERE user_id = ${userId}::uuid ORDER BY id FOR NO KEY UPDATE`;
  return accounts.reduce((sum, { open }) => sum + open, 0);
};

/** The row and the books stay. The keys have a form that no name has, so nobody can hold or look up such a name. */
export const closeUser = async (tx: Tx, { id, number }: User, now: Date): Promise<StoredUser> => {
  const name = `deleted-${number}`;
  const closed = await tx.user.update({
    where: { id },
    data: {
      username: name,
      usernameKey: `@${name}`,
      email: `${name}@deleted.invalid`,
      emailKey: `@${name}`,
      passwordHash: unusableHash(),
      roles: [Role.USER],
      status: 'CLOSED',
      updatedAt: now,
      profile: { update: { displayName: null, locale: null, timeZone: null, updatedAt: now } },
    },
  });
  await tx.account.updateMany({ where: { userId: id }, data: { status: 'CLOSED' } });
  return closed;
};

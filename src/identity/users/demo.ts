import { writeAudit } from '../../audit/write.ts';
import type { Database } from '../../database/database.ts';
import type { Prisma } from '../../database/generated/client.ts';
import { inTransaction } from '../../database/transaction.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Ids } from '../../kernel/ids.ts';
import { openAccount } from '../../ledger/open-account.ts';
import type { Passwords } from '../password/password.ts';
import { Role } from '../viewer/permissions.ts';
import { nameKey } from './names.ts';
import { findDemoUsers, findUser, insertUser, lockDemo, takenNames } from './store.ts';

/**
 * Their ids are fixed and a user's row is never removed: one that was deleted or got another password stays so, however
 * often the server starts.
 */
export const demoUsers = [
  {
    id: '00000000-0000-7000-8000-000000000001',
    username: 'admin',
    email: 'admin@example.com',
    password: 'admin123',
    roles: [Role.ADMIN, Role.USER],
  },
  {
    id: '00000000-0000-7000-8000-000000000002',
    username: 'user',
    email: 'user@example.com',
    password: 'user123',
    roles: [Role.USER],
  },
];

type DemoUser = (typeof demoUsers)[number];

export interface DemoAccount {
  userId: string;
  accountId: string;
  email: string;
}

export interface DemoNeeds {
  database: Database;
  clock: Clock;
  ids: Ids;
  passwords: Passwords;
}

/** Makes the demo users that never existed, and answers those. Their short published passwords pass no rule. */
export const createDemo = ({ database, clock, ids, passwords }: DemoNeeds) => {
  const add = async (tx: Prisma.TransactionClient, demo: DemoUser, passwordHash: string): Promise<DemoAccount[]> => {
    const { id, username, email, roles } = demo;
    const keys = { usernameKey: nameKey(username), emailKey: nameKey(email) };
    const taken = await takenNames(tx, keys);
    if (taken.username || taken.email) return [];
    const createdAt = clock.now();
    const accountId = ids.next();
    await insertUser(tx, { id, username, email, ...keys, passwordHash, roles, createdAt });
    await openAccount(tx, { id: accountId, userId: id, createdAt });
    const by = { userId: null, requestId: ids.next() };
    await writeAudit(tx, { id: ids.next(), createdAt, by, action: 'createDemoUser', target: id, outcome: 'OK' });
    return [{ userId: id, accountId, email }];
  };

  return async (): Promise<DemoAccount[]> => {
    const demoIds = demoUsers.map(({ id }) => id);
    if ((await findDemoUsers(database.prisma, demoIds)).length === demoIds.length) return [];
    const hashes = await Promise.all(demoUsers.map(({ password }) => passwords.hash(password)));
    return inTransaction(database, async (tx) => {
      // Two processes may start at once: the second waits here and then finds the users.
      await lockDemo(tx);
      const existing = await findDemoUsers(tx, demoIds);
      const made: DemoAccount[] = [];
      for (const [at, demo] of demoUsers.entries()) {
        if (!existing.includes(demo.id)) made.push(...(await add(tx, demo, hashes[at]!)));
      }
      return made;
    });
  };
};

/** The addresses of demo users who still sign in with their published passwords. */
export const createOpenDemoUsers =
  ({ database, passwords }: Pick<DemoNeeds, 'database' | 'passwords'>) =>
  async (): Promise<string[]> => {
    const open: string[] = [];
    for (const { id, email, password } of demoUsers) {
      const user = await findUser(database, { id });
      if (user?.status === 'ACTIVE' && (await passwords.verify(user.passwordHash, password))) open.push(email);
    }
    return open;
  };

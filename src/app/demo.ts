import { type Config, ConfigError } from '../config.ts';
import { demoUsers } from '../identity/users/demo.ts';
import type { Ids } from '../kernel/ids.ts';
import { giveDemoMoney } from '../ledger/demo.ts';
import type { Services } from './services.ts';

/** Production on a database that was tried out in development. */
export const refuseDemoUsers = async (
  { production }: Pick<Config, 'production'>,
  { identity }: Pick<Services, 'identity'>,
): Promise<void> => {
  const open = production ? await identity.openDemoUsers() : [];
  if (open.length === 0) return;
  const problem = `the database has demo users whose passwords are published (${open.join(', ')})`;
  throw new ConfigError(
    'DATABASE_URL',
    `${problem}: change those or delete the users with ENVIRONMENT=development, or take a new database (ENVIRONMENT=production)`,
  );
};

/** Users to try the server with, and their money. */
export const addDemoData = async (
  { demoData }: Pick<Config, 'demoData'>,
  { identity, ledger }: Pick<Services, 'identity' | 'ledger'>,
  ids: Ids,
): Promise<void> => {
  if (!demoData) return;
  await identity.createDemoUsers();
  const userIds = demoUsers.map(({ id }) => id);
  await giveDemoMoney(ledger, ids, userIds);
};

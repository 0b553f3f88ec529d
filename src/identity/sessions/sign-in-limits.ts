import { createHash, createHmac, hkdfSync } from 'node:crypto';
import type { Config } from '../../config.ts';
import type { Database } from '../../database/database.ts';
import type { Prisma } from '../../database/generated/client.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Budgets } from '../../limiter/limiter.ts';
import { limits } from '../../limits.ts';
import { type AddressHash, isKnownAddress, rememberAddress } from './address-store.ts';

const DAY_ms = 86_400_000;

/** Names come from strangers: of any length, and an e-mail address is nothing for a store of limits to know. */
export const shortened = (name: string): string => createHash('sha256').update(name).digest('base64url');

export interface Admitted {
  /** Signed in from here before: what goes on elsewhere is not this device's fault. */
  known: boolean;
  /** What its codes are counted by: those of a device that is known apart from everybody else's, like its passwords. */
  codesBy: string;
  /** The attempt was no guess. */
  succeeded(): Promise<void>;
}

/**
 * Counts attempts to sign in before the password is looked at. An address from which the user has signed in before has a
 * budget of its own for that user, so that nobody elsewhere can use it up. All others share the budget of the user, under
 * whatever name, or that of a name that nobody has; and each of them has one for all names. Both are kept by the minute and by the day. An attempt that succeeds was no guess and costs
 * nothing, so only failures add up.
 */
export const createSignInLimits = ({
  database,
  budgets,
  clock,
  jwt,
}: {
  database: Database;
  budgets: Budgets['signIn'];
  clock: Clock;
  jwt: Pick<Config['jwt'], 'secret'>;
}) => {
  const key = Buffer.from(hkdfSync('sha256', jwt.secret, '', 'bourse known address', 32));
  const hashOf = (address: string): AddressHash =>
    new Uint8Array(createHmac('sha256', key).update(address).digest().subarray(0, 16));

  return {
    /** In as many steps for those who are known as for strangers, or its time would tell who has been here before. */
    admit: async (of: { userId: string | undefined; name: string; address: string }): Promise<Admitted> => {
      const { userId, address } = of;
      const since = new Date(clock.now().getTime() - limits.signIn.knownFor_days * DAY_ms);
      const known = await isKnownAddress(database, { userId, address: hashOf(address), since });
      const name = shortened(of.name);
      const key = known ? `${userId} ${shortened(address)}` : (userId ?? name);
      const attempts = known ? budgets.device : budgets.name;
      const share = known ? 0 : 1;
      // The address first: one that is over its own budget must not use up those of the names it tries.
      await budgets.address.spend(address, share);
      await attempts.spend(key);
      await budgets.backOff.attempt(key);
      return {
        known,
        codesBy: key,
        succeeded: async () => {
          await Promise.all([
            budgets.address.giveBack(address, share),
            attempts.giveBack(key),
            budgets.backOff.succeeded(key),
          ]);
        },
      };
    },
    /** In the transaction that opens a session. */
    remember: (tx: Prisma.TransactionClient, userId: string, address: string, now: Date): Promise<void> =>
      rememberAddress(tx, { userId, address: hashOf(address), now, most: limits.signIn.knownAddresses }),
  };
};

export type SignInLimits = ReturnType<typeof createSignInLimits>;

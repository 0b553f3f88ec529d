import { pino } from 'pino';
import { type Database, openDatabase } from '../../src/database/database.ts';
import { type Clock, systemClock } from '../../src/kernel/clock.ts';
import { createIds, type Ids } from '../../src/kernel/ids.ts';
import { openAccount } from '../../src/ledger/open-account.ts';
import { createTrading, type TradingOptions } from '../../src/trading.ts';
import { testDatabase } from './database.ts';
import { testLimiter } from './limiter.ts';

export interface Customer {
  userId: string;
  accountId: string;
  by: { userId: string; requestId: string };
}

const paper = { deposits: true, seed: 7, tick_ms: 0, makers: true };
export const fees = { makerBps: 10n, takerBps: 20n };

/** A user with an account, as signing up leaves them. */
export const addCustomer = async ({ prisma }: Pick<Database, 'prisma'>, ids: Ids, clock: Clock): Promise<Customer> => {
  const userId = ids.next();
  const accountId = ids.next();
  await prisma.$transaction(async (tx) => {
    const name = `u${userId.slice(-12)}`;
    const at = clock.now();
    await tx.user.create({
      data: {
        id: userId,
        username: name,
        usernameKey: name,
        email: `${name}@example.com`,
        emailKey: `${name}@example.com`,
        passwordHash: 'unusable',
        roles: ['USER'],
        createdAt: at,
        updatedAt: at,
      },
    });
    await openAccount(tx, { id: accountId, userId, createdAt: at });
  });
  return { userId, accountId, by: { userId, requestId: ids.next() } };
};

/** The money part of the server on a database of its own; the market moves only when a test calls `venue.tick()`. */
export const startTrading = async (
  options: { url?: string; clock?: Clock; ordersPerMinute?: number; rates?: typeof fees } & Pick<
    TradingOptions,
    'makeVenue' | 'timers'
  > = {},
) => {
  const own = options.url === undefined ? await testDatabase() : undefined;
  const database = await openDatabase(options.url ?? own?.url ?? '');
  const clock = options.clock ?? systemClock;
  const ids = createIds(clock);
  const log = pino({ level: process.env.TEST_LOG ?? 'silent' });
  const limiter = await testLimiter(database, clock, { ordersPerMinute: options.ordersPerMinute ?? 0 });
  const trading = await createTrading({
    config: { paper, fees: options.rates ?? fees },
    database,
    clock,
    ids,
    log,
    orderBudget: limiter.budgets.orders,
    ...(options.makeVenue && { makeVenue: options.makeVenue }),
    ...(options.timers && { timers: options.timers }),
  });
  await trading.start();

  /** Everything that was reported is booked, also what the bookings themselves led to. */
  const settled = async (): Promise<void> => {
    do await trading.lane.alone(async () => {});
    while (trading.lane.depth() > 0);
  };

  return {
    ...trading,
    ...trading.services,
    database,
    url: options.url ?? own?.url ?? '',
    ids,
    settled,
    customer: async (cash?: string): Promise<Customer> => {
      const made = await addCustomer(database, ids, clock);
      if (cash !== undefined) {
        const answer = await trading.services.ledger.deposit(made.by, { amount: cash });
        if (!answer.ok) throw new Error(answer.failures[0]?.message);
      }
      return made;
    },
    close: async (): Promise<void> => {
      await trading.stop();
      await limiter.close();
      await database.close();
      await own?.close();
    },
  };
};

export type TestTrading = Awaited<ReturnType<typeof startTrading>>;

/** What a customer sees of the own positions. */
export const ownPositions = (
  { ledger, ids }: TestTrading,
  userId: string,
  accountId?: string | null,
  asOf?: Date | null,
  closed?: boolean,
) => ledger.positions({ id: userId, roles: ['USER'], requestId: ids.next() }, accountId, asOf, closed);

import { setTimeout as sleep } from 'node:timers/promises';
import { PrismaPg } from '@prisma/adapter-pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../src/database/database.ts';
import { PrismaClient } from '../../src/database/generated/client.ts';
import { inTransaction } from '../../src/database/transaction.ts';
import { troubleOf } from '../../src/database/trouble.ts';
import { cuttableWay } from '../support/cut.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';

let ground: TestDatabase;
let way: Awaited<ReturnType<typeof cuttableWay>>;
let database: Database;
beforeAll(async () => {
  ground = await testDatabase();
  const address = new URL(ground.url);
  way = await cuttableWay(address.hostname, Number(address.port));
  address.port = String(way.port);
  database = await openDatabase(address.href);
});
afterAll(async () => {
  await database.close();
  way.close();
  await ground.close();
});

type Ask = Pick<Database['prisma'], '$queryRawUnsafe' | '$executeRawUnsafe' | 'user'>;

/** What waits until it is cut off has the word in it. */
const WORD = 'cut here';
const asks: Record<string, (by: Ask) => Promise<unknown>> = {
  'a raw question': (by) => by.$queryRawUnsafe(`SELECT pg_sleep(20) AS "${WORD}"`),
  'a raw command': (by) => by.$executeRawUnsafe(`UPDATE users SET username = username WHERE username = '${WORD}'`),
  'a question of Prisma’s': (by) => by.user.findFirst({ where: { username: WORD } }),
};
const refusal = { code: 'DEPENDENCY_UNAVAILABLE', retryAfter_s: 1, details: { dependency: 'database' } };
const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

describe.each(Object.keys(asks))('%s whose connection is lost meanwhile', (name) => {
  const ask = asks[name] ?? (() => Promise.resolve());
  test.each([
    ['closed', false],
    ['reset', true],
  ])('%s, is told that the database does not answer', async (_, reset) => {
    way.cutAt(WORD, false, reset);
    expect(troubleOf(await failureOf(ask(database.prisma)))).toMatchObject(refusal);
    way.cutAt(WORD, false, reset);
    expect(troubleOf(await failureOf(inTransaction(database, ask)))).toMatchObject(refusal);
  });
});

describe('a raw statement', () => {
  test('of a process that stood still in its transaction is told the same', async () => {
    const work = inTransaction(database, async (tx) => {
      await tx.$queryRawUnsafe("SELECT set_config('idle_in_transaction_session_timeout', '1', true)");
      await sleep(200);
      await tx.$queryRawUnsafe('SELECT 1');
    });
    expect(troubleOf(await failureOf(work))).toMatchObject(refusal);
  });

  test('to a database that cannot be reached is told the same', async () => {
    const nobody = new URL(ground.url);
    nobody.port = '1';
    const away = new PrismaClient({ adapter: new PrismaPg({ connectionString: nobody.href }) });
    expect(troubleOf(await failureOf(away.$queryRaw`SELECT 1`))).toMatchObject(refusal);
    await away.$disconnect();
  });
});

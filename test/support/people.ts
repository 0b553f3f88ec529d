import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { createPeople } from '../../src/app/people.ts';
import { mailSettings } from '../../src/config/mail.ts';
import { type Config, loadConfig } from '../../src/config.ts';
import { type Database, openDatabase } from '../../src/database/database.ts';
import { createPasswords, type Passwords } from '../../src/identity/password/password.ts';
import type { SecondFactorRule } from '../../src/identity/second-factor/second-factor.ts';
import type { SignedIn } from '../../src/identity/sessions/sessions.ts';
import type { Role } from '../../src/identity/viewer/permissions.ts';
import type { Actor, Viewer, Visitor } from '../../src/identity/viewer/viewer.ts';
import { createIds } from '../../src/kernel/ids.ts';
import type { Result } from '../../src/kernel/result.ts';
import type { Limiter } from '../../src/limiter/limiter.ts';
import { testClock } from './clock.ts';
import { testDatabase } from './database.ts';
import { testLimiter } from './limiter.ts';
import { quickHashes } from './quick-hashes.ts';
import { until } from './until.ts';

export { testClock };

type TestClock = ReturnType<typeof testClock>;

export const jwt: Config['jwt'] = loadConfig({ JWT_SECRET_KEY: 'the-key-of-the-tests-0123456789abcdef' }).jwt;

export const PASSWORD = 'quiet-River-under-7-bridges';

/** A stranger from an address. */
export const anyone = (address = '192.0.2.1'): Visitor => ({ userId: null, requestId: randomUUID(), address });
export const actor = (userId: string): Actor => ({ userId, requestId: randomUUID() });

/** The value of a result that must have one. */
export const must = <Value>(result: Result<Value>): Value => {
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.failures)}`);
  return result.value;
};

/** The codes of a result that must be a refusal. */
export const codesOf = (result: Result<unknown>): string[] => {
  if (result.ok) throw new Error('was not refused');
  return result.failures.map(({ code }) => code);
};

/** Counts what is hashed and checked; the work itself is real. */
const counted = (passwords: Passwords) => {
  const counts = { hash: 0, verify: 0 };
  return {
    counts,
    passwords: {
      hash: (password: string) => {
        counts.hash += 1;
        return passwords.hash(password);
      },
      verify: (hash: string | undefined, password: string) => {
        counts.verify += 1;
        return passwords.verify(hash, password);
      },
    },
  };
};

/** Identity, profile, administration and audit as one process of the server has them. */
const processOn = (database: Database, clock: TestClock, { budgets }: Limiter, rule: SecondFactorRule) => {
  const { counts, passwords } = counted(createPasswords({ concurrent: 2, queue: 1_000, urgentInARow: 3 }, quickHashes));
  const config = {
    jwt,
    password: { min: 12, max: 128 },
    secondFactor: { rule, key: 'a key of the tests' },
    mail: mailSettings({ SMTP_URL: 'smtp://127.0.0.1:1' }, false),
  };
  const made = createPeople({
    database,
    clock,
    ids: createIds(clock),
    config,
    budgets,
    passwords,
    checkBreached: async () => undefined,
  });
  const { identity } = made;

  const viewerOf = async ({ accessToken }: Pick<SignedIn, 'accessToken'>): Promise<Viewer> => {
    const answer = await identity.authenticate(accessToken);
    if ('problem' in answer) throw new Error(`not signed in: ${answer.problem}`);
    return answer.viewer;
  };

  /** A new user, signed in. */
  const person = async (roles?: Role[]) => {
    const name = `person-${randomUUID().slice(0, 13)}`;
    const input = { username: name, email: `${name}@example.com`, password: PASSWORD };
    const session = must(await identity.register(anyone(), input));
    const { id } = session.user;
    if (roles !== undefined) await database.prisma.user.update({ where: { id }, data: { roles } });
    return { ...input, session, id, by: actor(id), viewer: await viewerOf(session) };
  };

  return {
    ...made,
    /** How many passwords were hashed and checked so far. */
    counts,
    viewerOf,
    person,
  };
};

/** One such process over a database of its own; `sibling` is another one on the same database. */
export const people = async (rateLimit: Partial<Config['rateLimit']> = {}, rule: SecondFactorRule = 'optional') => {
  const { url, close } = await testDatabase();
  const database = await openDatabase(url);
  const clock = testClock();
  const limiter = await testLimiter(database, clock, rateLimit);
  return {
    ...processOn(database, clock, limiter, rule),
    database,
    clock,
    sibling: (other = rule) => processOn(database, clock, limiter, other),
    close: async (): Promise<void> => {
      await limiter.close();
      await database.close();
      await close();
    },
  };
};

export type People = Awaited<ReturnType<typeof people>>;

/** Resolves when so many wait for a lock that this connection holds, or behind one who does. */
export const blocks = async (client: pg.ClientBase, waiting = 1): Promise<void> => {
  // Not pg_stat_activity: inside a transaction that stays as it was first read.
  const sql = `WITH RECURSIVE queue AS (
      SELECT pg_backend_pid() AS pid
      UNION SELECT l.pid FROM pg_locks l JOIN queue q ON NOT l.granted AND q.pid = ANY(pg_blocking_pids(l.pid))
    ) SELECT 1 FROM queue OFFSET $1`;
  await until(async () => (await client.query(sql, [waiting])).rowCount !== 0);
};

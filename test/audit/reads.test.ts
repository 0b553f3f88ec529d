import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AuditFilter } from '../../src/audit/store.ts';
import type { Reader } from '../../src/ledger/reader.ts';
import { actor, anyone, codesOf, PASSWORD, type People, people } from '../support/people.ts';
import { type Customer, startTrading, type TestTrading } from '../support/trading.ts';

let trading: TestTrading;
let customer: Customer;
let auditor: Customer;
beforeAll(async () => {
  trading = await startTrading();
  [customer, auditor] = [await trading.customer('10'), await trading.customer('10')];
});
afterAll(() => trading.close());

const lines = async ({ requestId }: Reader) => {
  const { prisma } = trading.database;
  const found = await prisma.auditEntry.findMany({ where: { requestId }, orderBy: { id: 'asc' } });
  return found.map(({ actorId, action, target, outcome }) => ({ actorId, action, target, outcome }));
};

const page = { limit: 10, backward: false, from: undefined };
const past = () => ({ from: new Date(Date.now() - 60_000), to: new Date(Date.now() - 1) });

/** Every query in which somebody may read an account. */
const reads: [string, (reader: Reader, accountId: string) => Promise<unknown>][] = [
  ['journal', (reader, accountId) => trading.ledger.journal(reader, { accountId }, page)],
  ['statement', (reader, accountId) => trading.ledger.statement(reader, accountId, past())],
  ['balances', (reader, accountId) => trading.ledger.balancesAt(reader, accountId, null)],
  ['positions', (reader, accountId) => trading.ledger.positions(reader, accountId)],
  [
    'portfolioHistory',
    (reader, accountId) => trading.ledger.portfolioHistory(reader, accountId, { ...past(), interval: 'HOUR' }),
  ],
];

const readerOf = ({ userId }: Customer, ...roles: Reader['roles'][number][]): Reader => ({
  ...{ id: userId, roles, requestId: trading.ids.next() },
});

describe.each(reads)('%s', (action, read) => {
  test('of somebody else leaves a line when staff read it', async () => {
    const reader = readerOf(auditor, 'AUDITOR');
    await read(reader, customer.accountId.toUpperCase());
    expect(await lines(reader)).toEqual([
      { actorId: auditor.userId, action, target: customer.accountId, outcome: 'OK' },
    ]);
  });

  test('of one’s own leaves none, whoever one is', async () => {
    for (const reader of [readerOf(auditor, 'AUDITOR'), readerOf(auditor, 'USER')]) {
      await read(reader, auditor.accountId);
      expect(await lines(reader)).toEqual([]);
    }
  });
});

test('the journal of everybody leaves a line that names nobody', async () => {
  const reader = readerOf(auditor, 'AUDITOR');
  await trading.ledger.journal(reader, {}, page);
  expect(await lines(reader)).toMatchObject([{ action: 'journal', target: null }]);
});

describe('administration', () => {
  let world: People;
  beforeAll(async () => {
    world = await people();
  });
  afterAll(() => world.close());
  const list = async (filter: AuditFilter) => (await world.audit.list(filter, { ...page, limit: 100 })).rows;

  test('leaves a line for a list of users, without what was searched for, and for a user', async () => {
    const [admin, person] = [await world.person(['ADMIN']), await world.person()];
    await world.admin.users(admin.by, { search: person.email, role: 'USER' }, page);
    await world.admin.user(admin.by, person.id);
    await world.admin.user(admin.by, admin.id);
    const found = (await list({ actorId: admin.id })).filter(({ action }) => action !== 'register');
    expect(found.map(({ action, target, details }) => ({ action, target, details }))).toEqual([
      { action: 'user', target: person.id, details: {} },
      { action: 'users', target: null, details: { filter: ['search', 'role'] } },
    ]);
  });

  test('finds lines by their outcome', async () => {
    const person = await world.person();
    codesOf(await world.identity.login(anyone(), { email: person.email, password: `${PASSWORD}!` }));
    const refused = await list({ target: person.id, outcome: 'INVALID_CREDENTIALS' });
    expect(refused.map(({ action }) => action)).toEqual(['login']);
    expect((await list({ target: person.id, outcome: 'OK' })).map(({ action }) => action)).toEqual(['register']);
    expect(await list({ outcome: '\u0000' })).toEqual([]);
    expect(await list({ outcome: 'X' })).toEqual([]);
  });

  test('has an index for each filter of the log, in the order of its pages', async () => {
    const client = await world.database.pool.connect();
    await client.query('SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_sort = off');
    const indexOf = async (condition: string): Promise<string | undefined> => {
      const { rows } = await client.query(
        `EXPLAIN SELECT * FROM audit_entries WHERE ${condition} ORDER BY created_at DESC, id DESC LIMIT 21`,
      );
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
      expect(plan).not.toMatch(/Sort|Filter/);
      return /using (\w+)/.exec(plan)?.[1];
    };
    const someone = actor('01a1fcfc-3e41-7000-8eb5-1e53944c07ee').userId;
    expect([
      await indexOf(`actor_id = '${someone}'`),
      await indexOf("action = 'login'"),
      await indexOf("target = 'x'"),
      await indexOf("outcome = 'NOT_FOUND' AND outcome <> 'OK'"),
      await indexOf('created_at < now()'),
    ]).toEqual([
      'audit_entries_actor_id_created_at_id_idx',
      'audit_entries_action_created_at_id_idx',
      'audit_entries_target_created_at_id_idx',
      'audit_entries_refused',
      'audit_entries_created_at_id_idx',
    ]);
    client.release(true);
  });
});

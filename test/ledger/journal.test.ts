import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PageRequest } from '../../src/kernel/page.ts';
import { createJournalStore } from '../../src/ledger/journal/store.ts';
import type { Reader } from '../../src/ledger/reader.ts';
import { type Customer, startTrading, type TestTrading } from '../support/trading.ts';

let trading: TestTrading;
let owner: Customer;
let other: Customer;
beforeAll(async () => {
  trading = await startTrading();
  [owner, other] = [await trading.customer('1000'), await trading.customer('1000')];
  for (let round = 0; round < 5; round += 1) {
    await trading.orders.place(owner.by, { symbol: 'AAPL', side: 'BUY', type: 'MARKET', qty: '0.1' });
    await trading.settled();
    await trading.ledger.withdraw(owner.by, { amount: '1' });
  }
});
afterAll(() => trading.close());

const reader = ({ userId }: Customer, ...roles: Reader['roles'][number][]): Reader => ({
  id: userId,
  roles,
  requestId: randomUUID(),
});
const first = (limit: number, from?: PageRequest['from']): PageRequest => ({ limit, backward: false, from });
const all = first(100);

test('an owner sees the own entries, newest first, and in them only the own lines', async () => {
  const { rows } = await trading.ledger.journal(reader(owner, 'USER'), {}, all);
  expect(rows.map(({ kind }) => kind)).toEqual([
    ...Array.from({ length: 5 }, () => ['WITHDRAWAL', 'TRADE']).flat(),
    'DEPOSIT',
  ]);
  const lines = rows.flatMap(({ postings }) => postings);
  expect(new Set(lines.map(({ accountId }) => accountId))).toEqual(new Set([owner.accountId]));
  expect(rows.find(({ kind }) => kind === 'TRADE')?.postings.map(({ asset }) => asset)).toEqual(['USD', 'AAPL', 'USD']);
});

test('pages of any size, from either end, are the whole list in one order', async () => {
  const read = reader(owner, 'USER');
  const whole = (await trading.ledger.journal(read, {}, all)).rows.map(({ id }) => id);
  for (const backward of [false, true]) {
    for (const limit of [1, 2, 3, 7]) {
      const seen: string[] = [];
      for (let from: PageRequest['from'], more = true; more; ) {
        const page = await trading.ledger.journal(read, {}, { limit, backward, from });
        if (backward) seen.unshift(...page.rows.map(({ id }) => id));
        else seen.push(...page.rows.map(({ id }) => id));
        more = page.hasMore;
        from = backward ? page.rows[0] : page.rows.at(-1);
      }
      expect(seen).toEqual(whole);
    }
  }
});

test('a filter names a kind and a period', async () => {
  const read = reader(owner, 'USER');
  const { rows } = await trading.ledger.journal(read, { kind: 'WITHDRAWAL' }, first(3));
  expect(rows.map(({ kind }) => kind)).toEqual(['WITHDRAWAL', 'WITHDRAWAL', 'WITHDRAWAL']);
  const [newest, , oldest] = rows;
  const period = { from: oldest!.createdAt, to: newest!.createdAt };
  const inside = await trading.ledger.journal(read, period, all);
  expect(inside.rows.length).toBeGreaterThanOrEqual(4);
  expect(inside.rows.every(({ createdAt }) => createdAt >= period.from && createdAt < period.to)).toBe(true);
});

test('another user’s account looks like one that does not exist; an auditor reads any account or all', async () => {
  const { accountId } = owner;
  expect((await trading.ledger.journal(reader(other, 'USER'), { accountId }, all)).rows).toEqual([]);
  const ofAccount = await trading.ledger.journal(reader(other, 'AUDITOR'), { accountId }, all);
  expect(ofAccount.rows).toHaveLength(11);
  for (const { postings } of ofAccount.rows) {
    expect(postings.length).toBeGreaterThan(1);
    expect(postings.filter(({ asset }) => asset === 'USD').reduce((sum, { amount }) => sum + amount, 0n)).toBe(0n);
  }
  const everything = await trading.ledger.journal(reader(other, 'ADMIN'), {}, all);
  expect(everything.rows).toHaveLength(await trading.database.prisma.journalEntry.count());
  const rare = await trading.ledger.journal(reader(other, 'ADMIN'), { kind: 'DEPOSIT' }, first(1));
  expect(rare).toMatchObject({ hasMore: true, rows: [{ kind: 'DEPOSIT' }] });
});

test('a page is read along an index, without a sort and without looking at other rows', async () => {
  const plans: string[] = [];
  const client = await trading.database.pool.connect();
  // A table this small is read faster in other ways; what matters is that the index can answer.
  await client.query('SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_sort = off');
  const explaining = {
    query: async (asked: string | { text: string; values: unknown[] }) => {
      const { text, values } = asked as { text: string; values: unknown[] };
      const { rows } = await client.query(`EXPLAIN ${text}`, values);
      plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
      return client.query(text, values);
    },
  };
  const sight = { viewerId: owner.userId };
  const store = createJournalStore({ pool: explaining as never, as: () => explaining as never });
  const from = (await store.ofAccount(sight, owner.accountId, {}, first(1))).rows[0];
  await store.ofAccount(sight, owner.accountId, {}, first(5, from));
  await store.ofAccount(sight, owner.accountId, { kind: 'DEPOSIT' }, first(5));
  await store.ofAll({ kind: 'DEPOSIT' }, first(5));
  await store.ofAll({}, first(5, from));
  client.release(true);
  const limited = plans.filter((plan) => plan.startsWith('Limit'));
  expect(limited.map((plan) => [...plan.matchAll(/using (\w+)/g)].at(-1)?.[1])).toEqual([
    'postings_account_id_created_at_sequence_idx',
    'postings_account_id_created_at_sequence_idx',
    'postings_rare',
    'journal_entries_rare',
    'journal_entries_created_at_id_idx',
  ]);
  expect(plans.filter((plan) => plan.startsWith('Limit') && /Sort|Seq Scan/.test(plan))).toEqual([]);
});

import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PageRequest } from '../../src/kernel/page.ts';
import type { BookedPosting } from '../../src/ledger/journal/store.ts';
import type { Statement } from '../../src/ledger/statement/statement.ts';
import { testClock } from '../support/people.ts';
import { type Customer, startTrading, type TestTrading } from '../support/trading.ts';

const clock = testClock();
const start = clock.now().getTime();
let trading: TestTrading;
let customer: Customer;
beforeAll(async () => {
  trading = await startTrading({ clock });
  customer = await trading.customer('10000');
  for (let round = 0; round < 20; round += 1) {
    clock.advance(1);
    const side = round % 3 === 2 ? 'SELL' : 'BUY';
    await trading.orders.place(customer.by, { symbol: 'AAPL', side, type: 'MARKET', qty: '0.1' });
    await trading.settled();
    await trading.ledger.withdraw(customer.by, { amount: '0.5' });
  }
  clock.advance(5);
});
afterAll(() => trading.close());

const reader = ({ userId }: Customer = customer) => ({ id: userId, roles: ['USER'] as const, requestId: randomUUID() });

const linesOf = async (statement: Statement): Promise<BookedPosting[]> => {
  const lines: BookedPosting[] = [];
  for (let from: PageRequest['from'], more = true; more; ) {
    const page = await statement.movements({ limit: 7, backward: false, from });
    lines.push(...page.rows.flatMap(({ postings }) => postings));
    more = page.hasMore;
    from = page.rows.at(-1);
  }
  return lines;
};

test('opening and movements are the closing, in every asset, whatever the period', async () => {
  const offset = fc.integer({ min: -3, max: 24 });
  await fc.assert(
    fc.asyncProperty(offset, offset, async (one, other) => {
      fc.pre(one !== other);
      const [from, to] = [Math.min(one, other), Math.max(one, other)].map((ms) => new Date(start + ms)) as [Date, Date];
      const statement = await trading.ledger.statement(reader(), null, { from, to });
      if (statement === undefined) throw new Error('no statement');
      const balances = new Map(statement.opening.map(({ asset, posted }) => [asset, posted]));
      for (const line of await linesOf(statement)) {
        expect(line.accountId).toBe(customer.accountId);
        balances.set(line.asset, (balances.get(line.asset) ?? 0n) + line.amount);
      }
      expect(balances).toEqual(new Map(statement.closing.map(({ asset, posted }) => [asset, posted])));
    }),
    { numRuns: 60 },
  );
});

test('a period that is empty or not over is refused, and another user’s account has no statement', async () => {
  const [from, to] = [new Date(start), clock.now()];
  await expect(trading.ledger.statement(reader(), null, { from, to: from })).rejects.toMatchObject({
    code: 'BAD_USER_INPUT',
  });
  const future = new Date(to.getTime() + 1);
  await expect(trading.ledger.statement(reader(), null, { from, to: future })).rejects.toMatchObject({
    code: 'BAD_USER_INPUT',
    message: 'Argument "to" must not be in the future.',
  });
  const other = await trading.customer('1');
  expect(await trading.ledger.statement(reader(other), customer.accountId, { from, to })).toBeUndefined();
});

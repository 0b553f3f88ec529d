import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blocks, testClock } from '../support/people.ts';
import { brokenPromises } from '../support/promises.ts';
import { type Customer, startTrading, type TestTrading } from '../support/trading.ts';

const clock = testClock();
let trading: TestTrading;
let customer: Customer;
beforeAll(async () => {
  trading = await startTrading({ clock });
  customer = await trading.customer('100');
});
afterAll(async () => {
  expect(await brokenPromises(trading.database.pool)).toEqual([]);
  await trading.close();
});

const reader = () => ({ id: customer.userId, roles: ['USER'] as const, requestId: randomUUID() });
const HOUR_ms = 3_600_000;

/** What is read of the account as of an instant that was just now, whichever way. */
const reads: Record<string, (at: Date) => Promise<unknown>> = {
  balances: (at) => trading.ledger.balancesAt(reader(), null, at),
  statement: async (at) => {
    const period = { from: new Date(at.getTime() - HOUR_ms), to: new Date(at.getTime()) };
    const statement = await trading.ledger.statement(reader(), null, period);
    const movements = await statement!.movements({ limit: 100, backward: false, from: undefined });
    return { ...statement, movements: movements.rows };
  },
  portfolioHistory: (at) =>
    trading.ledger.portfolioHistory(reader(), null, {
      from: new Date(at.getTime() - HOUR_ms),
      to: at,
      interval: 'HOUR',
    }),
};

describe.each(Object.entries(reads))('%s of an instant', (_, read) => {
  it('wait for what is being booked at it', async () => {
    const client = await trading.database.pool.connect();
    // The deposit has its time then, and cannot be written yet.
    await client.query(
      "BEGIN; SELECT FROM balances b JOIN accounts a ON a.id = b.account_id WHERE a.kind = 'WORLD' FOR UPDATE OF b",
    );
    const deposit = trading.ledger.deposit(customer.by, { amount: '5' });
    await blocks(client);
    // A statement ends before its last instant.
    clock.advance(1);
    const at = clock.now();
    const early = read(at);
    await Promise.race([early, blocks(client, 2)]);
    await client.query('ROLLBACK');
    client.release();
    expect((await deposit).ok).toBe(true);
    expect(await early).toEqual(await read(at));
  });

  it('are the same ever after, whatever is booked at the same time', async () => {
    clock.advance(10);
    const at = clock.now();
    expect((await trading.ledger.deposit(customer.by, { amount: '3' })).ok).toBe(true);
    const first = await read(at);
    for (const amount of ['1', '2']) expect((await trading.ledger.deposit(customer.by, { amount })).ok).toBe(true);
    expect(await read(at)).toEqual(first);
  });
});

import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { connect } from '../../../src/database/connect.ts';
import { limits } from '../../../src/limits.ts';
import { brokenPromises } from '../../support/promises.ts';
import { type Customer, startTrading, type TestTrading } from '../../support/trading.ts';

/** The venue runs in the first process; the second accepts commands all the same. */

let first: TestTrading;
let second: TestTrading;
let customer: Customer;
beforeEach(async () => {
  first = await startTrading();
  second = await startTrading({ url: first.database.connection.connectionString ?? '' });
  customer = await first.customer('100000');
});
afterEach(async () => {
  expect(await brokenPromises(first.database.pool)).toEqual([]);
  await second.close();
  await first.close();
});

const soon = { timeout: 5_000 };
const buy = { symbol: 'AAPL', side: 'BUY', type: 'MARKET', qty: '1' } as const;
const resting = { symbol: 'AAPL', side: 'BUY', type: 'LIMIT', limitPrice: '1.00', qty: '1' } as const;

const placeAt = async (trading: TestTrading, input: Parameters<TestTrading['orders']['place']>[1]): Promise<string> => {
  const answer = await trading.orders.place(customer.by, input);
  if (!answer.ok) throw new Error(answer.failures[0]?.message);
  return answer.value.id;
};
const statusOf = async (id: string): Promise<string | undefined> =>
  (await second.orders.one(customer.userId, { id }))?.status;

test('an order that another process accepts is filled where the venue runs, at the published price', async () => {
  await vi.waitFor(() => expect(second.market.quote('AAPL')?.ask).not.toBeNull(), soon);
  expect(second.market.quote('AAPL')).toEqual(first.market.quote('AAPL'));
  const ids = await Promise.all(Array.from({ length: 20 }, () => placeAt(second, buy)));
  for (const id of ids) await vi.waitFor(async () => expect(await statusOf(id)).toBe('FILLED'), soon);
  const { rows } = await first.database.pool.query('SELECT count(*) AS n FROM executions');
  expect(rows).toEqual([{ n: 20n }]);
});

test('a process goes by the prices that it has read while a crash of the database has emptied their table', async () => {
  await vi.waitFor(() => expect(second.market.quote('AAPL')?.ask).not.toBeNull(), soon);
  const owner = await connect(first.url);
  await owner.query('TRUNCATE quotes');
  // It has looked by then; the market does not move, so the holder writes nothing.
  await sleep(3 * limits.venue.shareQuotes_ms);
  expect((await owner.query('SELECT FROM quotes')).rowCount).toBe(0);
  await owner.end();
  const id = await placeAt(second, buy);
  await vi.waitFor(async () => expect(await statusOf(id)).toBe('FILLED'), soon);
});

test('an order and its cancel from another process, before the venue was told of either, end in a cancel', async () => {
  const id = await placeAt(second, resting);
  const canceled = await second.orders.cancel(customer.by, { id });
  expect(canceled.ok).toBe(true);
  await vi.waitFor(async () => expect(await statusOf(id)).toBe('CANCELED'), soon);
  expect(first.venue.bookOf('AAPL', 100)?.bids.some(({ price }) => price === 100n)).toBe(false);
});

test('an order of this process can be cancelled through another', async () => {
  const id = await placeAt(first, resting);
  await first.settled();
  expect(await statusOf(id)).toBe('NEW');
  await second.orders.cancel(customer.by, { id });
  await vi.waitFor(async () => expect(await statusOf(id)).toBe('CANCELED'), soon);
});

test('an order of a process that died before it could wake anybody is found all the same', async () => {
  const id = await placeAt(first, resting);
  await first.settled();
  // As that process would have left it: committed, and nobody was told.
  await first.database.pool.query("UPDATE orders SET status = 'PENDING_CANCEL' WHERE id = $1", [id]);
  await vi.waitFor(async () => expect(await statusOf(id)).toBe('CANCELED'), soon);
});

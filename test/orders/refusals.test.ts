import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Failure } from '../../src/errors.ts';
import { moneyDigest } from '../support/digest.ts';
import { type Customer, startTrading, type TestTrading } from '../support/trading.ts';

/** A refused command changes nothing but its own record (promise L5): a digest of all tables says so, code by code. */

let trading: TestTrading;
let rich: Customer;
let poor: Customer;
let closed: Customer;
let full: Customer;
beforeAll(async () => {
  trading = await startTrading();
  [rich, poor, closed, full] = [
    await trading.customer('1000000'),
    await trading.customer('5'),
    await trading.customer('1000'),
    await trading.customer('1000000'),
  ];
  const set = (sql: string, id: string) => trading.database.pool.query(sql, [id]);
  await set("UPDATE accounts SET status = 'CLOSED' WHERE id = $1", closed.accountId);
  await set('UPDATE accounts SET open_orders = 1000 WHERE id = $1', full.accountId);
  await set("UPDATE instruments SET status = 'HALTED' WHERE symbol = $1", 'ETH-USD');
  // Another process's change is seen within a second.
  for (let left = 60; trading.market.find('ETH-USD')?.status !== 'HALTED' && left > 0; left -= 1) await sleep(50);
  // An instrument that nobody quotes.
  trading.venue.stop();
  trading.venue.restore?.([], 'MSFT');
});
afterAll(() => trading.close());

type Place = Parameters<TestTrading['orders']['place']>[1];
type Answer = { ok: true; value: { id: string } } | { ok: false; failures: readonly Failure[] };

const limit = { symbol: 'AAPL', side: 'BUY', type: 'LIMIT', qty: '1', limitPrice: '1.00' } as const;
const place =
  (who: () => Customer, more: Partial<Place> = {}) =>
  (): Promise<Answer> =>
    trading.orders.place(who().by, { ...limit, ...more });
const cancel = (who: () => Customer, id: () => Promise<string>) => async (): Promise<Answer> =>
  trading.orders.cancel(who().by, { id: await id() });

const placedBefore = new Map<string, string>();
/** The id of an order of the rich customer's, made once. */
const orderOf = async (key: string, more: Partial<Place>): Promise<string> => {
  const known = placedBefore.get(key);
  if (known !== undefined) return known;
  const answer = await place(() => rich, more)();
  if (!answer.ok) throw new Error(`the order of the test was refused: ${answer.failures[0]?.message}`);
  await trading.settled();
  placedBefore.set(key, answer.value.id);
  return answer.value.id;
};
const filled = () => orderOf('filled', { type: 'MARKET', limitPrice: null });
const open = () => orderOf('open', {});

const refusals: [code: Failure['code'], what: string, run: () => Promise<Answer>][] = [
  ['UNKNOWN_SYMBOL', 'an order', place(() => rich, { symbol: 'NOPE' })],
  ['NOT_FOUND', "an order on another's account", () => place(() => rich, { accountId: poor.accountId })()],
  [
    'NOT_FOUND',
    'a cancel of nothing',
    cancel(
      () => rich,
      async () => '00000000-0000-7000-8000-00000000dead',
    ),
  ],
  ['NOT_FOUND', "a cancel of another's order", cancel(() => poor, open)],
  ['INVALID_INPUT', 'a cancel of two orders', () => trading.orders.cancel(rich.by, { id: 'x', clientOrderId: 'x' })],
  ['INVALID_INPUT', 'an order with an empty key', place(() => rich, { idempotencyKey: '' })],
  ['INVALID_QUANTITY', 'an order for nothing', place(() => rich, { qty: '0' })],
  ['INVALID_PRICE', 'a limit order without a limit', place(() => rich, { limitPrice: null })],
  ['INVALID_PRICE', 'an order between two ticks', place(() => rich, { limitPrice: '1.001' })],
  ['INSUFFICIENT_FUNDS', 'a buy', place(() => poor, { qty: '100' })],
  ['INSUFFICIENT_FUNDS', 'a sell', place(() => poor, { side: 'SELL' })],
  ['INSUFFICIENT_FUNDS', 'a withdrawal', () => trading.ledger.withdraw(poor.by, { amount: '5.01' })],
  ['INVALID_AMOUNT', 'a deposit', () => trading.ledger.deposit(poor.by, { amount: '-1' })],
  ['ACCOUNT_CLOSED', 'an order', place(() => closed)],
  ['ACCOUNT_CLOSED', 'a deposit', () => trading.ledger.deposit(closed.by, { amount: '1' })],
  ['INSTRUMENT_HALTED', 'an order', place(() => rich, { symbol: 'ETH-USD' })],
  ['NO_MARKET', 'a market order', place(() => rich, { symbol: 'MSFT', type: 'MARKET', limitPrice: null })],
  ['TOO_MANY_OPEN_ORDERS', 'an order', place(() => full)],
  ['TOO_LATE_TO_CANCEL', 'a cancel', cancel(() => rich, filled)],
];

test.each(refusals)('%s: %s that is refused changes nothing', async (code, _, run) => {
  await filled();
  await open();
  const before = await moneyDigest(trading.database.pool);
  const answer = await run();
  await trading.settled();
  expect(answer).toMatchObject({ ok: false, failures: [{ code }] });
  expect(await moneyDigest(trading.database.pool)).toEqual(before);
});

test('a key or a clientOrderId that is used again for something else changes nothing', async () => {
  const [idempotencyKey, clientOrderId] = [trading.ids.next(), trading.ids.next()];
  await place(() => rich, { idempotencyKey, clientOrderId })();
  await trading.settled();
  const before = await moneyDigest(trading.database.pool);
  const reused = await place(() => rich, { idempotencyKey, qty: '2' })();
  const duplicate = await place(() => rich, { clientOrderId, qty: '2' })();
  expect(reused).toMatchObject({ failures: [{ code: 'IDEMPOTENCY_KEY_REUSED' }] });
  expect(duplicate).toMatchObject({ failures: [{ code: 'DUPLICATE_CLIENT_ORDER_ID' }] });
  expect(await moneyDigest(trading.database.pool)).toEqual(before);
});

test('a command that fails of its own changes nothing, beside others that are answered', async () => {
  const before = await moneyDigest(trading.database.pool);
  const poisoned = trading.lane.run({
    needs: { accounts: [rich.accountId], balances: [{ accountId: rich.accountId, asset: 'USD' }] },
    decide: (books) => {
      books.hold(rich.accountId, 'USD', 1n);
      throw new Error('a bug');
    },
  });
  const [bug, beside] = await Promise.allSettled([poisoned, place(() => poor, { qty: '100' })()]);
  expect(bug.status).toBe('rejected');
  expect(beside).toMatchObject({ status: 'fulfilled', value: { ok: false } });
  expect(await moneyDigest(trading.database.pool)).toEqual(before);
});

test('a digest tells one cent from another', async () => {
  const before = await moneyDigest(trading.database.pool);
  await trading.ledger.deposit(rich.by, { amount: '0.01' });
  const after = await moneyDigest(trading.database.pool);
  const changed = Object.keys(after).filter((table) => after[table] !== before[table]);
  expect(changed).toEqual(
    expect.arrayContaining(['account_events', 'accounts', 'balances', 'journal_entries', 'postings', 'transfers']),
  );
});

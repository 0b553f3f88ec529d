import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ErrorCode, type Failure, RefusedError } from '../../../src/errors.ts';
import { limits } from '../../../src/limits.ts';
import { operatorOf } from '../../controls/support.ts';
import { commandCodes } from '../../support/command-codes.ts';
import { moneyDigest } from '../../support/digest.ts';
import { must, testClock } from '../../support/people.ts';
import { type Customer, startTrading, type TestTrading } from '../../support/trading.ts';
import { until } from '../../support/until.ts';

/** A refused command changes nothing but its own record (promise L5): a digest of all tables says so, code by code. */

let trading: TestTrading;
/** A server that knows of no venue any more. */
let other: TestTrading;
let operator: Customer['by'];
let rich: Customer;
let poor: Customer;
let closed: Customer;
let full: Customer;
let limited: Customer;
let stopped: Customer;
// A Saturday: no session is on, where there are sessions.
const clock = testClock(new Date('2026-03-07T15:00:00Z'));
const reason = 'a test';
beforeAll(async () => {
  trading = await startTrading({ clock });
  other = await startTrading({ url: trading.database.connection.connectionString ?? '', clock });
  await other.stop();
  operator = await operatorOf(trading);
  [rich, poor, closed, full, limited, stopped] = [
    await trading.customer('1000000'),
    await trading.customer('5'),
    await trading.customer('1000'),
    await trading.customer('1000000'),
    await trading.customer('1000'),
    await trading.customer('1000'),
  ];
  const set = (sql: string, id: string) => trading.database.pool.query(sql, [id]);
  await set("UPDATE accounts SET status = 'CLOSED' WHERE id = $1", closed.accountId);
  await set('UPDATE accounts SET open_orders = 1000 WHERE id = $1', full.accountId);
  await set("UPDATE instruments SET status = 'HALTED' WHERE symbol = $1", 'ETH-USD');
  const { setAccountLimits, setKillSwitch } = trading.controls;
  const most = { maxOrderValue: '100', dailyNotional: '50' };
  must(await setAccountLimits(operator, { accountId: limited.accountId, ...most, reason }));
  must(await setKillSwitch(operator, { scope: 'ACCOUNT', accountId: stopped.accountId, engaged: true, reason }));
  // Another process's change is seen within a second.
  await until(() => trading.market.find('ETH-USD')?.status === 'HALTED');
  // An instrument that nobody quotes.
  trading.venue.stop();
  trading.venue.restore?.([], 'MSFT');
});
afterAll(async () => {
  await other.close();
  await trading.close();
});

/** What was refused with a digest around it. */
const seen = new Set<string>();

type Place = Parameters<TestTrading['orders']['place']>[1];
type Answer<Value = unknown> = { ok: true; value: Value } | { ok: false; failures: readonly Failure[] };

const limit = { symbol: 'AAPL', side: 'BUY', type: 'LIMIT', qty: '1', limitPrice: '1.00' } as const;
const place =
  (who: () => Customer, more: Partial<Place> = {}) =>
  (): Promise<Answer<{ id: string }>> =>
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
const trailing = () =>
  orderOf('trailing', { type: 'TRAILING_STOP', limitPrice: null, side: 'SELL', trailPercent: '10', qty: '0.5' });
/** An order of which the database says this. */
const marked = (change: string) => async (): Promise<string> => {
  const id = await orderOf(change, {});
  await trading.database.pool.query(`UPDATE orders SET ${change} WHERE id = $1`, [id]);
  return id;
};
// Asked at a time that is far away, so that nobody asks the venue about it.
const pending = marked("status = 'PENDING_REPLACE', pending_since = '2030-01-01'");
const doubtful = marked("reason = 'EXECUTION_UNKNOWN'");
const atMarket = marked("type = 'MARKET'");
const reached = marked("type = 'STOP', stop_price = 100, triggered_at = '2026-03-07'");
const limitNow = marked("type = 'STOP_LIMIT', stop_price = 100, triggered_at = '2026-03-07'");
let reversedTransfer = '';
const reversed = async (): Promise<void> => {
  if (reversedTransfer !== '') return;
  reversedTransfer = must(await trading.ledger.deposit(rich.by, { amount: '1' })).id;
  must(await trading.ledger.reverseTransfer(operator, { transferId: reversedTransfer, reason }));
};
/** The side of a trade that was busted. */
let busted = '';
const bust = (): Promise<Answer> => trading.trades.bust(operator, { executionId: busted, reason });
const bustOnce = async (): Promise<void> => {
  if (busted !== '') return;
  const id = await orderOf('busted', { type: 'MARKET', limitPrice: null });
  busted = (await trading.orders.fillsOf('EVERYTHING', [id]))[0]?.id ?? '';
  must(await bust());
};
const replace = (id: () => Promise<string>, changes: object) => async (): Promise<Answer> =>
  trading.orders.replace(rich.by, { id: await id(), ...changes });
/** Until what the change of hours means for open orders has been done. */
const sessions = async (mode: 'SESSIONS' | 'ALWAYS_OPEN'): Promise<void> => {
  must(await trading.controls.setMarketHours(operator, { mode }));
  for (let pass = 0; pass < 3; pass += 1) {
    await trading.sweep();
    await trading.settled();
  }
};
/** A queue of commands that do nothing, behind one that waits until it is told. */
const whileFull = async (ask: () => Promise<Answer>): Promise<Answer> => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const all = [trading.lane.alone(() => promise)];
  // It has left the queue before that is filled.
  await Promise.resolve();
  while (trading.lane.depth() < limits.lane.queue) all.push(trading.lane.run({ needs: {}, decide: () => {} }));
  try {
    return await ask();
  } finally {
    resolve();
    await Promise.all(all);
  }
};

const refusals: [code: ErrorCode, what: string, run: () => Promise<Answer>][] = [
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
  ['TOO_LATE_TO_REPLACE', 'a replacement', replace(filled, { qty: '2' })],
  ['CHANGE_PENDING', 'a replacement', replace(pending, { qty: '2' })],
  ['EXECUTION_UNKNOWN', 'a replacement', replace(doubtful, { qty: '2' })],
  ['TOO_LATE_TO_REPLACE', 'a replacement of a stop that was reached', replace(reached, { qty: '2' })],
  ['NOT_SUPPORTED', 'a replacement of a market order', replace(atMarket, { qty: '2' })],
  ['INVALID_PRICE', 'a replacement of the stop that follows the market', replace(trailing, { stopPrice: '1.00' })],
  ['INVALID_PRICE', 'a replacement of a percentage by a distance', replace(trailing, { trailPrice: '1.00' })],
  ['INVALID_PRICE', 'a replacement of a stop price that was reached', replace(limitNow, { stopPrice: '2.00' })],
  ['INSUFFICIENT_FUNDS', 'a replacement', replace(open, { qty: '5000000' })],
  ['INVALID_PRICE', 'a replacement', replace(open, { stopPrice: '1.00' })],
  ['INVALID_INPUT', 'a replacement with nothing', replace(open, {})],
  ['INVALID_INPUT', 'a list of one', () => trading.orders.placeList(rich.by, { type: 'OCO', orders: [limit] })],
  ['TRADING_BLOCKED', 'an order', place(() => stopped)],
  ['ORDER_TOO_LARGE', 'an order', place(() => limited, { qty: '101' })],
  ['DAILY_LIMIT_REACHED', 'an order', place(() => limited, { qty: '51' })],
  ['MARKET_CLOSED', 'an order', place(() => rich, { timeInForce: 'IOC' })],
  [
    'ALREADY_REVERSED',
    'a reversal',
    () => trading.ledger.reverseTransfer(operator, { transferId: reversedTransfer, reason }),
  ],
  ['TRADE_ALREADY_BUSTED', 'a bust', bust],
  ['NOT_FOUND', 'a reversal', () => trading.ledger.reverseTransfer(operator, { transferId: 'x', reason })],
  ['FORBIDDEN', 'a halt', () => trading.controls.haltInstrument(rich.by, { symbol: 'AAPL', reason })],
  ['UNKNOWN_SYMBOL', 'a halt', () => trading.controls.haltInstrument(operator, { symbol: 'NOPE', reason })],
  [
    'INVALID_INPUT',
    'a kill switch without its target',
    () => trading.controls.setKillSwitch(operator, { scope: 'INSTRUMENT', engaged: true, reason }),
  ],
  [
    'INVALID_AMOUNT',
    'a limit below nothing',
    () => trading.controls.setAccountLimits(operator, { accountId: rich.accountId, maxOrderValue: '-1', reason }),
  ],
  ['INVALID_INPUT', 'a deadline in the past', () => trading.orders.cancelAllAfter(rich.by, { seconds: -1 })],
  ['UNKNOWN_SYMBOL', 'a cancel of all', () => trading.orders.cancelAll(rich.by, { symbol: 'NOPE' })],
  ['DEPENDENCY_UNAVAILABLE', 'a preview where no venue is known', () => other.orders.preview(rich.by, limit)],
  ['OVERLOADED', 'an order', () => whileFull(place(() => rich))],
];

/** Refusals of the whole request are thrown. */
const answered = async (run: () => Promise<Answer>): Promise<string[]> => {
  try {
    const answer = await run();
    return answer.ok ? [] : answer.failures.map(({ code }) => code);
  } catch (error) {
    if (error instanceof RefusedError) return [error.code];
    throw error;
  }
};

test.each(refusals)('%s: %s that is refused changes nothing', async (code, _, run) => {
  const orders = [filled, open, trailing, pending, doubtful, atMarket, reached, limitNow];
  for (const known of [...orders, reversed, bustOnce]) await known();
  if (code === 'MARKET_CLOSED') await sessions('SESSIONS');
  const before = await moneyDigest(trading.database.pool);
  const codes = await answered(run);
  await trading.settled();
  expect(codes).toEqual([code]);
  expect(await moneyDigest(trading.database.pool)).toEqual(before);
  if (code === 'MARKET_CLOSED') await sessions('ALWAYS_OPEN');
  seen.add(code);
});

test('a key whose first request is still being worked on changes nothing', async () => {
  const before = await moneyDigest(trading.database.pool);
  const { promise, resolve } = Promise.withResolvers<void>();
  const waiting = trading.lane.alone(() => promise);
  const send = place(() => rich, { idempotencyKey: trading.ids.next() });
  const first = send();
  expect(await send()).toMatchObject({ failures: [{ code: 'IDEMPOTENCY_IN_PROGRESS' }] });
  expect(await moneyDigest(trading.database.pool)).toEqual(before);
  seen.add('IDEMPOTENCY_IN_PROGRESS');
  resolve();
  await Promise.all([waiting, first]);
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
  for (const code of ['IDEMPOTENCY_KEY_REUSED', 'DUPLICATE_CLIENT_ORDER_ID']) seen.add(code);
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

test('every code that such a command can answer with is refused above', () => {
  expect(commandCodes.length).toBeGreaterThan(20);
  expect(commandCodes.filter((code) => !seen.has(code))).toEqual([]);
});

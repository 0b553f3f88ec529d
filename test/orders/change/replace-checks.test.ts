import { afterAll, beforeAll, expect, test } from 'vitest';
import { formatDecimal } from '../../../src/kernel/decimal.ts';
import { operatorOf } from '../../controls/support.ts';
import { codesOf, must, testClock } from '../../support/people.ts';
import { brokenPromises } from '../../support/promises.ts';
import { type Customer, startTrading, type TestTrading } from '../../support/trading.ts';

/** A replacement makes an order that could be placed: whatever refuses the one refuses the other, for the same reason. */

let trading: TestTrading;
let operator: Customer['by'];
const clock = testClock(new Date('2026-03-06T20:00:00Z'));
beforeAll(async () => {
  trading = await startTrading({ clock });
  operator = await operatorOf(trading);
});
afterAll(async () => {
  expect(await brokenPromises(trading.database.pool)).toEqual([]);
  await trading.close();
});

const reason = 'a test';
const resting = { symbol: 'AAPL', side: 'BUY', type: 'LIMIT', qty: '10', limitPrice: '10.00' } as const;
const withOrder = async (more: object = {}) => {
  const customer = await trading.customer('100000');
  const { id } = must(await trading.orders.place(customer.by, { ...resting, ...more }));
  await trading.settled();
  return { ...customer, id };
};
const statusOf = async (userId: string, id: string) => (await trading.orders.one(userId, { id }))?.status;

type World = (person: Customer, on: boolean) => Promise<unknown>;
const switched =
  (more: (person: Customer) => object): World =>
  (person, engaged) =>
    trading.controls.setKillSwitch(operator, { ...more(person), engaged, reason } as never);

const worlds: [what: string, code: string, world: World][] = [
  [
    'the account is closed',
    'ACCOUNT_CLOSED',
    ({ accountId }, on) =>
      trading.database.prisma.account.update({
        where: { id: accountId },
        data: { status: on ? 'CLOSED' : 'ACTIVE' },
      }),
  ],
  ['the account is stopped', 'TRADING_BLOCKED', switched(({ accountId }) => ({ scope: 'ACCOUNT', accountId }))],
  ['the instrument is stopped', 'TRADING_BLOCKED', switched(() => ({ scope: 'INSTRUMENT', symbol: 'AAPL' }))],
  ['the venue is stopped', 'TRADING_BLOCKED', switched(() => ({ scope: 'VENUE' }))],
  [
    'the instrument is halted',
    'INSTRUMENT_HALTED',
    (_, on) => trading.controls[on ? 'haltInstrument' : 'resumeInstrument'](operator, { symbol: 'AAPL', reason }),
  ],
];

test.each(worlds)('while %s, an order is neither placed nor replaced: %s', async (_, code, world) => {
  const person = await withOrder();
  await world(person, true);
  expect(codesOf(await trading.orders.place(person.by, resting))).toEqual([code]);
  const refused = await trading.orders.replace(person.by, { id: person.id, qty: '9' });
  expect(codesOf(refused)).toEqual([code]);
  // A replacement names no instrument that could be at fault.
  expect(!refused.ok && refused.failures[0]?.field).toEqual(code === 'ACCOUNT_CLOSED' ? ['id'] : undefined);
  expect(await statusOf(person.userId, person.id)).toBe('NEW');
  await world(person, false);
  must(await trading.orders.replace(person.by, { id: person.id, qty: '9' }));
  await trading.settled();
  expect(await statusOf(person.userId, person.id)).toBe('REPLACED');
});

const limitTo = (accountId: string, more: object) =>
  trading.controls.setAccountLimits(operator, { accountId, reason, ...more });

test('the whole order that a replacement makes is held against the largest order, not its growth', async () => {
  const { by, accountId, id } = await withOrder();
  must(await limitTo(accountId, { maxOrderValue: '150' }));
  expect(codesOf(await trading.orders.replace(by, { id, qty: '15.0001' }))).toEqual(['ORDER_TOO_LARGE']);
  const asked = must(await trading.orders.replace(by, { id, qty: '15' }));
  await trading.settled();
  must(await limitTo(accountId, { maxOrderValue: '1', dailyNotional: '1' }));
  // Giving way is always allowed.
  must(await trading.orders.replace(by, { id: asked.replacement?.newOrderId ?? '', qty: '14' }));
  await trading.settled();
});

test('a sell below the market counts at the bid, placed or replaced', async () => {
  const { by, accountId } = await trading.customer('100000');
  const market = { ...resting, type: 'MARKET', limitPrice: null } as const;
  must(await trading.orders.place(by, market));
  await trading.settled();
  const sell = { ...resting, side: 'SELL', type: 'STOP_LIMIT', stopPrice: '1.00', limitPrice: '1.00' } as const;
  const { id } = must(await trading.orders.place(by, { ...sell, qty: '1' }));
  await trading.settled();
  must(await limitTo(accountId, { maxOrderValue: '1000' }));
  expect(codesOf(await trading.orders.place(by, { ...sell, qty: '9' }))).toEqual(['ORDER_TOO_LARGE']);
  expect(codesOf(await trading.orders.replace(by, { id, qty: '9' }))).toEqual(['ORDER_TOO_LARGE']);
});

test('a stop whose collar is out of range is refused, and an order whose time is over', async () => {
  const { by, id } = await withOrder({ type: 'STOP', side: 'BUY', limitPrice: null, stopPrice: '900.00', qty: '1' });
  const stopPrice = '92233720368547758.07';
  expect(codesOf(await trading.orders.replace(by, { id, stopPrice }))).toEqual(['INVALID_PRICE']);
  const expiresAt = new Date(clock.now().getTime() + 1_000);
  const due = must(await trading.orders.place(by, { ...resting, expiresAt }));
  await trading.settled();
  clock.advance(1_000);
  expect(codesOf(await trading.orders.replace(by, { id: due.id, qty: '9' }))).toEqual(['TOO_LATE_TO_REPLACE']);
});

test('an order that must not take is cancelled when its replacement would', async () => {
  const { by, userId, id } = await withOrder({ postOnly: true });
  const limitPrice = formatDecimal(trading.market.quote('AAPL')?.ask ?? 0n, 2);
  must(await trading.orders.replace(by, { id, limitPrice }));
  await trading.settled();
  const next = (await trading.orders.one(userId, { id }))?.replacedById ?? '';
  expect(await trading.orders.one(userId, { id: next })).toMatchObject({
    status: 'CANCELED',
    reason: 'POST_ONLY_WOULD_TAKE',
    filledQty: 0n,
  });
});

test('between sessions an order that waits is replaced at once and waits on', async () => {
  must(await trading.controls.setMarketHours(operator, { mode: 'SESSIONS' }));
  clock.advance(4 * 3_600_000);
  await trading.sweep();
  const { by, userId, id } = await withOrder();
  expect(await statusOf(userId, id)).toBe('ACCEPTED');
  const asked = must(await trading.orders.replace(by, { id, limitPrice: '11.00' }));
  expect(asked).toMatchObject({ status: 'REPLACED' });
  expect(await statusOf(userId, asked.replacedById ?? '')).toBe('ACCEPTED');
  must(await trading.controls.setMarketHours(operator, { mode: 'ALWAYS_OPEN' }));
  await trading.sweep();
  await trading.settled();
  expect(await statusOf(userId, asked.replacedById ?? '')).toBe('NEW');
});

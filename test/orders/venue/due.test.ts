import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSweep } from '../../../src/kernel/sweep.ts';
import { operatorOf, resting, statusOf } from '../../controls/support.ts';
import { closeSound } from '../../support/close-sound.ts';
import { codesOf, must, testClock } from '../../support/people.ts';
import { startTrading, type TestTrading } from '../../support/trading.ts';
import { until } from '../../support/until.ts';

let trading: TestTrading;
const clock = testClock();
beforeAll(async () => {
  trading = await startTrading({ clock });
});
afterAll(() => closeSound(trading));

const after_s = (seconds: number): Date => new Date(clock.now().getTime() + seconds * 1_000);
const swept = async (): Promise<void> => {
  await trading.settled();
  await trading.sweep();
  await trading.settled();
};

test('the dead-man’s switch cancels what is open at its deadline, unless it is called again or disarmed', async () => {
  const [gone, alive, off] = [
    await trading.customer('1000'),
    await trading.customer('1000'),
    await trading.customer('1000'),
  ];
  const people = [gone, alive, off];
  const ids = await Promise.all(people.map(async ({ by }) => must(await trading.orders.place(by, resting)).id));
  for (const { by } of people) {
    const armed = must(await trading.orders.cancelAllAfter(by, { seconds: 30 }));
    expect(armed.deadline).toEqual(after_s(30));
  }
  clock.advance(29_000);
  must(await trading.orders.cancelAllAfter(alive.by, { seconds: 30 }));
  expect(must(await trading.orders.cancelAllAfter(off.by, { seconds: 0 })).deadline).toBeNull();
  await swept();
  expect(await statusOf(trading, ids[0]!)).toBe('NEW');
  clock.advance(1_000);
  await swept();
  expect(await Promise.all(ids.map((id) => statusOf(trading, id)))).toEqual(['CANCELED', 'NEW', 'NEW']);
  expect((await trading.orders.one(gone.userId, { id: ids[0]! }))?.reason).toBe('CANCEL_ALL_AFTER');
  // It has fired and is off: what comes later stays.
  const later = must(await trading.orders.place(gone.by, resting));
  await swept();
  expect(await statusOf(trading, later.id)).toBe('NEW');
});

test('a deadline that was set through another process, which then ended, fires where the venue runs', async () => {
  const first = await startTrading({ clock, url: trading.database.connection.connectionString ?? '' });
  const { by } = await first.customer('1000');
  must(await first.orders.cancelAllAfter(by, { seconds: 5 }));
  await first.close();
  const order = must(await trading.orders.place(by, resting));
  clock.advance(6_000);
  await until(async () => (await statusOf(trading, order.id)) === 'CANCELED');
});

test('seconds have bounds, and another user’s account does not exist', async () => {
  const [one, other] = [await trading.customer(), await trading.customer()];
  for (const seconds of [-1, 86_401, 1.5]) {
    expect(codesOf(await trading.orders.cancelAllAfter(one.by, { seconds }))).toEqual(['INVALID_INPUT']);
  }
  const foreign = { accountId: other.accountId, seconds: 5 };
  expect(codesOf(await trading.orders.cancelAllAfter(one.by, foreign))).toEqual(['NOT_FOUND']);
  expect(await trading.database.prisma.cancelDeadline.count({ where: { accountId: other.accountId } })).toBe(0);
});

test('an order whose time is over is EXPIRED, keeps its fills and gives its hold back', async () => {
  const { by, userId, accountId } = await trading.customer('1000');
  const order = must(await trading.orders.place(by, { ...resting, expiresAt: after_s(60) }));
  const other = must(await trading.orders.place(by, { ...resting, expiresAt: after_s(61) }));
  clock.advance(60_000);
  await swept();
  const expired = await trading.orders.one(userId, { id: order.id });
  expect(expired).toMatchObject({ status: 'EXPIRED', reserve: 0n, canceledAt: null, expiredAt: clock.now() });
  expect(await statusOf(trading, other.id)).toBe('NEW');
  const events = await trading.database.prisma.accountEvent.findMany({ where: { accountId } });
  expect(events.map(({ type }) => type)).toContain('ORDER_EXPIRED');
});

test('a kill switch that cancels takes the open orders of its scope, also those that come a moment later', async () => {
  const operator = await operatorOf(trading);
  const [one, other] = [await trading.customer('1000'), await trading.customer('1000')];
  const ids = await Promise.all([one, other].map(async ({ by }) => must(await trading.orders.place(by, resting)).id));
  const input = { scope: 'ACCOUNT', accountId: one.accountId, engaged: true, reason: 'a test' } as const;
  must(await trading.controls.setKillSwitch(operator, { ...input, cancelOpenOrders: true }));
  await swept();
  expect(await Promise.all(ids.map((id) => statusOf(trading, id)))).toEqual(['CANCELED', 'NEW']);
  expect((await trading.orders.one(one.userId, { id: ids[0]! }))?.reason).toBe('KILL_SWITCH');
});

test('a task that fails stops neither the others nor the next pass', async () => {
  const done: string[] = [];
  const failed: unknown[] = [];
  const sweep = createSweep({
    tasks: { bad: () => Promise.reject(new Error('down')), good: async () => void done.push('good') },
    every_ms: 1,
    log: { error: (...line: unknown[]) => void failed.push(line) },
  });
  sweep.start();
  await until(() => done.length > 2);
  await sweep.stop();
  expect(failed.length).toBeGreaterThan(2);
  const count = done.length;
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(done.length).toBe(count);
});

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readDateTime } from '../../src/kernel/date-time.ts';
import { createMarks } from '../../src/ledger/history/marks.ts';
import { createHistoryStore } from '../../src/ledger/history/store.ts';
import { equityOf } from '../../src/ledger/valuation.ts';
import { limits } from '../../src/limits.ts';
import { testClock } from '../support/people.ts';
import { type Customer, ownPositions, startTrading, type TestTrading } from '../support/trading.ts';

const clock = testClock();
const MINUTE = 60_000;
let trading: TestTrading;
let customer: Customer;
let marks: ReturnType<typeof createMarks>;
beforeAll(async () => {
  trading = await startTrading({ clock });
  customer = await trading.customer('10000');
  marks = createMarks({
    history: createHistoryStore(trading.database),
    instruments: () => [trading.market.find('AAPL')!, trading.market.find('BTC-USD')!],
    quote: trading.market.quote,
    clock,
    log: { warn: () => {} },
  });
});
afterAll(() => trading.close());

const reader = () => ({ id: customer.userId, roles: ['USER'] as const, requestId: randomUUID() });

test('the series says at each point what the account was worth then', async () => {
  const { accountId } = customer;
  clock.advance(MINUTE);
  const from = clock.now();
  const worth: bigint[] = [];
  for (let round = 0; round < 5; round += 1) {
    trading.venue.tick();
    const symbol = round % 2 === 0 ? 'AAPL' : 'BTC-USD';
    await trading.orders.place(customer.by, { symbol, side: 'BUY', type: 'MARKET', qty: '0.01' });
    await trading.settled();
    await marks.record();
    const balances = (await trading.ledger.balancesOf('EVERYTHING', [accountId]))(accountId);
    worth.push(equityOf('USD', balances, await ownPositions(trading, customer.userId)));
    clock.advance(MINUTE);
  }
  const to = new Date(clock.now().getTime() - MINUTE);
  const points = await trading.ledger.portfolioHistory(reader(), accountId, { from, to, interval: 'MINUTE' });
  expect(points.map(({ at }) => at.getTime() - from.getTime())).toEqual([0, 1, 2, 3, 4].map((at) => at * MINUTE));
  expect(points.map(({ cash, positions }) => cash + positions)).toEqual(worth);
});

test('a mark is kept when it moved, not otherwise', async () => {
  const count = () => trading.database.prisma.mark.count();
  await marks.record();
  const before = await count();
  clock.advance(MINUTE);
  await marks.record();
  expect(await count()).toBe(before);
  for (let tick = 0; tick < 20; tick += 1) trading.venue.tick();
  await marks.record();
  expect(await count()).toBeGreaterThan(before);
});

test('bounds that are finer than a millisecond have between them just what they say, and end no later than now', async () => {
  clock.advance(MINUTE);
  const now = clock.now();
  const finer = (date: Date): Date => readDateTime(date.toISOString().replace('Z', '001Z'))!;
  const [from, to] = [new Date(now.getTime() - MINUTE), new Date(now.getTime() - 1)];
  const ask = (period: { from: Date; to: Date }) =>
    trading.ledger.portfolioHistory(reader(), null, { ...period, interval: 'MINUTE' });
  const times = async (period: { from: Date; to: Date }) => (await ask(period)).map(({ at }) => at.getTime());
  expect(await times({ from: finer(from), to: finer(to) })).toEqual([from.getTime() + 1, to.getTime()]);
  expect(await times({ from, to: now })).toEqual([from.getTime(), now.getTime()]);
  const justNow = { from, to: finer(now) };
  await expect(ask(justNow)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  await expect(trading.ledger.statement(reader(), null, justNow)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  await expect(ask({ from: finer(to), to: now })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
});

test('a period that is empty, too long or in the future is refused; another user’s account is empty', async () => {
  const to = clock.now();
  const ask = (from_ms: number, more: object = {}) =>
    trading.ledger.portfolioHistory(reader(), null, {
      from: new Date(to.getTime() - from_ms),
      to,
      interval: 'MINUTE',
      ...more,
    });
  await expect(ask(0)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  await expect(ask(limits.ledger.chartPoints * MINUTE)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  await expect(ask(MINUTE, { to: new Date(to.getTime() + 1) })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  expect(await ask((limits.ledger.chartPoints - 1) * MINUTE)).toHaveLength(limits.ledger.chartPoints);
  const other = await trading.customer('1');
  const period = { from: new Date(to.getTime() - MINUTE), to, interval: 'MINUTE' } as const;
  expect(await trading.ledger.portfolioHistory(reader(), other.accountId, period)).toEqual([]);
});

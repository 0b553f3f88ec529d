import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { formatDecimal } from '../../src/kernel/decimal.ts';
import { closeSound } from '../support/close-sound.ts';
import { testClock } from '../support/people.ts';
import { type Customer, ownPositions, startTrading, type TestTrading } from '../support/trading.ts';

const clock = testClock();
let trading: TestTrading;
let customer: Customer;
beforeAll(async () => {
  trading = await startTrading({ clock });
  customer = await trading.customer();
});
afterAll(() => closeSound(trading));

const reader = () => ({ id: customer.userId, roles: ['USER'] as const, requestId: randomUUID() });

test('balances and positions at every past instant are what was read then', async () => {
  const noted: { at: Date; balances: unknown; positions: unknown }[] = [];
  const note = async (): Promise<void> => {
    await trading.settled();
    const balances = (await trading.ledger.balancesOf('EVERYTHING', [customer.accountId]))(customer.accountId);
    const positions = await ownPositions(trading, customer.userId);
    noted.push({
      at: clock.now(),
      balances: balances.map(({ asset, posted }) => ({ asset, posted })),
      positions: positions.map(({ symbol, qty, costBasis, realizedPnl }) => ({ symbol, qty, costBasis, realizedPnl })),
    });
    clock.advance(1);
  };
  await trading.ledger.deposit(customer.by, { amount: '50000' });
  await note();
  for (const [symbol, qty] of [
    ['AAPL', '3'],
    ['BTC-USD', '0.1'],
    ['AAPL', '2.5'],
  ] as const) {
    await trading.orders.place(customer.by, { symbol, side: 'BUY', type: 'MARKET', qty });
    await note();
  }
  for (const qty of ['1', '3.5', '1']) {
    trading.venue.tick();
    await trading.orders.place(customer.by, { symbol: 'AAPL', side: 'SELL', type: 'MARKET', qty });
    await note();
  }
  await trading.ledger.withdraw(customer.by, { amount: '1' });
  await note();
  for (const { at, balances, positions } of noted) {
    const then = await trading.ledger.balancesAt(reader(), customer.accountId, at);
    const known = (balances as { asset: string; posted: bigint }[]).filter(
      ({ asset, posted }) => posted !== 0n || then.some((row) => row.asset === asset),
    );
    expect(then.map(({ asset, posted }) => ({ asset, posted }))).toEqual(known);
    const held = await ownPositions(trading, customer.userId, null, at);
    expect(held.map(({ symbol, qty, costBasis, realizedPnl }) => ({ symbol, qty, costBasis, realizedPnl }))).toEqual(
      positions,
    );
  }
  const before = new Date(noted[0]!.at.getTime() - 1);
  expect(await trading.ledger.balancesAt(reader(), null, before)).toEqual([]);
});

test('the future is refused, and another user’s account is empty', async () => {
  const future = new Date(clock.now().getTime() + 1);
  const refused = { code: 'BAD_USER_INPUT', message: 'Argument "asOf" must not be in the future.' };
  await expect(trading.ledger.balancesAt(reader(), null, future)).rejects.toMatchObject(refused);
  await expect(ownPositions(trading, customer.userId, null, future)).rejects.toMatchObject(refused);
  const other = await trading.customer('5');
  expect(await trading.ledger.balancesAt(reader(), other.accountId, clock.now())).toEqual([]);
  const auditor = { ...reader(), roles: ['AUDITOR'] as const };
  expect(await trading.ledger.balancesAt(auditor, other.accountId, clock.now())).toMatchObject([{ asset: 'USD' }]);
});

test('an account’s time never steps back, though the clock does', async () => {
  const mover = await trading.customer('10');
  const booked = clock.now();
  clock.advance(-60_000);
  await trading.ledger.deposit(mover.by, { amount: '5' });
  clock.advance(60_000);
  const [usd] = await trading.ledger.balancesAt({ ...reader(), id: mover.userId }, null, booked);
  expect(formatDecimal(usd!.posted, 8)).toBe('15');
});

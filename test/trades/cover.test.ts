import { afterAll, beforeAll, expect, test } from 'vitest';
import { operatorOf } from '../controls/support.ts';
import { closeSound } from '../support/close-sound.ts';
import { must } from '../support/people.ts';
import { type Customer, startTrading, type TestTrading } from '../support/trading.ts';
import { cross, place, priceText } from './support.ts';

/* Busts and corrections that take back what a side no longer has, when the operator has the house cover it. */

let trading: TestTrading;
let operator: Customer['by'];
beforeAll(async () => {
  trading = await startTrading();
  operator = await operatorOf(trading);
});
afterAll(() => closeSound(trading));

const UNIT = 10n ** 8n;
const reason = 'It should not have been.';
const balanceOf = async ({ accountId }: Customer, asset: string): Promise<bigint> =>
  (await trading.database.prisma.balance.findFirst({ where: { accountId, asset } }))?.posted ?? 0n;
const withdrawAll = async (customer: Customer): Promise<void> => {
  const cents = (await balanceOf(customer, 'USD')) / 10n ** 6n;
  must(await trading.ledger.withdraw(customer.by, { amount: priceText(cents) }));
};
const sellAll = async (customer: Customer): Promise<void> => {
  await place(trading, customer, { symbol: 'MSFT', side: 'SELL', type: 'MARKET', qty: '4' });
};

/** Two customers who have traded four units with each other. */
const traded = async () => {
  const [buyer, seller] = [await trading.customer('50000'), await trading.customer('50000')];
  await place(trading, seller, { symbol: 'MSFT', side: 'BUY', type: 'MARKET', qty: '4' });
  const { tradeId, executions } = await cross(trading, buyer, seller, '4');
  const [one] = executions;
  return { buyer, seller, tradeId, value: one!.value, price: one!.price };
};

test('a bust whose seller has no cash any more is refused, unless the house covers it', async () => {
  const { buyer, seller, tradeId, value } = await traded();
  await withdrawAll(seller);
  const dust = await balanceOf(seller, 'USD');
  expect(await trading.trades.bust(operator, { tradeId, reason })).toMatchObject({
    failures: [{ code: 'INSUFFICIENT_FUNDS' }],
  });
  expect(await trading.trades.bust(operator, { tradeId, reason, coverShortfall: false })).toMatchObject({ ok: false });
  must(await trading.trades.bust(operator, { tradeId, reason, coverShortfall: true }));
  // As a maker the seller paid a tenth of a percent, which comes back.
  const given = value - (value * 10n) / 10_000n;
  expect(await balanceOf(seller, 'USD-OWED')).toBe(given - dust);
  expect([await balanceOf(seller, 'MSFT'), await balanceOf(seller, 'USD')]).toEqual([40_000n, 0n]);
  expect(await balanceOf(buyer, 'USD')).toBe(50_000n * UNIT);
  // The units are there again: selling them pays the debt.
  await sellAll(seller);
  expect(await balanceOf(seller, 'USD-OWED')).toBeLessThan((given - dust) / 50n);
});

test('a bust whose buyer has sold the units has them bought in at the price of the trade', async () => {
  const { buyer, seller, tradeId } = await traded();
  await sellAll(buyer);
  const [before, pnl] = [await balanceOf(buyer, 'USD'), await profitOf(buyer)];
  must(await trading.trades.bust(operator, { tradeId, reason, coverShortfall: true }));
  expect([await balanceOf(buyer, 'MSFT'), await balanceOf(buyer, 'USD-OWED')]).toEqual([0n, 0n]);
  // Nothing but the fee comes back, and what the sale has earned stays.
  const fees = (await balanceOf(buyer, 'USD')) - before;
  expect(fees > 0n && fees < 10n * UNIT).toBe(true);
  expect(await profitOf(buyer)).toBe(pnl);
  expect(await balanceOf(seller, 'MSFT')).toBe(40_000n);
});
const profitOf = async ({ accountId }: Customer): Promise<bigint | undefined> =>
  (await trading.database.prisma.position.findFirst({ where: { accountId } }))?.realizedPnl;

test('a correction to a price that its buyer has no cash for leaves the buyer owing the difference', async () => {
  const { buyer, tradeId, price, value } = await traded();
  await withdrawAll(buyer);
  const dust = await balanceOf(buyer, 'USD');
  const terms = { tradeId, reason, price: priceText(price + 100n) };
  expect(await trading.trades.correct(operator, terms)).toMatchObject({ failures: [{ code: 'INSUFFICIENT_FUNDS' }] });
  must(await trading.trades.correct(operator, { ...terms, coverShortfall: true }));
  const higher = 4n * UNIT;
  const fee = ((value + higher) * 20n) / 10_000n - (value * 20n) / 10_000n;
  expect(await balanceOf(buyer, 'USD-OWED')).toBe(higher + fee - dust);
});

test('a key that was used without the cover is not used with it', async () => {
  const { seller, tradeId } = await traded();
  await withdrawAll(seller);
  const input = { tradeId, reason, idempotencyKey: 'once' };
  expect(await trading.trades.bust(operator, input)).toMatchObject({ failures: [{ code: 'INSUFFICIENT_FUNDS' }] });
  expect(await trading.trades.bust(operator, { ...input, coverShortfall: true })).toMatchObject({
    failures: [{ code: 'IDEMPOTENCY_KEY_REUSED' }],
  });
});

test('with nothing missing the cover changes nothing', async () => {
  const { seller, tradeId } = await traded();
  must(await trading.trades.bust(operator, { tradeId, reason, coverShortfall: true }));
  expect([await balanceOf(seller, 'USD-OWED'), await balanceOf(seller, 'MSFT')]).toEqual([0n, 40_000n]);
  const where = { accountId: seller.accountId, type: 'SHORTFALL_COVERED' };
  expect(await trading.database.prisma.accountEvent.count({ where })).toBe(0);
});

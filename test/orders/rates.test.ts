import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { formatDecimal } from '../../src/kernel/decimal.ts';
import { closeSound } from '../support/close-sound.ts';
import { must } from '../support/people.ts';
import { fees, startTrading, type TestTrading } from '../support/trading.ts';
import { cross, inside, place, priceText, wealthOf } from '../trades/support.ts';

/* The rates of fees are a setting: they are others after a restart, while orders rest and trades may still be corrected. */

const rates = { ...fees };
let trading: TestTrading;
beforeAll(async () => {
  trading = await startTrading({ rates });
});
afterAll(() => closeSound(trading));
const setRates = (makerBps: bigint, takerBps: bigint): void => void Object.assign(rates, { makerBps, takerBps });
const market = { symbol: 'MSFT', side: 'BUY', type: 'MARKET' } as const;

test.each([
  ['never costs more than it holds back for', 500n, 20n],
  ['costs less as soon as that is the rate', 3n, 3n],
])('an order that rests while rates change %s', async (_, now, charged) => {
  setRates(10n, 20n);
  const [seller, buyer] = [await trading.customer('100000'), await trading.customer('5000')];
  await place(trading, seller, { ...market, qty: '20' });
  const price = inside(trading);
  // As much as the cash is for, with the fee.
  const qty = (5_000n * 10n ** 8n * 10_000n) / 10_020n / (price * 100n);
  const terms = { symbol: 'MSFT', type: 'LIMIT', limitPrice: priceText(price), qty: formatDecimal(qty, 4) } as const;
  const resting = await place(trading, buyer, { ...terms, side: 'BUY' });
  expect(resting.status).toBe('NEW');
  setRates(now, now);
  await place(trading, seller, { ...terms, side: 'SELL' });
  expect(await trading.orders.one(buyer.userId, { id: resting.id })).toMatchObject({
    ...{ status: 'FILLED', fees: (price * qty * 100n * charged) / 10_000n },
  });
});

/** As executions were before they kept their rates. */
const forgetRates = async (tradeId: string): Promise<void> => {
  const superuser = new pg.Client(trading.url);
  await superuser.connect();
  await superuser.query('SET session_replication_role = replica');
  await superuser.query('UPDATE executions SET fee_bps = NULL WHERE trade_id = $1', [tradeId]);
  await superuser.end();
};

test('a trade that is corrected and corrected back costs what it had cost, whatever the rates are by then', async () => {
  const operator = (await trading.customer()).by;
  const bps = fc.bigInt({ min: 0n, max: 1_000n });
  const pair = fc.tuple(bps, bps);
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        ...{ before: pair, after: pair, up: fc.bigInt({ min: 1n, max: 900n }), isOld: fc.boolean() },
        qty: fc.constantFrom('0.0003', '0.5', '3.7'),
      }),
      async ({ before, after, up, isOld, qty }) => {
        setRates(...before);
        const [buyer, seller] = [await trading.customer('10000'), await trading.customer('10000')];
        await place(trading, seller, { ...market, qty: '5' });
        const { tradeId, executions } = await cross(trading, buyer, seller, qty);
        if (isOld) await forgetRates(tradeId);
        const wealth = [await wealthOf(trading, buyer), await wealthOf(trading, seller)];
        setRates(...after);
        const [{ price }] = executions as [(typeof executions)[number]];
        const correct = async (name: string, to: bigint) =>
          must(await trading.trades.correct(operator, { tradeId: name, price: priceText(to), reason: 'property' }));
        const once = await correct(tradeId, price + up);
        const orders = executions.map(({ orderId }) => orderId);
        const fills = await trading.orders.fillsOf('EVERYTHING', orders);
        for (const { side, liquidity, fee, value } of executions) {
          const next = fills.find((fill) => fill.tradeId === once.correctedTradeId && fill.side === side)!;
          const rate = before[liquidity === 'MAKER' ? 0 : 1];
          expect(next.fee).toBe(isOld ? (next.value * fee) / value : (next.value * rate) / 10_000n);
        }
        if (isOld) return;
        await correct(once.correctedTradeId!, price);
        expect([await wealthOf(trading, buyer), await wealthOf(trading, seller)]).toEqual(wealth);
      },
    ),
    { numRuns: 10 },
  );
}, 60_000);

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatDecimal } from '../../src/kernel/decimal.ts';
import { brokenPromises } from '../support/promises.ts';
import { type Customer, startTrading, type TestTrading } from '../support/trading.ts';

/**
 * Random customers, random commands, random moments: after every step all promises hold in the database. A failing run
 * prints its seed and path; give them to `fc.assert` to see it again.
 */

const symbols = ['AAPL', 'BTC-USD'] as const;
const who = fc.nat({ max: 2 });
const symbol = fc.constantFrom(...symbols);
const side = fc.constantFrom('BUY' as const, 'SELL' as const);
const timeInForce = fc.constantFrom('GTC' as const, 'IOC' as const, 'FOK' as const);
/** From dust to more than anybody can pay. */
const qty = fc.constantFrom('0.0001', '0.01', '0.5', '1', '3.7', '40', '100000');
const amount = fc.constantFrom('0.01', '10', '999.99', '25000', '100000000');
/** How far from the market, in hundredths of a percent: some cross it, some rest, some are far away. */
const away = fc.integer({ min: -300, max: 300 });
const pick = fc.nat({ max: 1_000 });

const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('market' as const), who, symbol, side, qty, timeInForce }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('limit' as const), who, symbol, side, qty, timeInForce, away }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('cancel' as const), who, pick }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('deposit' as const), who, amount }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('withdraw' as const), who, amount }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('tick' as const), who }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('again' as const), who, pick, qty }) },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

interface Run {
  trading: TestTrading;
  customers: Customer[];
  orders: { id: string; clientOrderId: string; owner: Customer; symbol: string }[];
}

const priceNear = ({ trading }: Run, name: string, bps: number): string => {
  const quote = trading.market.quote(name);
  const instrument = trading.market.find(name);
  if (!quote?.bid || !instrument) throw new Error('no market');
  const price = (quote.bid * BigInt(10_000 + bps)) / 10_000n;
  return formatDecimal(price - (price % instrument.tickSize), instrument.priceScale);
};

const place = async (
  run: Run,
  owner: Customer,
  input: Parameters<TestTrading['orders']['place']>[1],
): Promise<void> => {
  const answer = await run.trading.orders.place(owner.by, input);
  if (!answer.ok) return;
  const { id, clientOrderId } = answer.value;
  run.orders.push({ id, clientOrderId, owner, symbol: input.symbol });
};

const take = async (run: Run, next: Step): Promise<void> => {
  const { trading } = run;
  const customer = run.customers[next.who] as Customer;
  if (next.do === 'tick') trading.venue.tick();
  if (next.do === 'deposit') await trading.ledger.deposit(customer.by, { amount: next.amount });
  if (next.do === 'withdraw') await trading.ledger.withdraw(customer.by, { amount: next.amount });
  if (next.do === 'market') await place(run, customer, { ...next, type: 'MARKET' });
  if (next.do === 'limit') {
    await place(run, customer, { ...next, type: 'LIMIT', limitPrice: priceNear(run, next.symbol, next.away) });
  }
  const known = run.orders.length === 0 ? undefined : run.orders['pick' in next ? next.pick % run.orders.length : 0];
  // Whoever asks: cancelling somebody else's order must do nothing.
  if (next.do === 'cancel' && known) await trading.orders.cancel(customer.by, { id: known.id });
  if (next.do === 'again' && known) {
    const { clientOrderId } = known;
    const input = { symbol: known.symbol, side: 'BUY', type: 'MARKET', qty: next.qty, clientOrderId } as const;
    await place(run, customer, input);
  }
};

/** A database of its own for each run: what a failing run left behind must not fail the smaller ones after it. */
const inNewRun = async (body: (run: Run) => Promise<void>): Promise<void> => {
  const trading = await startTrading();
  try {
    const customers = [await trading.customer('50000'), await trading.customer('2000000'), await trading.customer()];
    await body({ trading, customers, orders: [] });
    await trading.settled();
    expect(await brokenPromises(trading.database.pool)).toEqual([]);
  } finally {
    await trading.close();
  }
};

test('every promise holds after every step of a random sequence', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 50 }), (steps) =>
      inNewRun(async (run) => {
        for (const next of steps) {
          await take(run, next);
          expect(await brokenPromises(run.trading.database.pool)).toEqual([]);
        }
      }),
    ),
    { numRuns: 15 },
  );
}, 180_000);

test('every promise holds when a whole sequence of several customers runs at once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 50, maxLength: 200 }), (steps) =>
      inNewRun(async (run) => {
        await Promise.all(steps.map((next) => take(run, next)));
      }),
    ),
    { numRuns: 10 },
  );
}, 180_000);

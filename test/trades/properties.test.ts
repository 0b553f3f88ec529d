import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ExecutionRow } from '../../src/lane/rows.ts';
import { testClock } from '../support/people.ts';
import { brokenPromises } from '../support/promises.ts';
import { type Customer, fees, ownPositions, startTrading, type TestTrading } from '../support/trading.ts';
import { inside, priceText } from './support.ts';

/**
 * Random trades, busts and corrections: after every step all promises hold, and every account is what a computation from the
 * trades that count alone, which knows nothing of the others, makes of it. A failing run prints its seed and path.
 */

const who = fc.nat({ max: 1 });
const side = fc.constantFrom('BUY' as const, 'SELL' as const);
const qty = fc.constantFrom('0.5', '1', '2', '3.7');
const pick = fc.nat({ max: 1_000 });
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('market' as const), who, side, qty }) },
  // Inside the makers' spread: it rests, or meets the other customer.
  { weight: 4, arbitrary: fc.record({ do: fc.constant('limit' as const), who, side, qty, above: fc.nat({ max: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const), pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('replace' as const), pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('tick' as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('bust' as const), pick }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('correct' as const),
      pick,
      bps: fc.integer({ min: -500, max: 500 }),
      part: fc.constantFrom(1n, 2n, 3n, 4n),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** A trade that counts, in the place of its first booking. */
interface Trade {
  tradeId: string;
  price: bigint;
  qty: bigint;
  sides: { accountId: string; side: 'BUY' | 'SELL'; bps: bigint }[];
}

interface Run {
  trading: TestTrading;
  customers: Customer[];
  orders: { id: string; owner: Customer }[];
  trades: Trade[];
  busted: Set<string>;
  clock: ReturnType<typeof testClock>;
  /** What each customer was shown, and when. */
  shown: { at: Date; userId: string; holding: unknown }[];
}

const CASH = 40_000n * 10n ** 8n;

const expectedOf = (trades: readonly Trade[], accountId: string) => {
  const lots: { qty: bigint; price: bigint }[] = [];
  let [cash, sold, paid] = [CASH, 0n, 0n];
  for (const { price, qty, sides } of trades) {
    const own = sides.find((one) => one.accountId === accountId);
    if (own === undefined) continue;
    const value = price * qty * 100n;
    const signed = own.side === 'BUY' ? value : -value;
    cash -= signed + (value * own.bps) / 10_000n;
    paid += signed;
    if (own.side === 'BUY') lots.push({ qty, price });
    else sold += qty;
  }
  let [held, cost] = [0n, 0n];
  for (const lot of lots) {
    const gone = lot.qty < sold ? lot.qty : sold;
    sold -= gone;
    held += lot.qty - gone;
    cost += (lot.qty - gone) * lot.price * 100n;
  }
  return { cash, qty: held, cost, pnl: cost - paid };
};

/** What is new in the executions, apart from what amendments wrote: these are known already. */
const learn = async ({ trading, trades, busted }: Run): Promise<void> => {
  const { rows } = await trading.database.pool.query<ExecutionRow>(
    `SELECT trade_id AS "tradeId", account_id AS "accountId", side, qty, price, liquidity FROM executions
     WHERE kind = 'TRADE' ORDER BY sequence`,
  );
  const known = new Set(trades.map(({ tradeId }) => tradeId));
  for (const [tradeId, sides] of Map.groupBy(rows, (row) => row.tradeId)) {
    if (known.has(tradeId) || busted.has(tradeId)) continue;
    const [{ price, qty: traded }] = sides as [ExecutionRow];
    const bpsOf = { MAKER: fees.makerBps, TAKER: fees.takerBps };
    trades.push({
      ...{ tradeId, price, qty: traded },
      sides: sides.map(({ accountId, side: own, liquidity }) => ({ accountId, side: own, bps: bpsOf[liquidity] })),
    });
  }
};

const amend = async (run: Run, next: Extract<Step, { do: 'bust' | 'correct' }>): Promise<void> => {
  const { trading, trades, busted } = run;
  const trade = trades[next.pick % trades.length];
  if (trade === undefined) return;
  const { tradeId } = trade;
  const by = (run.customers[0] as Customer).by;
  if (next.do === 'bust') {
    const answer = await trading.trades.bust(by, { tradeId, reason: 'property' });
    if (!answer.ok) return;
    trades.splice(trades.indexOf(trade), 1);
  } else {
    const price = (trade.price * BigInt(10_000 + next.bps)) / 10_000n;
    const corrected = (trade.qty * next.part) / 4n;
    const terms = {
      price: priceText(price),
      qty: `${corrected / 10_000n}.${`${corrected % 10_000n}`.padStart(4, '0')}`,
    };
    const answer = await trading.trades.correct(by, { tradeId, reason: 'property', ...terms });
    if (!answer.ok) return;
    Object.assign(trade, { price, qty: corrected, tradeId: answer.value.correctedTradeId });
  }
  busted.add(tradeId);
};

const take = async (run: Run, next: Step): Promise<void> => {
  const { trading } = run;
  if (next.do === 'bust' || next.do === 'correct') return amend(run, next);
  if (next.do === 'tick') return trading.venue.tick();
  if (next.do === 'market' || next.do === 'limit') {
    const owner = run.customers[next.who] as Customer;
    const base = { symbol: 'MSFT', side: next.side, qty: next.qty } as const;
    const kind =
      next.do === 'market'
        ? ({ type: 'MARKET' } as const)
        : ({ type: 'LIMIT', limitPrice: priceText(inside(trading) + BigInt(next.above)) } as const);
    const answer = await trading.orders.place(owner.by, { ...base, ...kind });
    if (answer.ok) run.orders.push({ id: answer.value.id, owner });
    return;
  }
  const known = run.orders[next.pick % run.orders.length];
  if (known === undefined) return;
  if (next.do === 'cancel') await trading.orders.cancel(known.owner.by, { id: known.id });
  else await trading.orders.replace(known.owner.by, { id: known.id, limitPrice: priceText(inside(trading)) });
};

const check = async (run: Run): Promise<void> => {
  const { database, ledger } = run.trading;
  expect(await brokenPromises(database.pool)).toEqual([]);
  for (const { accountId } of run.customers) {
    const ask = async (sql: string) => (await database.pool.query(sql, [accountId])).rows[0] ?? {};
    const position = await ask(
      'SELECT qty, cost_basis AS cost, realized_pnl AS pnl FROM positions WHERE account_id = $1',
    );
    const cash = await ask(`SELECT posted AS cash FROM balances WHERE account_id = $1 AND asset = 'USD'`);
    expect({ qty: 0n, cost: 0n, pnl: 0n, ...position, ...cash }).toEqual(expectedOf(run.trades, accountId));
  }
  expect(await ledger.checkBooks()).toMatchObject({ differences: [] });
};

/** A customer's position, now or then, with the lots that it is made of. */
const holdingOf = async ({ ledger }: TestTrading, positions: Awaited<ReturnType<typeof ownPositions>>) => {
  const lots = await ledger.lotsOf('EVERYTHING', positions);
  return positions.map((position) => {
    const { symbol, qty, costBasis, realizedPnl } = position;
    const own = lots(position);
    expect(own.reduce((sum, { leavesQty }) => sum + leavesQty, 0n)).toBe(qty);
    expect(own.reduce((sum, { leavesCost }) => sum + leavesCost, 0n)).toBe(costBasis);
    const shown = own.map(({ id, qty: bought, leavesQty, leavesCost, openedAt }) => ({
      ...{ id, bought, leavesQty, leavesCost, openedAt },
    }));
    return { symbol, qty, costBasis, realizedPnl, lots: shown };
  });
};

const note = async ({ trading, customers, clock, shown }: Run): Promise<void> => {
  for (const { userId } of customers) {
    shown.push({ at: clock.now(), userId, holding: await holdingOf(trading, await ownPositions(trading, userId)) });
  }
  clock.advance(1);
};

const inNewRun = async (body: (run: Run) => Promise<void>): Promise<void> => {
  const clock = testClock();
  const trading = await startTrading({ clock });
  try {
    const customers = [await trading.customer('40000'), await trading.customer('40000')];
    await body({ trading, customers, orders: [], trades: [], busted: new Set(), clock, shown: [] });
  } finally {
    await trading.close();
  }
};

test('after every step the books are those of the trades that count, and the past stays what was shown of it', async () => {
  let amended = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 15, maxLength: 40 }), (steps) =>
      inNewRun(async (run) => {
        for (const next of steps) {
          await take(run, next);
          await run.trading.settled();
          await learn(run);
          await check(run);
          await note(run);
        }
        for (const { at, userId, holding } of run.shown) {
          const then = await ownPositions(run.trading, userId, null, at);
          expect(await holdingOf(run.trading, then)).toEqual(holding);
        }
        amended += run.busted.size;
      }),
    ),
    { numRuns: 8 },
  );
  expect(amended).toBeGreaterThan(0);
}, 240_000);

test('busts that race with trades of the same accounts leave every promise', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 40, maxLength: 120 }), (steps) =>
      inNewRun(async (run) => {
        for (let at = 0; at < steps.length; at += 20) {
          await Promise.all(steps.slice(at, at + 20).map((next) => take(run, next)));
          await run.trading.settled();
          await learn(run);
          expect(await brokenPromises(run.trading.database.pool)).toEqual([]);
        }
        expect(await run.trading.ledger.checkBooks()).toMatchObject({ differences: [] });
      }),
    ),
    { numRuns: 8 },
  );
}, 240_000);

import { afterAll, beforeAll, expect, test } from 'vitest';
import { house } from '../../../src/ledger/house.ts';
import { createLedgerMetrics } from '../../../src/ledger/metrics.ts';
import { equityOf, owedOf } from '../../../src/ledger/valuation.ts';
import { decideSettle } from '../../../src/orders/settle/decide-settle.ts';
import { settleNeeds } from '../../../src/orders/settle/settle-needs.ts';
import { createMetrics } from '../../../src/telemetry/metrics.ts';
import type { TradeReport } from '../../../src/venues/venue.ts';
import { closeSound } from '../../support/close-sound.ts';
import { must } from '../../support/people.ts';
import { type Customer, fees, startTrading, type TestTrading } from '../../support/trading.ts';
import { eventsOf, place } from '../../trades/support.ts';

/* Fills of orders that are closed: what they cost, or sell, may be gone by then. They are booked all the same. */

let trading: TestTrading;
const metrics = createMetrics();
beforeAll(async () => {
  trading = await startTrading();
  createLedgerMetrics(metrics, trading.ledger, { warn: () => {} });
});
afterAll(() => closeSound(trading));

const UNIT = 10n ** 8n;
const instrumentOf = (symbol: string) => trading.market.find(symbol)!;
const rules = { instrumentOf, rates: fees, hours: () => 'ALWAYS_OPEN' as const };

/** A maker's trade at 100.00 with an order that rested. */
const late = async (orderId: string, { accountId }: Customer, takerSide: 'BUY' | 'SELL', qty: bigint) => {
  const trade: TradeReport = {
    ...{ kind: 'TRADE', tradeId: trading.ids.next(), symbol: 'AAPL', price: 10_000n, qty, takerSide },
    ...{ taker: null, maker: { orderId, accountId } },
  };
  await trading.lane.settle({
    needs: settleNeeds([trade], instrumentOf),
    decide: (books, at) => decideSettle(books, at, [trade], { ...rules, ids: trading.ids }),
  });
  await trading.settled();
};

const balancesOf = async ({ accountId }: Customer): Promise<Record<string, bigint>> => {
  const rows = await trading.database.prisma.balance.findMany({ where: { accountId } });
  return Object.fromEntries(rows.map(({ asset, posted }) => [asset, posted]));
};
const kindsOf = async ({ accountId }: Customer): Promise<string[]> => {
  const rows = await trading.database.pool.query<{ kind: string }>(
    `SELECT kind::text FROM postings WHERE account_id = $1 AND asset <> 'USD-OWED' GROUP BY kind, entry_id ORDER BY min(sequence)`,
    [accountId],
  );
  return rows.rows.map(({ kind }) => kind);
};
const statusOf = async ({ userId }: Customer, id: string) => {
  const { status, filledQty, qty, leavesQty } = { leavesQty: 0n, ...(await trading.orders.one(userId, { id }))! };
  return { status, filledQty, qty, leavesQty };
};

const buying = { symbol: 'AAPL', side: 'BUY', type: 'LIMIT', qty: '10', limitPrice: '100.00' } as const;

/** A cancelled buy of ten, whose cash its customer has taken out meanwhile but for what is said. */
const spentBuy = async (left: string): Promise<{ customer: Customer; id: string }> => {
  const customer = await trading.customer('1002');
  const { id } = await place(trading, customer, buying);
  must(await trading.orders.cancel(customer.by, { id }));
  await trading.settled();
  must(await trading.ledger.withdraw(customer.by, { amount: (1_002 - Number(left)).toFixed(2) }));
  return { customer, id };
};

test('a late fill whose cash is there takes it, and nobody owes anything', async () => {
  const { customer, id } = await spentBuy('1001.00');
  await late(id, customer, 'SELL', 100_000n);
  expect(await balancesOf(customer)).toEqual({ USD: 0n, AAPL: 100_000n });
  expect(await statusOf(customer, id)).toMatchObject({ status: 'CANCELED', filledQty: 100_000n, qty: 100_000n });
});

test('a late fill whose cash is gone is booked, and the house lends exactly what is missing', async () => {
  const { customer, id } = await spentBuy('300.50');
  await late(id, customer, 'SELL', 100_000n);
  // Ten at 100.00, and a tenth of a percent as its maker.
  const missing = 1_001n * UNIT - 30_050n * 10n ** 6n;
  expect(await balancesOf(customer)).toEqual({ USD: 0n, AAPL: 100_000n, 'USD-OWED': missing });
  expect(await statusOf(customer, id)).toMatchObject({ status: 'CANCELED', filledQty: 100_000n });
  expect(await kindsOf(customer)).toEqual(['DEPOSIT', 'WITHDRAWAL', 'COVER', 'TRADE']);
  const [event] = await eventsOf(trading, customer, 'SHORTFALL_COVERED');
  expect(event?.payload).toMatchObject({ asset: 'USD', amount: `${missing}`, owed: `${missing}` });
  const line = { action: 'coverShortfall', target: customer.accountId, actorId: null, outcome: 'OK' };
  expect(await trading.database.prisma.auditEntry.findMany({ where: line })).toMatchObject([
    { details: { asset: 'USD', amount: `${missing}` } },
  ]);
});

test('what other orders hold is not taken for a late fill', async () => {
  const customer = await trading.customer('1002');
  const { id } = await place(trading, customer, buying);
  must(await trading.orders.cancel(customer.by, { id }));
  await trading.settled();
  const other = await place(trading, customer, { ...buying, qty: '5' });
  await late(id, customer, 'SELL', 100_000n);
  expect(await balancesOf(customer)).toMatchObject({ USD: 501n * UNIT, 'USD-OWED': 500n * UNIT });
  expect(await trading.orders.one(customer.userId, { id: other.id })).toMatchObject({ reserve: 501n * UNIT });
});

test('a deposit pays back what is owed first; a withdrawal leaves it', async () => {
  const { customer, id } = await spentBuy('1.00');
  await late(id, customer, 'SELL', 100_000n);
  expect((await trading.ledger.accountsOf(customer.userId)).length).toBe(1);
  must(await trading.ledger.deposit(customer.by, { amount: '400' }));
  expect(await balancesOf(customer)).toMatchObject({ USD: 0n, 'USD-OWED': 600n * UNIT });
  must(await trading.ledger.deposit(customer.by, { amount: '650' }));
  expect(await balancesOf(customer)).toMatchObject({ USD: 50n * UNIT, 'USD-OWED': 0n });
  expect((await kindsOf(customer)).slice(-4)).toEqual(['DEPOSIT', 'REPAYMENT', 'DEPOSIT', 'REPAYMENT']);
  must(await trading.ledger.withdraw(customer.by, { amount: '50' }));
  expect(await eventsOf(trading, customer, 'SHORTFALL_REPAID')).toMatchObject([
    { payload: { amount: `${400n * UNIT}`, owed: `${600n * UNIT}` } },
    { payload: { amount: `${600n * UNIT}`, owed: '0' } },
  ]);
});

test('cash that an order lets go of is not withdrawn while the account owes as much', async () => {
  const customer = await trading.customer('1503');
  const { id } = await place(trading, customer, buying);
  must(await trading.orders.cancel(customer.by, { id }));
  const other = await place(trading, customer, { ...buying, qty: '15' });
  await late(id, customer, 'SELL', 100_000n);
  must(await trading.orders.cancel(customer.by, { id: other.id }));
  await trading.settled();
  expect(await balancesOf(customer)).toMatchObject({ USD: 1_503n * UNIT, 'USD-OWED': 1_001n * UNIT });
  expect(await trading.ledger.withdraw(customer.by, { amount: '502.01' })).toMatchObject({
    ...{ ok: false, failures: [{ code: 'INSUFFICIENT_FUNDS', message: expect.stringContaining('502') }] },
  });
  must(await trading.ledger.withdraw(customer.by, { amount: '502' }));
});

test('a sale pays back what is owed', async () => {
  const { customer, id } = await spentBuy('0.00');
  await late(id, customer, 'SELL', 100_000n);
  await place(trading, customer, { symbol: 'AAPL', side: 'SELL', type: 'MARKET', qty: '10' });
  const { USD, 'USD-OWED': owed } = await balancesOf(customer);
  expect([USD! > 0n, owed]).toEqual([true, 0n]);
});

test('a late sale whose units are gone is booked, and the house sells them at its price', async () => {
  const customer = await trading.customer('5000');
  const bought = await place(trading, customer, { symbol: 'AAPL', side: 'BUY', type: 'MARKET', qty: '10' });
  const { id } = await place(trading, customer, { ...buying, side: 'SELL', limitPrice: '9000.00' });
  must(await trading.orders.cancel(customer.by, { id }));
  await place(trading, customer, { symbol: 'AAPL', side: 'SELL', type: 'MARKET', qty: '8' });
  const before = await balancesOf(customer);
  await late(id, customer, 'BUY', 100_000n);
  expect(await statusOf(customer, id)).toMatchObject({ status: 'CANCELED', filledQty: 100_000n });
  // Two were there: they are sold, for 200.00; for the other eight the price that they cost is what they bring. A fee for ten.
  const after = await balancesOf(customer);
  expect(after).toMatchObject({ AAPL: 0n, USD: before.USD! + 199n * UNIT });
  const orders = await trading.database.prisma.order.findMany({ where: { accountId: customer.accountId } });
  const own = orders.filter(({ reason }) => reason === 'BUY_IN');
  expect(own).toMatchObject([
    {
      side: 'BUY',
      status: 'FILLED',
      qty: 80_000n,
      filledQty: 80_000n,
      fees: 0n,
      reserve: 0n,
      filledAt: expect.any(Date),
    },
  ]);
  expect(bought.status).toBe('FILLED');
  const where = { accountId: house.cover, asset: 'AAPL' };
  expect(await trading.database.prisma.balance.findFirst({ where })).toMatchObject({ posted: -80_000n });
});

test('a late sale of which nothing is there leaves only its fee to be paid', async () => {
  const customer = await trading.customer('5000');
  await place(trading, customer, { symbol: 'AAPL', side: 'BUY', type: 'MARKET', qty: '10' });
  const { id } = await place(trading, customer, { ...buying, side: 'SELL', limitPrice: '9000.00' });
  must(await trading.orders.cancel(customer.by, { id }));
  await place(trading, customer, { symbol: 'AAPL', side: 'SELL', type: 'MARKET', qty: '10' });
  const { USD: cash } = await balancesOf(customer);
  const cents = cash! / 10n ** 6n;
  must(await trading.ledger.withdraw(customer.by, { amount: `${cents / 100n}.${`${cents % 100n}`.padStart(2, '0')}` }));
  const dust = cash! % 10n ** 6n;
  await late(id, customer, 'BUY', 100_000n);
  expect(await balancesOf(customer)).toMatchObject({ AAPL: 0n, USD: 0n, 'USD-OWED': UNIT - dust });
});

test('what customers owe is in the metrics', async () => {
  const { customer, id } = await spentBuy('0.00');
  const owed = async (): Promise<number> =>
    Number(/^bourse_covered\{asset="USD-OWED"\} (\S+)$/m.exec(await metrics.metrics())?.[1] ?? 0);
  const before = await owed();
  await late(id, customer, 'SELL', 100_000n);
  expect((await owed()) - before).toBeCloseTo(1_001, 6);
});

test('an account says what it owes, and is worth that much less', async () => {
  const { customer, id } = await spentBuy('0.00');
  await late(id, customer, 'SELL', 100_000n);
  const sight = { viewerId: customer.userId };
  const rows = (await trading.ledger.balancesOf(sight, [customer.accountId]))(customer.accountId);
  expect(owedOf('USD', rows)).toBe(1_001n * UNIT);
  expect(equityOf('USD', rows, [])).toBe(-1_001n * UNIT);
  const reader = { id: customer.userId, roles: ['USER'] as const, requestId: trading.ids.next() };
  const now = new Date();
  const period = { from: new Date(now.getTime() - 60_000), to: now, interval: 'MINUTE' as const };
  const points = await trading.ledger.portfolioHistory(reader, customer.accountId, period);
  expect(points.at(-1)).toMatchObject({ cash: 0n, owed: 1_001n * UNIT });
});

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OrderRow } from '../../src/lane/rows.ts';
import { decideSettle } from '../../src/orders/settle/decide-settle.ts';
import { settleNeeds } from '../../src/orders/settle/settle-needs.ts';
import type { Report, TradeReport } from '../../src/venues/venue.ts';
import { must } from '../support/people.ts';
import { brokenPromises } from '../support/promises.ts';
import { type Customer, fees, startTrading, type TestTrading } from '../support/trading.ts';
import { eventsOf, place } from './support.ts';

/* Exits that have begun, and a trade of their entry that is taken back: they work for no more than it has filled by now. */

let trading: TestTrading;
let operator: Customer['by'];
beforeAll(async () => {
  trading = await startTrading();
  operator = (await trading.customer()).by;
  await trading.database.prisma.user.update({ where: { id: operator.userId }, data: { roles: ['ADMIN'] } });
});
afterAll(async () => {
  expect(await brokenPromises(trading.database.pool)).toEqual([]);
  expect(await trading.ledger.checkBooks()).toMatchObject({ differences: [] });
  await trading.close();
});

const UNIT = 10_000n;
const entry = { symbol: 'AAPL', side: 'BUY', type: 'LIMIT', qty: '5', limitPrice: '100.00' } as const;
const exit = { symbol: 'AAPL', side: 'SELL', qty: '5' } as const;
const profit = { ...exit, type: 'LIMIT', limitPrice: '5000.00' } as const;
const loss = { ...exit, type: 'STOP', stopPrice: '1.00' } as const;
const trailing = { ...exit, type: 'TRAILING_STOP', trailPercent: '50' } as const;
const instrumentOf = (symbol: string) => trading.market.find(symbol)!;

const settle = (reports: readonly Report[]): Promise<unknown> =>
  trading.lane.settle({
    needs: settleNeeds(reports, instrumentOf),
    decide: (books, at) =>
      decideSettle(books, at, reports, {
        ...{ instrumentOf, rates: fees, hours: () => 'ALWAYS_OPEN' as const, ids: trading.ids },
      }),
  });

interface List {
  customer: Customer;
  ids: string[];
  /** The entry fills that many units; answers the trade. */
  fill(qty: bigint): Promise<string>;
  amend(tradeId: string, qty?: string): Promise<void>;
  cancelEntry(): Promise<void>;
  /** The newest of each exit's chain, and of the pairs that came later. */
  exits(): Promise<OrderRow[]>;
}

/** A list of a customer who mostly has other units too, so that nothing keeps a trade from being taken back. */
const listOf = async (orders: readonly object[], others: '20' | null = '20'): Promise<List> => {
  const customer = await trading.customer('100000');
  const { accountId } = customer;
  if (others !== null) {
    await place(trading, customer, { symbol: 'AAPL', side: 'BUY', type: 'MARKET', qty: others });
  }
  const type = orders.length === 3 ? ('BRACKET' as const) : ('OTO' as const);
  const placed = must(await trading.orders.placeList(customer.by, { type, orders: orders as never }));
  const ids = placed.orders.map(({ id }) => id);
  await trading.settled();
  return {
    customer,
    ids,
    fill: async (qty) => {
      const tradeId = trading.ids.next();
      const maker = { orderId: ids[0]!, accountId };
      const trade: TradeReport = {
        ...{ kind: 'TRADE', tradeId, symbol: 'AAPL', price: 10_000n, qty, takerSide: 'SELL', taker: null, maker },
      };
      await settle([trade]);
      await trading.settled();
      return tradeId;
    },
    amend: async (tradeId, qty) => {
      const name = { tradeId, reason: 'clearly erroneous' };
      if (qty === undefined) must(await trading.trades.bust(operator, name));
      else must(await trading.trades.correct(operator, { ...name, qty }));
      await trading.settled();
    },
    cancelEntry: async () => {
      must(await trading.orders.cancel(customer.by, { id: ids[0] }));
      await trading.settled();
    },
    exits: async () => {
      const rows = await trading.database.prisma.order.findMany({
        where: { accountId, side: 'SELL', status: { not: 'REPLACED' } },
        orderBy: [{ rootOrderId: 'asc' }],
      });
      return rows as unknown as OrderRow[];
    },
  };
};
const heldUnits = async ({ accountId }: Customer) =>
  (await trading.ledger.balancesOf('EVERYTHING', [accountId]))(accountId).find(({ asset }) => asset === 'AAPL')?.held;

test('both exits work for what is left of the entry, at their places, and keep that back once', async () => {
  const { customer, ids, fill, amend, exits } = await listOf([entry, profit, loss]);
  const first = await fill(2n * UNIT);
  await fill(3n * UNIT);
  const before = await exits();
  expect(before).toMatchObject([
    { status: 'NEW', qty: 5n * UNIT },
    { status: 'NEW', qty: 5n * UNIT },
  ]);
  await amend(first);
  const after = await exits();
  expect(after).toMatchObject([
    { status: 'NEW', qty: 3n * UNIT, replacesId: ids[1], limitPrice: 500_000n, place: before[0]!.place },
    { status: 'NEW', qty: 3n * UNIT, replacesId: ids[2], stopPrice: 100n, place: before[1]!.place },
  ]);
  expect(await heldUnits(customer)).toBe(3n * UNIT);
});

test('a trailing exit keeps its peak when it is made smaller, by a correction too', async () => {
  const { ids, fill, amend, exits } = await listOf([entry, trailing]);
  await fill(1n * UNIT);
  const trade = await fill(4n * UNIT);
  const [before] = await exits();
  await amend(trade, '1.5');
  const { trailPeak, stopPrice } = before!;
  const terms = { replacesId: ids[1], trailPeak, stopPrice, trailBps: 5_000 };
  expect(await exits()).toMatchObject([{ status: 'NEW', qty: 25_000n, ...terms }]);
});

test('exits of an entry that has nothing any more end, and a fill that is heard of later has its own', async () => {
  const { customer, fill, amend, cancelEntry, exits } = await listOf([entry, profit, loss]);
  const trade = await fill(2n * UNIT);
  await cancelEntry();
  await amend(trade);
  expect(await exits()).toMatchObject([
    { status: 'CANCELED', reason: 'ENTRY_CLOSED' },
    { status: 'CANCELED', reason: 'ENTRY_CLOSED' },
  ]);
  expect(await heldUnits(customer)).toBe(0n);
  await fill(1n * UNIT);
  expect((await exits()).slice(2)).toMatchObject([
    { status: 'NEW', qty: UNIT, leg: 'FIRST' },
    { status: 'NEW', qty: UNIT, leg: 'SECOND' },
  ]);
});

test('the exits of a late fill are made smaller with the others', async () => {
  const { customer, fill, amend, cancelEntry, exits } = await listOf([entry, profit, loss]);
  const first = await fill(2n * UNIT);
  await cancelEntry();
  const late = await fill(3n * UNIT);
  expect(await exits()).toMatchObject([2n, 2n, 3n, 3n].map((qty) => ({ status: 'NEW', qty: qty * UNIT })));
  await amend(late, '2');
  expect(await exits()).toMatchObject([2n, 2n, 2n, 2n].map((qty) => ({ status: 'NEW', qty: qty * UNIT })));
  await amend(first);
  const left = await exits();
  expect(left.map(({ status }) => status)).toEqual(['NEW', 'NEW', 'CANCELED', 'CANCELED']);
  expect(await heldUnits(customer)).toBe(2n * UNIT);
});

test('what an exit has executed stays, and no more is executed where that is all or more', async () => {
  const { customer, ids, fill, amend, exits } = await listOf([entry, profit, loss]);
  const trade = await fill(4n * UNIT);
  await fill(1n * UNIT);
  const sold: TradeReport = {
    ...{ kind: 'TRADE', tradeId: trading.ids.next(), symbol: 'AAPL', price: 500_000n, qty: 2n * UNIT },
    ...{ takerSide: 'BUY', taker: null, maker: { orderId: ids[1]!, accountId: customer.accountId } },
  };
  await settle([sold]);
  await amend(trade);
  expect(await exits()).toMatchObject([
    { status: 'CANCELED', reason: 'ENTRY_CLOSED', filledQty: 2n * UNIT },
    { status: 'CANCELED', reason: 'GROUP_SETTLED', filledQty: 0n },
  ]);
});

test('exits that no venue has are made smaller at once, and their units can be given back', async () => {
  const { customer, fill, amend, exits } = await listOf([entry, profit, loss], null);
  const trade = await fill(2n * UNIT);
  must(await trading.controls.haltInstrument(operator, { symbol: 'AAPL', reason: 'a test' }));
  await fill(3n * UNIT);
  expect((await exits()).map(({ status }) => status)).toEqual(['ACCEPTED', 'ACCEPTED']);
  await amend(trade);
  expect(await exits()).toMatchObject([
    { status: 'ACCEPTED', qty: 3n * UNIT, replacesId: null },
    { status: 'ACCEPTED', qty: 3n * UNIT },
  ]);
  expect(await heldUnits(customer)).toBe(3n * UNIT);
  expect((await eventsOf(trading, customer, 'ORDER_RESIZED')).length).toBeGreaterThanOrEqual(2);
  must(await trading.controls.resumeInstrument(operator, { symbol: 'AAPL', reason: 'a test' }));
});

test('exits in the market are made smaller in a halt too, so that no resumption executes too much', async () => {
  const { customer, fill, amend, exits } = await listOf([entry, profit, loss]);
  const trade = await fill(2n * UNIT);
  await fill(3n * UNIT);
  must(await trading.controls.haltInstrument(operator, { symbol: 'AAPL', reason: 'a test' }));
  await amend(trade);
  expect(await exits()).toMatchObject([
    { status: 'NEW', qty: 3n * UNIT },
    { status: 'NEW', qty: 3n * UNIT },
  ]);
  expect(await heldUnits(customer)).toBe(3n * UNIT);
  must(await trading.controls.resumeInstrument(operator, { symbol: 'AAPL', reason: 'a test' }));
});

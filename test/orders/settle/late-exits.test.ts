import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Books } from '../../../src/lane/books.ts';
import type { OrderRow } from '../../../src/lane/rows.ts';
import { cancelWhatever, decideCancel } from '../../../src/orders/change/decide-cancel.ts';
import { amendFills, askReplace } from '../../../src/orders/order.ts';
import { decideSettle } from '../../../src/orders/settle/decide-settle.ts';
import { settleNeeds } from '../../../src/orders/settle/settle-needs.ts';
import type { Report, TradeReport } from '../../../src/venues/venue.ts';
import { closeSound } from '../../support/close-sound.ts';
import { must } from '../../support/people.ts';
import { brokenPromises } from '../../support/promises.ts';
import { type Customer, fees, startTrading, type TestTrading } from '../../support/trading.ts';

/* Fills of a closed entry that are heard of while nobody can say whether its exits are still meant. */

let trading: TestTrading;
beforeAll(async () => {
  trading = await startTrading();
});
afterAll(() => closeSound(trading));

const instrumentOf = (symbol: string) => trading.market.find(symbol)!;
const rules = { instrumentOf, rates: fees, hours: () => 'ALWAYS_OPEN' as const };
const entry = { symbol: 'AAPL', side: 'BUY', type: 'LIMIT', qty: '10', limitPrice: '100.00' } as const;
const sell = { symbol: 'AAPL', side: 'SELL', qty: '10' } as const;
const profit = { ...sell, type: 'LIMIT', limitPrice: '5000.00' } as const;
const loss = { ...sell, type: 'STOP', stopPrice: '1.00' } as const;

/** What happens to a list whose entry was cancelled after four of its ten. `leg` counts the orders of the list. */
interface Hands {
  late(qty: bigint): void;
  ask(leg: number): void;
  /** A replacement of the exit's limit, and behind it the cancel of everything. */
  askBoth(leg: number): void;
  refused(leg: number): void;
  refusedReplacement(leg: number): void;
  replaced(leg: number): void;
  canceled(leg: number, reason?: string): void;
  filled(leg: number, qty: bigint): void;
  /** What the entry has waiting now. */
  waiting(): bigint;
}

const handsOf = (books: Books, at: Date, { userId, accountId }: Customer, ids: readonly string[]): Hands => {
  const { listId } = books.order(ids[0]!)!;
  /** The newest order in its place. */
  const inPlace = (leg: number): OrderRow => {
    const first = books.order(ids[leg]!)!;
    return books.ordersOf(listId!).find((each) => each.leg === first.leg && each.status !== 'REPLACED')!;
  };
  const name = (leg: number) => ({ orderId: inPlace(leg).id, accountId, symbol: 'AAPL' });
  const hear = (report: Report): void => void decideSettle(books, at, [report], { ...rules, ids: trading.ids });
  const trade = (leg: number, takerSide: 'BUY' | 'SELL', qty: bigint): TradeReport => ({
    ...{ kind: 'TRADE', tradeId: trading.ids.next(), symbol: 'AAPL', price: 10_000n, qty, takerSide, taker: null },
    maker: { orderId: inPlace(leg).id, accountId },
  });
  const newOrderId = (leg: number): string => inPlace(leg).replacement!.newOrderId;
  return {
    late: (qty) => hear(trade(0, 'SELL', qty)),
    ask: (leg) => {
      const own = { userId, accountId, orderId: name(leg).orderId, clientOrderId: null };
      must(decideCancel(books, at, { ...rules, ...own }));
    },
    askBoth: (leg) => {
      const newOrderId = trading.ids.next();
      const terms = { qtyChange: '0', limitPrice: '490000', stopPrice: null, worstPrice: '490000' };
      askReplace(inPlace(leg), { newOrderId, clientOrderId: newOrderId, ...terms }, at);
      cancelWhatever(books, inPlace(leg), null, at, rules);
    },
    refused: (leg) => hear({ kind: 'CANCEL_REFUSED', ...name(leg), reason: 'TOO_LATE' }),
    refusedReplacement: (leg) =>
      hear({ kind: 'REPLACE_REFUSED', ...name(leg), newOrderId: newOrderId(leg), reason: 'TOO_LATE' }),
    replaced: (leg) => hear({ kind: 'REPLACED', ...name(leg), newOrderId: newOrderId(leg), leavesQty: 40_000n }),
    canceled: (leg, reason = 'CANCELED') => hear({ kind: 'CANCELED', ...name(leg), reason }),
    filled: (leg, qty) => hear(trade(leg, 'BUY', qty)),
    waiting: () => books.order(ids[0]!)!.unprotectedQty,
  };
};

/** Does it in one batch, so that nothing comes between, and answers the orders that the list did not have before. */
const after = async (orders: readonly object[], happen: (hands: Hands) => void): Promise<OrderRow[]> => {
  const customer = await trading.customer('100000');
  const { accountId } = customer;
  const type = orders.length === 3 ? ('BRACKET' as const) : ('OTO' as const);
  const list = await trading.orders.placeList(customer.by, { type, orders: orders as never });
  const ids = must(list).orders.map(({ id }) => id);
  await trading.settled();
  const trade: TradeReport = {
    ...{ kind: 'TRADE', tradeId: trading.ids.next(), symbol: 'AAPL', price: 10_000n, qty: 40_000n },
    ...{ takerSide: 'SELL', taker: null, maker: { orderId: ids[0]!, accountId } },
  };
  const needs = settleNeeds([trade], instrumentOf);
  await trading.lane.settle({
    needs,
    decide: (books, at) => decideSettle(books, at, [trade], { ...rules, ids: trading.ids }),
  });
  must(await trading.orders.cancel(customer.by, { id: ids[0] }));
  await trading.settled();
  await trading.lane.settle({
    needs: { ...needs, orders: ids, lots: [{ accountId, symbol: 'AAPL', qty: 100_000n }] },
    decide: (books, at) => happen(handsOf(books, at, customer, ids)),
  });
  await trading.settled();
  expect(await brokenPromises(trading.database.pool)).toEqual([]);
  const where = { accountId, id: { notIn: ids }, replacesId: null };
  return trading.database.prisma.order.findMany({ where, orderBy: { leg: 'asc' } }) as unknown as OrderRow[];
};

const bracket = [entry, profit, loss];
const pair = (qty: bigint) => [
  { leg: 'FIRST', side: 'SELL', status: 'NEW', qty, limitPrice: 500_000n, reserve: qty },
  { leg: 'SECOND', side: 'SELL', status: 'NEW', qty, stopPrice: 100n, reserve: 0n },
];

test.each([1, 2])('units of a late fill have exits as soon as the cancel of exit %i is refused', async (leg) => {
  const added = await after(bracket, ({ ask, late, refused, waiting }) => {
    ask(leg);
    late(30_000n);
    expect(waiting()).toBe(30_000n);
    refused(leg);
    expect(waiting()).toBe(0n);
  });
  expect(added).toMatchObject(pair(30_000n));
});

test('several late fills that waited have one pair of exits together', async () => {
  const added = await after(bracket, ({ ask, late, refused }) => {
    ask(1);
    late(20_000n);
    late(10_000n);
    refused(1);
    late(5_000n);
  });
  expect(added.map(({ leg, qty }) => `${leg} ${qty}`).sort()).toEqual([
    ...['FIRST 30000', 'FIRST 5000', 'SECOND 30000', 'SECOND 5000'],
  ]);
});

test('the one exit of an entry whose cancel is refused is joined by another', async () => {
  const added = await after([entry, loss], ({ ask, late, refused }) => {
    ask(1);
    late(30_000n);
    refused(1);
  });
  expect(added).toMatchObject([{ leg: null, status: 'NEW', qty: 30_000n, stopPrice: 100n, reserve: 30_000n }]);
});

test.each([
  { what: 'that exit is filled', leg: 1, qty: 40_000n },
  { what: 'the other one is filled', leg: 2, qty: 40_000n },
  { what: 'the other one has begun', leg: 2, qty: 10_000n },
])('units of a late fill have exits when the cancel of one comes too late because $what', async ({ leg, qty }) => {
  const added = await after(bracket, ({ ask, late, filled, waiting }) => {
    ask(1);
    late(30_000n);
    filled(leg, qty);
    expect(waiting()).toBe(0n);
  });
  expect(added).toMatchObject(pair(30_000n));
});

test('an exit that has begun while its cancel is asked leaves the units waiting until that is answered', async () => {
  const begun = ({ ask, late, filled, waiting }: Hands): void => {
    ask(1);
    filled(1, 10_000n);
    late(30_000n);
    expect(waiting()).toBe(30_000n);
  };
  const refused = await after(bracket, (hands) => {
    begun(hands);
    hands.refused(1);
  });
  expect(refused).toMatchObject(pair(30_000n));
  const canceled = await after(bracket, (hands) => {
    begun(hands);
    hands.canceled(1);
    expect(hands.waiting()).toBe(0n);
  });
  expect(canceled).toEqual([]);
});

test.each([
  { heard: 'itself', first: 1, second: 2 },
  { heard: 'the other of its pair', first: 2, second: 1 },
])('a cancel that is confirmed owes a late fill nothing, heard first of $heard', async ({ first, second }) => {
  const reasons = ['', 'CANCELED', 'GROUP_SETTLED'];
  const added = await after(bracket, ({ ask, late, canceled, waiting }) => {
    ask(1);
    late(20_000n);
    canceled(first, reasons[first]);
    // Not before the venue has said of both what became of them.
    expect(waiting()).toBe(20_000n);
    late(10_000n);
    canceled(second, reasons[second]);
    expect(waiting()).toBe(0n);
    late(10_000n);
  });
  expect(added).toEqual([]);
});

test('an exit that was filled before the cancel of the other came is no cancelled one', async () => {
  const added = await after(bracket, ({ ask, late, canceled, filled }) => {
    ask(1);
    late(30_000n);
    // The venue shut it out; that looks like the answer to the cancel.
    canceled(1, 'GROUP_SETTLED');
    filled(2, 40_000n);
  });
  expect(added).toMatchObject(pair(30_000n));
});

test('a cancel that waits behind a replacement makes a late fill wait for both answers', async () => {
  const added = await after(bracket, ({ askBoth, late, replaced, refused, waiting }) => {
    askBoth(1);
    late(30_000n);
    expect(waiting()).toBe(30_000n);
    replaced(1);
    expect(waiting()).toBe(30_000n);
    refused(1);
  });
  // At the terms that its exit has by now.
  const [first, second] = pair(30_000n);
  expect(added).toMatchObject([{ ...first, limitPrice: 490_000n }, second]);
  const ended = await after(bracket, ({ askBoth, late, refusedReplacement, canceled, waiting }) => {
    askBoth(1);
    late(30_000n);
    refusedReplacement(1);
    expect(waiting()).toBe(30_000n);
    canceled(1);
    canceled(2, 'GROUP_SETTLED');
    expect(waiting()).toBe(0n);
  });
  expect(ended).toEqual([]);
});

test('what is busted of an entry is taken first from what has no exits yet', () => {
  const fills = { filledQty: 70n, filledValue: 700n, fees: 0n, bustedQty: 0n, unprotectedQty: 30n };
  const order = { ...fills, qty: 100n, status: 'CANCELED' } as OrderRow;
  const bust = (qty: bigint): bigint => {
    amendFills(order, { qty: -qty, value: 0n, fee: 0n }, 'TRADE_BUSTED', new Date(0));
    return order.unprotectedQty;
  };
  expect([bust(20n), bust(40n)]).toEqual([10n, 0n]);
});

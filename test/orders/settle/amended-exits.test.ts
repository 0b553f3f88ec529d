import { expect, it } from 'vitest';
import type { OrderRow } from '../../../src/lane/rows.ts';
import { decideAmend } from '../../../src/trades/decide-amend.ts';
import type { Report, TradeReport } from '../../../src/venues/venue.ts';
import { at, balance } from '../../support/books.ts';
import { buy, cash, inList, name, open, order as orderOf, profit, sell, trade } from './reported.ts';

/* What exits keep back while trades of their entry are taken back, more of it fills late, and their venue refuses what it is asked. */

type World = ReturnType<typeof open>;

/** Takes a trade back, or down to a quantity, as an operator does. */
const amend = (world: World, { tradeId }: Pick<TradeReport, 'tradeId'>, qty: bigint | null, covers = false) => {
  const { entries, postings, executions } = world.books.changes();
  const entry = entries.find(({ reference }) => reference === tradeId)!;
  const own = executions.filter((one) => one.tradeId === tradeId && one.kind === 'TRADE').map((one) => ({ ...one }));
  const corrected =
    qty === null ? null : { tradeId: `${tradeId}'`, price: own[0]!.price, qty, value: own[0]!.price * qty };
  return decideAmend(world.books, at, {
    trade: { tradeId, entry, lines: postings.filter(({ entryId }) => entryId === entry.id), executions: own },
    ...{ corrected, covers, reason: 'why', field: 'tradeId', ids: world.rules.ids },
    ...{ instrument: world.rules.instrumentOf(), rules: world.rules },
  });
};

/** An entry that has bought so much and is closed, and the exit that works for that. */
const bought = (qty: bigint) => {
  const entry = buy('entry', { ...inList, leg: 'ENTRY' });
  const world = open({
    orders: [entry, profit({ status: 'HELD', place: null, leg: 'FIRST' })],
    balances: cash(10_000n),
  });
  const first = trade('entry', 'BUY', qty);
  world.settle(first, { kind: 'CANCELED', ...name('entry'), reason: 'WHY' });
  world.settle({ kind: 'ACKNOWLEDGED', ...name('profit') });
  return { ...world, first };
};
const unitsOf = ({ books }: World) => {
  const { posted, held } = books.balance('a', 'AAPL');
  return { posted, free: posted - held };
};
const late = ({ books }: World): OrderRow => books.changes().newOrders[0]!;
const refused = (order: OrderRow): Report => ({
  ...{ kind: 'REPLACE_REFUSED', ...name(order.id), newOrderId: order.replacement!.newOrderId, reason: 'BUSY' },
});

it('what a younger exit lets go of is kept back for an older one that may execute it', () => {
  const world = bought(18n);
  expect(amend(world, world.first, 2n).ok).toBe(true);
  world.settle(trade('entry', 'BUY', 4n));
  expect(late(world)).toMatchObject({ qty: 4n, reserve: 4n });
  world.settle({ kind: 'ACKNOWLEDGED', ...name(late(world).id) });
  world.settle(refused(world.order('profit')));
  expect([world.order('profit').reserve, unitsOf(world)]).toEqual([6n, { posted: 6n, free: 0n }]);
  world.settle({ kind: 'ACKNOWLEDGED', ...name('profit') });
  expect(world.order('profit')).toMatchObject({ status: 'PENDING_REPLACE', reserve: 6n });
  expect(late(world)).toMatchObject({ status: 'PENDING_CANCEL', reserve: 0n });
});

it('an exit that is not to be cancelled any more keeps back again what it works for', () => {
  const world = bought(40n);
  expect(amend(world, world.first, null).ok).toBe(true);
  expect(world.order('profit')).toMatchObject({ status: 'PENDING_CANCEL', reserve: 0n });
  world.settle({ kind: 'CANCEL_REFUSED', ...name('profit'), reason: 'TOO_LATE' });
  world.settle(trade('entry', 'BUY', 50n));
  expect([world.order('profit').reserve, late(world).qty, late(world).reserve]).toEqual([40n, 10n, 10n]);
});

it('a late fill is kept back for the exits from its booking on', () => {
  const world = bought(40n);
  expect(amend(world, world.first, 10n).ok).toBe(true);
  expect(amend(world, { tradeId: `${world.first.tradeId}'` }, null).ok).toBe(true);
  world.settle(trade('entry', 'BUY', 50n));
  expect(unitsOf(world)).toEqual({ posted: 50n, free: 0n });
});

it('no venue is told of an exit for more than its entry has left', () => {
  const world = bought(40n);
  world.settle(trade('profit', 'SELL', 40n, 110n));
  expect(amend(world, world.first, 10n, true).ok).toBe(true);
  world.settle(trade('entry', 'BUY', 50n));
  const exits = world.books.released().filter(({ entryListId }) => entryListId !== null);
  expect(exits).toMatchObject([{ status: 'PENDING_NEW', qty: 20n, reserve: 20n }]);
});

it.each([false, true])('a bust of an exit that bought takes no more than it gives back (covered: %s)', (covers) => {
  const buying = { side: 'BUY', reserveAsset: 'USD', limitPrice: 90n, worstPrice: 90n } as const;
  const entry = sell('entry', { ...inList, leg: 'ENTRY', limitPrice: 100n, worstPrice: 100n, reserve: 10n, qty: 10n });
  const exit = orderOf('exit', { ...inList, ...buying, leg: 'FIRST', qty: 10n, status: 'HELD', place: null });
  const world = open({ orders: [entry, exit], units: 10n, balances: [balance('a', 'USD', 0n)] });
  const sold = trade('entry', 'SELL', 10n);
  world.settle(sold, { kind: 'ACKNOWLEDGED', ...name('exit') });
  const back = trade('exit', 'BUY', 4n, 80n);
  world.settle(back);
  expect(amend(world, sold, 4n).ok).toBe(true);
  const { posted, held } = world.books.balance('a', 'USD');
  const spent = posted - held;
  world.books.book({ id: 'w', kind: 'WITHDRAWAL', reference: 'w', createdAt: at }, [
    { accountId: 'a', asset: 'USD', amount: -spent },
    { accountId: 'b', asset: 'USD', amount: spent },
  ]);
  expect(amend(world, back, null, covers).ok).toBe(true);
  expect(world.books.balance('a', 'USD-OWED').posted).toBe(0n);
});

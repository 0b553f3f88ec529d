import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BookOrder } from '../../../src/venues/paper/book.ts';
import { createNaiveBook } from './naive-book.ts';
import { bookOf } from './support.ts';

type Step = { add: Omit<BookOrder, 'orderId'> } | { cancel: number };

/** Few prices and few accounts, so that orders meet, share levels and stand in their own way all the time. */
const add = fc.record({
  accountId: fc.constantFrom('ann', 'bob', 'cleo', null),
  side: fc.constantFrom<'BUY' | 'SELL'>('BUY', 'SELL'),
  type: fc.constantFrom<'LIMIT' | 'MARKET'>('LIMIT', 'LIMIT', 'LIMIT', 'MARKET'),
  timeInForce: fc.constantFrom<BookOrder['timeInForce']>('GTC', 'GTC', 'GTC', 'DAY', 'IOC', 'FOK'),
  leavesQty: fc.oneof(fc.bigInt(1n, 30n), fc.bigInt(2n ** 60n, 2n ** 63n - 1n)),
  worstPrice: fc.bigInt(1n, 12n),
  postOnly: fc.constantFrom(false, false, false, true),
  budget: fc.constant(null),
  group: fc.constant(null),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ add }) },
  { weight: 1, arbitrary: fc.record({ cancel: fc.nat(150) }) },
);
const steps = fc.array(step, { minLength: 20, maxLength: 150 });

const order = (orderId: string, more: Partial<BookOrder>): BookOrder => ({
  orderId,
  accountId: orderId,
  side: 'BUY',
  type: 'LIMIT',
  timeInForce: 'GTC',
  leavesQty: 10n,
  worstPrice: 100n,
  postOnly: false,
  budget: null,
  group: null,
  ...more,
});

describe('the order book', () => {
  it('does what the plainest possible book does, order by order', () => {
    let commands = 0;
    fc.assert(
      fc.property(steps, (list) => {
        const [book, naive] = [bookOf(), createNaiveBook()];
        for (const [index, command] of list.entries()) {
          commands += 1;
          if ('add' in command) {
            const incoming = { ...command.add, orderId: `order-${index}` };
            expect(book.add(incoming)).toEqual(naive.add(incoming));
          } else expect(book.cancel(`order-${command.cancel}`)).toBe(naive.cancel(`order-${command.cancel}`));
          for (const side of ['BUY', 'SELL'] as const) {
            expect(book.depth(side, 100)).toEqual(naive.depth(side, 100));
            const best = book.best(side);
            expect(best && { price: best.price, qty: best.qty }).toEqual(naive.depth(side, 1)[0]);
          }
        }
        for (const entry of naive.entries()) {
          expect(book.find(entry.order.orderId)?.leavesQty).toBe(entry.leavesQty);
        }
      }),
      { numRuns: 300 },
    );
    expect(commands).toBeGreaterThan(5_000);
  });

  it('is never crossed and loses no quantity', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const book = bookOf();
        /** Per order: what came in and has neither traded nor been ended. */
        const open = new Map<string, bigint>();
        const take = (orderId: string, qty: bigint): void => {
          const left = open.get(orderId)! - qty;
          expect(left).toBeGreaterThanOrEqual(0n);
          open.set(orderId, left);
        };
        for (const [index, command] of list.entries()) {
          if ('cancel' in command) {
            const orderId = `order-${command.cancel}`;
            if (book.cancel(orderId)) open.set(orderId, 0n);
            continue;
          }
          const incoming = { ...command.add, orderId: `order-${index}` };
          open.set(incoming.orderId, incoming.leavesQty);
          const { fills, ended } = book.add(incoming);
          for (const fill of fills) {
            take(fill.orderId, fill.qty);
            take(incoming.orderId, fill.qty);
            const better =
              incoming.side === 'BUY' ? fill.price <= incoming.worstPrice : fill.price >= incoming.worstPrice;
            expect(better).toBe(true);
            expect(fill.accountId === null || fill.accountId !== incoming.accountId).toBe(true);
          }
          if (ended !== null) open.set(incoming.orderId, 0n);
          const [bid, ask] = [book.best('BUY'), book.best('SELL')];
          if (bid && ask) expect(bid.price).toBeLessThan(ask.price);
        }
        for (const [orderId, qty] of open) expect(book.find(orderId)?.leavesQty ?? 0n).toBe(qty);
        const rests = (side: 'BUY' | 'SELL') => book.depth(side, 100).reduce((sum, level) => sum + level.qty, 0n);
        expect(rests('BUY') + rests('SELL')).toBe([...open.values()].reduce((sum, qty) => sum + qty, 0n));
      }),
      { numRuns: 200 },
    );
  });

  it('fills the better price first, then the earlier order, at the resting price', () => {
    const book = bookOf();
    book.add(order('late-and-dear', { side: 'SELL', worstPrice: 101n }));
    book.add(order('first', { side: 'SELL' }));
    book.add(order('second', { side: 'SELL' }));
    const { fills } = book.add(order('taker', { leavesQty: 25n, worstPrice: 105n }));
    expect(fills.map(({ orderId, price, qty }) => [orderId, price, qty])).toEqual([
      ['first', 100n, 10n],
      ['second', 100n, 10n],
      ['late-and-dear', 101n, 5n],
    ]);
  });

  it('keeps the place in the queue of an order that was filled in part', () => {
    const book = bookOf();
    book.add(order('first', { side: 'SELL' }));
    book.add(order('second', { side: 'SELL' }));
    book.add(order('taker-1', { leavesQty: 4n }));
    expect(book.add(order('taker-2', { leavesQty: 8n })).fills.map(({ orderId, qty }) => [orderId, qty])).toEqual([
      ['first', 6n],
      ['second', 2n],
    ]);
  });

  it('cancels what an IOC order cannot fill and keeps what it did', () => {
    const book = bookOf();
    book.add(order('maker', { side: 'SELL', leavesQty: 4n }));
    const { fills, ended } = book.add(order('taker', { timeInForce: 'IOC' }));
    expect([fills.length, ended, book.best('BUY')]).toEqual([1, 'IOC_REMAINDER', undefined]);
  });

  it('leaves the book untouched by a FOK order that it cannot fill whole', () => {
    const book = bookOf();
    book.add(order('near', { side: 'SELL', leavesQty: 9n }));
    book.add(order('far', { side: 'SELL', leavesQty: 9n, worstPrice: 101n }));
    expect(book.add(order('taker', { timeInForce: 'FOK' }))).toEqual({ fills: [], ended: 'FOK_NOT_FILLABLE' });
    expect(book.depth('SELL', 9)).toEqual([
      { price: 100n, qty: 9n },
      { price: 101n, qty: 9n },
    ]);
    expect(book.add(order('richer', { timeInForce: 'FOK', worstPrice: 101n })).fills).toHaveLength(2);
  });

  it('counts an own order in the way of a FOK order as not fillable', () => {
    const book = bookOf();
    book.add(order('other', { side: 'SELL', leavesQty: 5n }));
    book.add(order('own', { side: 'SELL', accountId: 'ann' }));
    expect(book.add(order('taker', { accountId: 'ann', timeInForce: 'FOK' })).ended).toBe('FOK_NOT_FILLABLE');
    expect(book.add(order('small', { accountId: 'ann', timeInForce: 'FOK', leavesQty: 5n })).ended).toBeNull();
  });

  it('trades a market order down to its collar and never lets it rest', () => {
    const book = bookOf();
    book.add(order('near', { side: 'SELL', leavesQty: 4n }));
    book.add(order('far', { side: 'SELL', leavesQty: 4n, worstPrice: 106n }));
    const { fills, ended } = book.add(order('taker', { type: 'MARKET', worstPrice: 105n }));
    expect([fills.length, ended, book.best('BUY')]).toEqual([1, 'NO_LIQUIDITY_WITHIN_COLLAR', undefined]);
    expect(book.best('SELL')?.price).toBe(106n);
  });

  it('stops an order at an order of the same account and keeps what it traded before', () => {
    const book = bookOf();
    book.add(order('other', { side: 'SELL', leavesQty: 4n }));
    book.add(order('own', { side: 'SELL', accountId: 'ann' }));
    book.add(order('behind', { side: 'SELL' }));
    const { fills, ended } = book.add(order('taker', { accountId: 'ann', leavesQty: 30n }));
    expect([fills.map(({ orderId }) => orderId), ended]).toEqual([['other'], 'SELF_TRADE_PREVENTION']);
    expect(book.best('BUY')).toBeUndefined();
    expect(book.best('SELL')?.qty).toBe(20n);
  });

  it.each([
    ['has no more for one lot at the last price, though nothing else is offered', 1_049n, 'SPENT'],
    ['has spent it to the last unit', 1_000n, 'SPENT'],
    ['has enough for one more lot, but nothing is offered', 1_050n, 'NO_LIQUIDITY_WITHIN_COLLAR'],
    ['is not by cash at all', null, 'NO_LIQUIDITY_WITHIN_COLLAR'],
  ] as const)('ends an order by cash as what it is that %s', (_, budget, reason) => {
    for (const timeInForce of ['IOC', 'FOK'] as const) {
      const book = bookOf({ lotSize: 5n, unitValue: 1n });
      book.add(order('maker', { side: 'SELL', worstPrice: 10n, leavesQty: 100n }));
      const bought = order('taker', { type: 'MARKET', timeInForce, leavesQty: 500n, budget });
      const isWhole = timeInForce === 'IOC' || reason === 'SPENT';
      const expected = isWhole ? [[100n], reason] : [[], 'FOK_NOT_FILLABLE'];
      for (const { fills, ended } of [book.preview(bought), book.add(bought)])
        expect([fills.map(({ qty }) => qty), ended]).toEqual(expected);
    }
  });

  it('does not end an order that was filled with the last of its cash', () => {
    const book = bookOf();
    book.add(order('maker', { side: 'SELL' }));
    const bought = order('taker', { type: 'MARKET', timeInForce: 'IOC', budget: 1_000n });
    expect([book.preview(bought).ended, book.add(bought).ended]).toEqual([null, null]);
  });
});

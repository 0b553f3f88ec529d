import { describe, expect, it } from 'vitest';
import { holdFill, lotOf, positionAfter, unholdFill } from '../../src/ledger/holding.ts';
import { decrease, increase, restore } from '../../src/ledger/position.ts';
import { equityOf, markPrice, owedOf, valueAt, valuePosition } from '../../src/ledger/valuation.ts';
import type { Quote } from '../../src/venues/venue.ts';
import { at, balance, booksOf } from '../support/books.ts';
import { listed } from '../support/listed.ts';

const fill = (executionId: string, side: 'BUY' | 'SELL', qty: bigint, value: bigint) => ({
  executionId,
  accountId: 'a',
  symbol: 'AAPL',
  side,
  qty,
  value,
});
const numbers = ({ qty, costBasis, realizedPnl }: { qty: bigint; costBasis: bigint; realizedPnl: bigint }) => [
  qty,
  costBasis,
  realizedPnl,
];

describe('a position', () => {
  const start = () => ({
    accountId: 'a',
    symbol: 'AAPL',
    qty: 4n,
    costBasis: 40n,
    realizedPnl: 1n,
    updatedAt: new Date(0),
  });

  it('grows by what comes in, and earns what leaves for more than it cost', () => {
    const position = start();
    increase(position, 2n, 30n, at);
    expect([...numbers(position), position.updatedAt]).toEqual([6n, 70n, 1n, at]);
    decrease(position, 5n, 50n, 65n, at);
    expect(numbers(position)).toEqual([1n, 20n, 16n]);
    decrease(position, 1n, 20n, 5n, new Date(1));
    expect([...numbers(position), position.updatedAt]).toEqual([0n, 0n, 1n, new Date(1)]);
  });

  it('gives nothing that it does not have', () => {
    const position = start();
    expect(() => decrease(position, 5n, 1n, 1n, at)).toThrow('more units left than the position holds');
    expect(numbers(position)).toEqual([4n, 40n, 1n]);
  });

  it('is as before when what left comes back', () => {
    const position = start();
    decrease(position, 3n, 30n, 45n, at);
    restore(position, 3n, 30n, 45n, new Date(2));
    expect([...numbers(position), position.updatedAt]).toEqual([4n, 40n, 1n, new Date(2)]);
  });
});

describe('a fill', () => {
  it('opens a lot, and a sell takes from the oldest with its cost; both are written down', () => {
    const books = booksOf();
    holdFill(books, fill('buy 1', 'BUY', 2n, 20n), at);
    holdFill(books, fill('buy 2', 'BUY', 2n, 30n), at, { sequence: 1n, openedAt: new Date(5) });
    expect(books.openLots('a', 'AAPL').map(({ id }) => id)).toEqual(['buy 2', 'buy 1']);
    expect(books.lot('buy 1')).toEqual({
      id: 'buy 1',
      sequence: null,
      accountId: 'a',
      symbol: 'AAPL',
      qty: 2n,
      cost: 20n,
      leavesQty: 2n,
      leavesCost: 20n,
      busted: false,
      openedAt: at,
    });
    const position = holdFill(books, fill('sell', 'SELL', 3n, 60n), new Date(9));
    expect(positionAfter(position)).toEqual({ positionQty: 1n, positionCost: 10n, positionPnl: 20n });
    const { lotClosures, positions, newLots } = books.changes();
    expect(lotClosures).toEqual([
      { executionId: 'sell', lotId: 'buy 2', qty: 2n, cost: 30n },
      { executionId: 'sell', lotId: 'buy 1', qty: 1n, cost: 10n },
    ]);
    expect(positions).toEqual([position]);
    expect(newLots.map(({ leavesQty, leavesCost }) => [leavesQty, leavesCost])).toEqual([
      [1n, 10n],
      [0n, 0n],
    ]);
  });

  it('that is taken back leaves what the others alone make', () => {
    const lot = (id: string, sequence: bigint, cost: bigint) => ({
      id,
      sequence,
      accountId: 'a',
      symbol: 'AAPL',
      qty: 2n,
      cost,
      leavesQty: 2n,
      leavesCost: cost,
      busted: false,
      openedAt: at,
    });
    const position = { accountId: 'a', symbol: 'AAPL', qty: 4n, costBasis: 50n, realizedPnl: 0n, updatedAt: at };
    const books = booksOf({ lots: [lot('buy 1', 1n, 20n), lot('buy 2', 2n, 30n)], positions: [position] });
    const sell = fill('sell', 'SELL', 1n, 18n);
    holdFill(books, sell, at);
    expect(books.changes().lots).toMatchObject([{ id: 'buy 1', leavesQty: 1n, leavesCost: 10n }]);
    unholdFill(books, sell, 'bust of sell', new Date(1));
    expect(numbers(books.position('a', 'AAPL'))).toEqual([4n, 50n, 0n]);
    expect(books.changes().lotClosures).toEqual([
      { executionId: 'sell', lotId: 'buy 1', qty: 1n, cost: 10n },
      { executionId: 'bust of sell', lotId: 'buy 1', qty: 1n, cost: 10n },
    ]);
    unholdFill(books, fill('buy 1', 'BUY', 2n, 20n), 'bust of buy', new Date(2));
    expect(numbers(books.position('a', 'AAPL'))).toEqual([2n, 30n, 0n]);
    expect(books.lot('buy 1')).toMatchObject({ busted: true, leavesQty: 0n });
    expect(books.changes().lotClosures.slice(2)).toEqual([
      { executionId: 'bust of buy', lotId: 'buy 1', qty: 2n, cost: 20n },
    ]);
    const { lots, positions } = books.changes();
    expect(lots.map(({ id }) => id)).toEqual(['buy 1']);
    expect(positions[0]?.updatedAt).toEqual(new Date(2));
    expect(() => lotOf(books, 'no such buy')).toThrow('the lot of a buy is not there');
  });
});

describe('a buy that is taken back when all of it was sold', () => {
  it('is marked, and the next lot gives what the sell had of it; lot and position are written', () => {
    const sold = {
      id: 'buy 1',
      sequence: 1n,
      accountId: 'a',
      symbol: 'AAPL',
      qty: 2n,
      cost: 20n,
      leavesQty: 0n,
      leavesCost: 0n,
      busted: false,
      openedAt: at,
    };
    const whole = { ...sold, id: 'buy 2', sequence: 2n, cost: 30n, leavesQty: 2n, leavesCost: 30n };
    const position = { accountId: 'a', symbol: 'AAPL', qty: 2n, costBasis: 30n, realizedPnl: 5n, updatedAt: at };
    const books = booksOf({ lots: [sold, whole], positions: [position] });
    unholdFill(books, fill('buy 1', 'BUY', 2n, 20n), 'bust', new Date(3));
    const { lots, positions, lotClosures } = books.changes();
    expect(lots.map(({ id, busted, leavesQty }) => [id, busted, leavesQty])).toEqual([
      ['buy 1', true, 0n],
      ['buy 2', false, 0n],
    ]);
    expect(lotClosures).toEqual([{ executionId: 'bust', lotId: 'buy 2', qty: 2n, cost: 30n }]);
    // The sell had cost 20 and costs 30 now.
    expect(positions.map(numbers)).toEqual([[0n, 0n, -5n]]);
  });
});

describe('the worth', () => {
  const instrument = listed('AAPL', { referencePrice: 7n });
  const quote = (more: Partial<Quote>): Quote =>
    ({ symbol: 'AAPL', bid: null, ask: null, last: null, ...more }) as Quote;

  it('of a unit is the middle of the market rounded half up, else the last trade, else the reference', () => {
    expect(markPrice(instrument, quote({ bid: 10n, ask: 13n, last: 99n }))).toBe(12n);
    expect(markPrice(instrument, quote({ bid: 10n, ask: 12n }))).toBe(11n);
    expect(markPrice(instrument, quote({ bid: 10n, last: 99n }))).toBe(99n);
    expect(markPrice(instrument, quote({ ask: 10n, last: 98n }))).toBe(98n);
    expect(markPrice(instrument, quote({ bid: 10n }))).toBe(7n);
    expect(markPrice(instrument, undefined)).toBe(7n);
  });

  it('of a position is its price less its cost; that of an account its cash and its positions less what it owes', () => {
    const position = { accountId: 'a', symbol: 'AAPL', qty: 10n, costBasis: 30n, realizedPnl: 0n, updatedAt: at };
    const scale = valueAt({ ...position, qty: 1n }, instrument, 1n).marketValue;
    const valued = valuePosition(position, instrument, quote({ last: 5n }));
    expect(valued).toMatchObject({
      symbol: 'AAPL',
      markPrice: 5n,
      marketValue: 50n * scale,
      unrealizedPnl: 50n * scale - 30n,
    });
    expect(equityOf('USD', [balance('a', 'USD', 100n, 60n), balance('a', 'AAPL', 10n)], [valued])).toBe(
      100n + 50n * scale,
    );
    expect(equityOf('USD', [], [])).toBe(0n);
    const owed = [balance('a', 'EUR-OWED', 7n), balance('a', 'USD-OWED', 30n), balance('a', 'USD', 100n)];
    expect([owedOf('USD', owed), owedOf('USD', [])]).toEqual([30n, 0n]);
    expect(equityOf('USD', owed, [valued])).toBe(70n + 50n * scale);
  });
});

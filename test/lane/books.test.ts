import { describe, expect, it } from 'vitest';
import { toJson } from '../../src/kernel/json.ts';
import type { LotRow, OrderRow } from '../../src/lane/rows.ts';
import { account, at, balance, booksOf } from '../support/books.ts';

const entry = { id: 'entry', kind: 'DEPOSIT', reference: 'why', createdAt: at } as const;
const line = (accountId: string, amount: bigint, asset = 'USD') => ({ accountId, asset, amount });
const MAX = 9_223_372_036_854_775_807n;

describe('an entry', () => {
  it('moves balances, keeps each balance behind its posting, and leaves out what is nothing', () => {
    const books = booksOf({ balances: [balance('a', 'USD', 10n, 3n), balance('b', 'USD', 5n)] });
    books.book(entry, [line('a', -2n), line('a', 0n), line('b', 2n), line('a', -1n), line('b', 1n)]);
    const { entries, postings, balances, accounts } = books.changes();
    expect(entries).toEqual([entry]);
    const posted = { entryId: 'entry', asset: 'USD', createdAt: at, kind: 'DEPOSIT' };
    expect(postings).toEqual([
      { ...posted, line: 0, accountId: 'a', amount: -2n, balanceAfter: 8n },
      { ...posted, line: 1, accountId: 'b', amount: 2n, balanceAfter: 7n },
      { ...posted, line: 2, accountId: 'a', amount: -1n, balanceAfter: 7n },
      { ...posted, line: 3, accountId: 'b', amount: 1n, balanceAfter: 8n },
    ]);
    expect(balances).toEqual([balance('a', 'USD', 7n, 3n), balance('b', 'USD', 8n)]);
    expect(accounts.map(({ id, bookedAt }) => [id, bookedAt])).toEqual([
      ['a', at],
      ['b', at],
    ]);
  });

  it('that does not balance in every asset is refused, and books nothing', () => {
    const books = booksOf();
    const uneven = [line('a', -1n), line('b', 1n), line('a', 1n, 'AAPL'), line('b', -2n, 'AAPL')];
    expect(() => books.book(entry, uneven)).toThrow('entry does not balance: -1 of AAPL');
    expect(books.changes()).toMatchObject({ entries: [], postings: [], balances: [] });
  });

  it('that reverses another is known to have done so, and no other is', () => {
    const books = booksOf({ reversals: [{ reference: 'earlier' }] });
    expect([books.isReversed('earlier'), books.isReversed('why')]).toEqual([true, false]);
    books.book(entry, []);
    expect(books.isReversed('why')).toBe(false);
    books.book({ ...entry, kind: 'REVERSAL' }, []);
    expect(books.isReversed('why')).toBe(true);
  });
});

describe('a batch is not written', () => {
  it.each([
    [
      'a customer would owe',
      [balance('a', 'USD', 5n, 4n)],
      [line('a', -2n), line('b', 2n)],
      /customer balance below zero in USD/,
    ],
    ['a balance would overflow', [balance('a', 'USD', MAX)], [line('a', 1n), line('b', -1n)], /overflow in USD/],
  ])('where %s', (_, balances, lines, problem) => {
    const books = booksOf({ balances });
    books.book(entry, lines);
    expect(() => books.changes()).toThrow(problem);
  });

  it('where a hold would be negative, or a debt of the house beyond all numbers', () => {
    const held = booksOf({ balances: [balance('a', 'USD', 5n, 1n)] });
    held.hold('a', 'USD', -2n);
    expect(() => held.changes()).toThrow('negative hold in USD');
    const owing = booksOf({ balances: [{ ...balance('a', 'USD', -MAX), mayOwe: true }, balance('b', 'USD', 0n)] });
    owing.book(entry, [line('a', -1n), line('b', 1n)]);
    expect(() => owing.changes()).toThrow('overflow in USD');
  });

  it('and is, up to the last unit', () => {
    const books = booksOf({
      balances: [
        balance('a', 'USD', 5n, 4n),
        balance('b', 'USD', MAX - 1n),
        { ...balance('b', 'AAPL', 1n - MAX), mayOwe: true },
      ],
    });
    books.book(entry, [line('a', -1n), line('b', 1n), line('a', 1n, 'AAPL'), line('b', -1n, 'AAPL')]);
    books.hold('a', 'USD', -4n);
    expect(books.changes().balances.map(({ posted, held }) => [posted, held])).toEqual([
      [4n, 0n],
      [MAX, 0n],
      [-MAX, 0n],
      [1n, 0n],
    ]);
  });
});

describe('rows', () => {
  it('that were not asked for are unknown, not absent', () => {
    const books = booksOf(
      {},
      {
        balances: [
          { accountId: 'a', asset: 'USD' },
          { accountId: 'ghost', asset: 'USD' },
        ],
        positions: [],
      },
    );
    expect(books.balance('a', 'USD')).toEqual({ ...balance('a', 'USD', 0n), mayOwe: false });
    expect(() => books.balance('a', 'AAPL')).toThrow('a balance was not asked for by this batch');
    expect(() => books.balance('ghost', 'USD')).toThrow('account was not locked by this batch');
    expect(() => books.position('a', 'AAPL')).toThrow('a position was not asked for by this batch');
  });

  it('that are new begin with nothing; only the house may owe', () => {
    const books = booksOf(
      { accounts: [account('a'), account('h', { kind: 'WORLD' })] },
      {
        balances: [
          { accountId: 'a', asset: 'USD' },
          { accountId: 'h', asset: 'USD' },
        ],
      },
    );
    expect([books.balance('a', 'USD').mayOwe, books.balance('h', 'USD').mayOwe]).toEqual([false, true]);
    const nothing = { accountId: 'a', symbol: 'AAPL', qty: 0n, costBasis: 0n, realizedPnl: 0n, updatedAt: new Date(0) };
    expect(books.position('a', 'AAPL')).toEqual(nothing);
    expect(books.position('a', 'AAPL')).toBe(books.position('a', 'AAPL'));
  });

  it('are changed here only: what was loaded stays as it is, and what was not touched is not written', () => {
    const loaded = [balance('a', 'USD', 10n), balance('b', 'USD', 10n)];
    const books = booksOf({ balances: loaded });
    books.hold('a', 'USD', 0n);
    expect(books.changes().balances).toEqual([]);
    books.hold('a', 'USD', 4n);
    expect(books.changes().balances).toEqual([balance('a', 'USD', 10n, 4n)]);
    expect(loaded[0]).toEqual(balance('a', 'USD', 10n));
  });

  it('are new or changed, never both', () => {
    const lot = (id: string): LotRow => ({
      id,
      sequence: 1n,
      accountId: 'a',
      symbol: 'AAPL',
      qty: 2n,
      cost: 2n,
      leavesQty: 1n,
      leavesCost: 1n,
      busted: false,
      openedAt: at,
    });
    const order = (id: string, listId: string | null = null) =>
      ({ id, accountId: 'a', clientOrderId: `mine ${id}`, listId }) as OrderRow;
    const books = booksOf({
      lots: [lot('old'), lot('idle'), { ...lot('other'), symbol: 'MSFT' }, { ...lot('theirs'), accountId: 'b' }],
      orders: [order('1', 'list'), order('2')],
    });
    books.addLot(lot('new'));
    books.addOrder(order('3', 'list'));
    for (const row of [books.lot('old'), books.lot('new'), books.order('1'), books.order('3')]) books.touch(row!);
    const ids = (rows: { id: string }[]): string[] => rows.map(({ id }) => id);
    const { lots, newLots, orders, newOrders } = books.changes();
    expect([ids(lots), ids(newLots), ids(orders), ids(newOrders)]).toEqual([['old'], ['new'], ['1'], ['3']]);
    expect(ids(books.openLots('a', 'AAPL')).sort()).toEqual(['idle', 'new', 'old']);
    expect(ids(books.consumedLots('a', 'AAPL')).sort()).toEqual(['idle', 'new', 'old']);
    expect(ids(books.ordersOf('list'))).toEqual(['1', '3']);
    expect([books.orderOf('a', 'mine 2')?.id, books.orderOf('a', 'mine 3')?.id, books.orderOf('b', 'mine 2')]).toEqual([
      '2',
      '3',
      undefined,
    ]);
    books.release(books.order('2')!);
    books.release(books.order('2')!);
    expect(ids(books.released())).toEqual(['2']);
  });
});

describe('what a batch has done', () => {
  it('is known to the commands behind it', () => {
    const remembered = {
      viewerId: 'v',
      operation: 'placeOrder',
      key: 'k',
      fingerprint: '',
      answer: '{}',
      createdAt: at,
    };
    const books = booksOf({ executions: [{ execId: 'booked' }], idempotency: [{ ...remembered, key: 'before' }] });
    expect([books.hasExecution('booked'), books.hasExecution('new')]).toEqual([true, false]);
    books.addExecution({ execId: 'new' } as Parameters<typeof books.addExecution>[0]);
    expect(books.hasExecution('new')).toBe(true);
    expect(books.remembered('v', 'placeOrder', 'before')?.key).toBe('before');
    expect(books.remembered('v', 'placeOrder', 'k')).toBeUndefined();
    books.remember(remembered);
    expect(books.remembered('v', 'placeOrder', 'k')).toBe(remembered);
    expect(books.remembered('v', 'cancelOrder', 'k')).toBeUndefined();
    expect(books.changes()).toMatchObject({ executions: [{ execId: 'new' }], idempotency: [remembered] });
  });

  it('numbers the events of each account without a gap, with amounts as text', () => {
    const books = booksOf({ accounts: [account('a'), account('b', { eventSequence: 0n })] });
    books.emit('a', 'DEPOSIT', { amount: 5n }, at);
    books.emit('b', 'DEPOSIT', {}, at);
    books.emit('a', 'TRADE', { qty: 12n, nested: { price: 1n } }, at);
    const { events, accounts } = books.changes();
    expect(events).toEqual([
      { accountId: 'a', sequence: 5n, type: 'DEPOSIT', payload: '{"amount":"5"}', createdAt: at },
      { accountId: 'b', sequence: 1n, type: 'DEPOSIT', payload: '{}', createdAt: at },
      { accountId: 'a', sequence: 6n, type: 'TRADE', payload: '{"qty":"12","nested":{"price":"1"}}', createdAt: at },
    ]);
    expect(accounts.map(({ id, eventSequence }) => [id, eventSequence])).toEqual([
      ['a', 6n],
      ['b', 1n],
    ]);
    expect(() => books.emit('nobody', 'TRADE', {}, at)).toThrow('account was not locked by this batch');
    expect(toJson({ none: null, some: 'text' })).toBe('{"none":null,"some":"text"}');
  });

  it('is all of it and nothing else', () => {
    const books = booksOf();
    const empty = Object.values(books.changes());
    expect(empty.every((rows) => rows.length === 0)).toBe(true);
    expect(empty).toHaveLength(16);
    const [audit, transfer, closure, list] = [{ id: 'x' }, { id: 't' }, { lotId: 'l' }, { id: 'o' }] as never[];
    books.addAudit(audit!);
    books.addTransfer(transfer!);
    books.addLotClosure(closure!);
    books.addOrderList(list!);
    expect(books.changes()).toMatchObject({
      audit: [audit],
      transfers: [transfer],
      lotClosures: [closure],
      orderLists: [list],
    });
  });
});

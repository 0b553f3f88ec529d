import { expect, test } from 'vitest';
import type { OrderRow } from '../../../src/lane/rows.ts';
import { fitExits, freedByFit } from '../../../src/orders/settle/decide-fit.ts';
import { account, at, balance, booksOf } from '../../support/books.ts';
import { listed } from '../../support/listed.ts';
import { orderRow } from '../../support/order-row.ts';

/* Exits for ten units of an entry that has filled fewer by now. */

const rules = {
  instrumentOf: () => listed('AAPL', {}),
  rates: { makerBps: 10n, takerBps: 20n },
  hours: () => 'ALWAYS_OPEN' as const,
  ids: { next: () => 'new' },
};

const entryWith = (filledQty: bigint, more: Partial<OrderRow> = {}) =>
  orderRow({
    id: 'entry',
    clientOrderId: 'entry',
    listId: 'list',
    leg: 'ENTRY',
    status: 'CANCELED',
    filledQty,
    ...more,
  });
const exit = (id: string, more: Partial<OrderRow>): OrderRow =>
  orderRow({ id, clientOrderId: id, side: 'SELL', status: 'NEW', qty: 10n, reserveAsset: 'AAPL', ...more });
const pair = (more: Partial<OrderRow> = {}, other: Partial<OrderRow> = {}): OrderRow[] => [
  exit('profit', { listId: 'list', leg: 'TAKE_PROFIT', reserve: 10n, ...more }),
  exit('stop', { listId: 'list', leg: 'STOP_LOSS', type: 'STOP', limitPrice: null, stopPrice: 90n, ...more, ...other }),
];
const late = (qty: bigint): OrderRow => exit('late', { entryListId: 'list', qty, reserve: qty });

const fitted = (orders: OrderRow[]) => {
  const held = orders.reduce((sum, { side, reserve }) => (side === 'SELL' ? sum + reserve : sum), 0n);
  const open = orders.filter((each) => each.side === 'SELL').length;
  const books = booksOf({
    orders,
    accounts: [account('a', { openOrders: open })],
    balances: [balance('a', 'AAPL', 100n, held)],
  });
  const freed = freedByFit(books, books.order('entry')!, rules);
  fitExits(books, books.order('entry')!, rules, at);
  const exits = orders.filter(({ side }) => side === 'SELL').map(({ id }) => books.order(id)!);
  return {
    freed: freed.reduce((sum, { amount }) => sum + amount, 0n),
    exits: exits.map(({ status: now, qty, replacement }) => [now, qty, replacement?.qtyChange ?? null]),
    told: books.released().map(({ id }) => id),
    held: books.balance('a', 'AAPL').held,
    touched: books.changes().orders.length,
  };
};

test('what the entry covers stays as it is', () => {
  for (const filled of [10n, 11n]) {
    expect(fitted([entryWith(filled), ...pair()])).toMatchObject({ touched: 0, told: [], held: 10n });
  }
});

test('both of a pair are asked for as many, and keep back no more from now on', () => {
  expect(fitted([entryWith(7n), ...pair()])).toMatchObject({
    ...{ told: ['profit', 'stop'], held: 7n, freed: -3n },
    exits: [
      ['PENDING_REPLACE', 10n, '-3'],
      ['PENDING_REPLACE', 10n, '-3'],
    ],
  });
});

test('nothing is wanted for an exit that keeps back less than it may execute, and nothing told twice of the order itself', () => {
  expect(fitted([entryWith(10n), ...pair({ reserve: 4n }, { reserve: 0n })])).toMatchObject({ freed: 0n, held: 10n });
  const [profit, stop] = pair() as [OrderRow, OrderRow];
  const books = booksOf({ orders: [entryWith(7n), profit, stop], balances: [balance('a', 'AAPL', 100n, 10n)] });
  expect(freedByFit(books, books.order('profit')!, rules)).toEqual([]);
  expect(freedByFit(books, books.order('stop')!, rules)).toMatchObject([{ asset: 'AAPL', amount: -3n }]);
});

test('what an exit executed counts first; where that is all, the rest is asked to cancel', () => {
  const sold = { status: 'PARTIALLY_FILLED' as const, filledQty: 4n };
  const only = (filled: bigint) => fitted([entryWith(filled), pair(sold)[0]!]).exits;
  expect(only(7n)).toEqual([['PENDING_REPLACE', 10n, '-3']]);
  expect(only(4n)).toEqual([['PENDING_CANCEL', 10n, null]]);
  expect(only(1n)).toEqual([['PENDING_CANCEL', 10n, null]]);
  expect(only(10n)).toEqual([['PARTIALLY_FILLED', 10n, null]]);
});

test('what no venue has is smaller at once, and lets go of what it kept back', () => {
  expect(fitted([entryWith(7n), ...pair({ status: 'ACCEPTED' })])).toMatchObject({
    ...{ told: [], held: 7n, freed: -3n },
    exits: [
      ['ACCEPTED', 7n, null],
      ['ACCEPTED', 7n, null],
    ],
  });
  expect(fitted([entryWith(0n), ...pair({ status: 'DONE_FOR_DAY' })])).toMatchObject({
    ...{ told: [], held: 0n, freed: -10n },
    exits: [
      ['CANCELED', 10n, null],
      ['CANCELED', 10n, null],
    ],
  });
});

const asked = {
  ...{ newOrderId: 'asked', clientOrderId: 'asked', limitPrice: '100', stopPrice: null, worstPrice: '100' },
};
test.each<[Partial<OrderRow>, string]>([
  [{ status: 'PENDING_CANCEL' }, 'a cancel'],
  [{ status: 'PENDING_REPLACE', replacement: { ...asked, qtyChange: '0' } }, 'a replacement'],
  [{ status: 'PENDING_REPLACE', replacement: { ...asked, qtyChange: '-1' } }, 'a replacement by too little less'],
  [{ status: 'PENDING_NEW', reason: 'EXECUTION_UNKNOWN' }, 'the word of a venue that may not have heard of it'],
])('what is not answered comes first, and yet no more is kept back: %s %s', (more) => {
  const { told, exits, held, freed } = fitted([entryWith(7n), pair(more)[0]!]);
  expect({ told, held, freed }).toEqual({ told: [], held: 7n, freed: -3n });
  expect(exits).toEqual([[more.status, 10n, more.replacement?.qtyChange ?? null]]);
});

test('the exits of late fills come after the others, and what waits for exits is nobody’s', () => {
  const orders = (filled: bigint, waiting = 0n) => [
    entryWith(filled, { unprotectedQty: waiting }),
    ...pair(),
    late(5n),
  ];
  const late5 = (filled: bigint, waiting?: bigint) => fitted(orders(filled, waiting)).exits;
  expect(late5(15n)[2]).toEqual(['NEW', 5n, null]);
  expect(late5(12n)).toEqual([
    ['NEW', 10n, null],
    ['NEW', 10n, null],
    ['PENDING_REPLACE', 5n, '-3'],
  ]);
  expect(late5(12n, 2n)[2]).toEqual(['PENDING_CANCEL', 5n, null]);
  expect(late5(9n).map(([status]) => status)).toEqual(['PENDING_REPLACE', 'PENDING_REPLACE', 'PENDING_CANCEL']);
});

test('exits that wait for their entry, and lists without one, are none of its affair', () => {
  expect(fitted([entryWith(3n, { status: 'PARTIALLY_FILLED' }), ...pair({ status: 'HELD' })])).toMatchObject({
    touched: 0,
  });
  const free = orderRow({ id: 'entry', listId: null });
  expect(fitted([free, ...pair()])).toMatchObject({ touched: 0 });
});

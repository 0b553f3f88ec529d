import { afterAll, beforeAll, expect, test } from 'vitest';
import { fillsIn } from '../../src/orders/fills.ts';
import { closeSound } from '../support/close-sound.ts';
import { moneyDigest } from '../support/digest.ts';
import { must } from '../support/people.ts';
import { type Customer, ownPositions, startTrading, type TestTrading } from '../support/trading.ts';
import { until } from '../support/until.ts';
import { cross, eventsOf, inside, place, priceText, wealthOf } from './support.ts';

let trading: TestTrading;
let operator: Customer['by'];
beforeAll(async () => {
  trading = await startTrading();
  operator = (await trading.customer()).by;
});
afterAll(() => closeSound(trading));

const market = { symbol: 'MSFT', type: 'MARKET' } as const;
const bust = (name: { executionId?: string; tradeId?: string }, more = {}) =>
  trading.trades.bust(operator, { ...name, reason: 'clearly erroneous', ...more });
const seller = async (): Promise<Customer> => {
  const customer = await trading.customer('100000');
  await place(trading, customer, { ...market, side: 'BUY', qty: '10' });
  return customer;
};

test('both sides of a trade are as if it had never been, except that its orders are cancelled', async () => {
  const [buyer, from] = [await trading.customer('50000'), await seller()];
  const before = [await wealthOf(trading, buyer), await wealthOf(trading, from)];
  const { buy, sell, tradeId, executions } = await cross(trading, buyer, from, '4');
  expect([buy.status, sell.status]).toEqual(['FILLED', 'FILLED']);
  const done = must(await bust({ executionId: executions[0]!.id }));
  expect(done).toMatchObject({ tradeId, correctedTradeId: null });
  expect([await wealthOf(trading, buyer), await wealthOf(trading, from)]).toEqual(before);
  for (const [{ userId }, { id }] of [
    [buyer, buy],
    [from, sell],
  ] as const) {
    expect(await trading.orders.one(userId, { id })).toMatchObject({
      ...{ status: 'CANCELED', reason: 'TRADE_BUSTED', qty: 40_000n, filledQty: 0n, filledValue: 0n, fees: 0n },
      ...{ filledAt: null, canceledAt: done.amendedAt },
    });
  }
});

test('the opposite of the entry is posted at its own time, and the past stays as it was', async () => {
  const buyer = await trading.customer('50000');
  const order = await place(trading, buyer, { ...market, side: 'BUY', qty: '4' });
  const reader = { id: buyer.userId, roles: ['USER' as const], requestId: buyer.by.requestId };
  const [held] = await ownPositions(trading, buyer.userId, null, order.updatedAt);
  const balances = await trading.ledger.balancesAt(reader, null, order.updatedAt);
  await until(() => Date.now() > order.updatedAt.getTime());
  const [execution] = await trading.orders.fillsOf('EVERYTHING', [order.id]);
  const { entryIds, amendedAt } = must(await bust({ executionId: execution!.id }));
  const [reversal] = await trading.trades.entries(entryIds);
  const { rows } = await trading.ledger.journal(reader, {}, { limit: 10, backward: false, from: undefined });
  expect(rows[0]).toMatchObject({ id: reversal!.id, kind: 'REVERSAL', reference: rows[1]!.id, createdAt: amendedAt });
  const amounts = (entry: typeof reversal) => entry!.postings.map(({ amount }) => amount);
  expect(amounts(rows[0])).toEqual(amounts(rows[1]).map((amount) => -amount));
  expect(await trading.ledger.balancesAt(reader, null, order.updatedAt)).toEqual(balances);
  expect(await ownPositions(trading, buyer.userId, null, order.updatedAt)).toEqual([held]);
  expect(await ownPositions(trading, buyer.userId, null, amendedAt)).toEqual([]);
});

test('each side is told by an event, and the log says who did it and why', async () => {
  const [buyer, from] = [await trading.customer('50000'), await seller()];
  const { buy, tradeId, executions } = await cross(trading, buyer, from, '1');
  must(await bust({ tradeId }));
  const [event] = await eventsOf(trading, buyer, 'TRADE_BUSTED');
  const own = executions.find(({ side }) => side === 'BUY');
  expect(event?.payload).toMatchObject({
    ...{ orderId: buy.id, executionId: own?.id, tradeId, status: 'CANCELED', filledQty: '0', fill: null },
    explanation: 'clearly erroneous',
  });
  expect(await eventsOf(trading, from, 'TRADE_BUSTED')).toHaveLength(1);
  const [line] = await trading.database.prisma.auditEntry.findMany({ where: { action: 'bustTrade', target: tradeId } });
  expect(line).toMatchObject({ actorId: operator.userId, outcome: 'OK', details: { reason: 'clearly erroneous' } });
});

test('a trade is busted once, however many ask at once, by either name', async () => {
  const [buyer, from] = [await trading.customer('50000'), await seller()];
  const { tradeId, executions } = await cross(trading, buyer, from, '1');
  const names = [{ tradeId }, { executionId: executions[0]!.id }, { executionId: executions[1]!.id }, { tradeId }];
  const answers = await Promise.all(names.map((name) => bust(name)));
  expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
  const refused = answers.filter(({ ok }) => !ok);
  expect(new Set(refused.map((answer) => !answer.ok && answer.failures[0]?.code))).toEqual(
    new Set(['TRADE_ALREADY_BUSTED']),
  );
  const bustRow = (await trading.orders.fillsOf('EVERYTHING', [executions[0]!.orderId])).find(
    ({ kind }) => kind === 'BUST',
  );
  expect(await bust({ executionId: bustRow!.id })).toMatchObject({ failures: [{ code: 'TRADE_ALREADY_BUSTED' }] });
});

test('a key gives its first answer again, and is not for another trade', async () => {
  const [buyer, from] = [await trading.customer('50000'), await seller()];
  const [one, other] = [await cross(trading, buyer, from, '1'), await cross(trading, buyer, from, '1')];
  const key = { idempotencyKey: trading.ids.next() };
  const first = await bust({ tradeId: one.tradeId }, key);
  expect(first).toMatchObject({ ok: true, replayed: false });
  expect(await bust({ tradeId: one.tradeId }, key)).toEqual({ ...first, replayed: true });
  expect(await bust({ tradeId: other.tradeId }, key)).toMatchObject({ failures: [{ code: 'IDEMPOTENCY_KEY_REUSED' }] });
});

test('a side that no longer has what it must give back is named, and nothing changes', async () => {
  const [buyer, from] = [await trading.customer('50000'), await seller()];
  const sold = await cross(trading, buyer, from, '2');
  const rest = { symbol: 'MSFT', side: 'SELL', type: 'LIMIT', qty: '1', limitPrice: '9000.00' } as const;
  const resting = await place(trading, buyer, rest);
  const before = await moneyDigest(trading.database.pool);
  const refused = await bust({ tradeId: sold.tradeId });
  expect(refused).toMatchObject({ ok: false, failures: [{ code: 'INSUFFICIENT_FUNDS', field: ['tradeId'] }] });
  const message = `The BUYER, account ${buyer.accountId}, would have to give back 2 MSFT; 1 MSFT is available.`;
  expect(refused).toMatchObject({ failures: [{ message }] });
  expect(await moneyDigest(trading.database.pool)).toEqual(before);
  await trading.orders.cancel(buyer.by, { id: resting.id });
  await trading.settled();
  const cash = await trading.ledger.balancesOf('EVERYTHING', [from.accountId]);
  const { posted } = cash(from.accountId).find(({ asset }) => asset === 'USD')!;
  const cents = posted / 10n ** 6n;
  must(await trading.ledger.withdraw(from.by, { amount: priceText(cents) }));
  const seller2 = `The SELLER, account ${from.accountId}, would have to give back`;
  expect(await bust({ tradeId: sold.tradeId })).toMatchObject({
    failures: [{ code: 'INSUFFICIENT_FUNDS', message: expect.stringContaining(seller2) }],
  });
});

test('an order that still works goes on with what the venue has of it', async () => {
  const [buyer, from] = [await trading.customer('50000'), await seller()];
  const limitPrice = priceText(inside(trading));
  const terms = { symbol: 'MSFT', type: 'LIMIT', limitPrice } as const;
  const { id } = await place(trading, buyer, { ...terms, side: 'BUY', qty: '10' });
  const order = async () => trading.orders.one(buyer.userId, { id });
  const fills = [];
  for (const qty of ['3', '2']) fills.push(await place(trading, from, { ...terms, side: 'SELL', qty }));
  const [first, second] = await trading.orders.fillsOf('EVERYTHING', [id]);
  const { reserve } = (await order())!;
  must(await bust({ executionId: first!.id }));
  expect(await order()).toMatchObject({ status: 'PARTIALLY_FILLED', qty: 70_000n, filledQty: 20_000n, reserve });
  must(await bust({ executionId: second!.id }));
  expect(await order()).toMatchObject({ status: 'NEW', qty: 50_000n, filledQty: 0n, filledValue: 0n, reserve });
  await place(trading, from, { ...terms, side: 'SELL', qty: '9' });
  expect(await order()).toMatchObject({ status: 'FILLED', qty: 50_000n, filledQty: 50_000n });
  expect(fills).toHaveLength(2);
});

test('an order that was cancelled or replaced stays so, and what replaced it goes on', async () => {
  const [buyer, from] = [await trading.customer('50000'), await seller()];
  const terms = { symbol: 'MSFT', type: 'LIMIT', limitPrice: priceText(inside(trading)) } as const;
  const orders = [];
  for (const end of ['cancel', 'replace'] as const) {
    const order = await place(trading, buyer, { ...terms, side: 'BUY', qty: '5' });
    await place(trading, from, { ...terms, side: 'SELL', qty: '1' });
    if (end === 'cancel') must(await trading.orders.cancel(buyer.by, { id: order.id }));
    else must(await trading.orders.replace(buyer.by, { id: order.id, qty: '4' }));
    await trading.settled();
    orders.push(order.id);
  }
  for (const id of orders) {
    const [execution] = await trading.orders.fillsOf('EVERYTHING', [id]);
    must(await bust({ executionId: execution!.id }));
  }
  const [canceled, replaced] = await Promise.all(orders.map((id) => trading.orders.one(buyer.userId, { id })));
  expect(canceled).toMatchObject({ status: 'CANCELED', reason: null, qty: 50_000n, filledQty: 0n });
  expect(replaced).toMatchObject({ status: 'REPLACED', filledQty: 0n });
  const next = await trading.orders.one(buyer.userId, { id: replaced!.replacedById! });
  expect(next).toMatchObject({ status: 'NEW', qty: 30_000n, filledQty: 0n });
});

test('what sells had of a busted buy they have from the next oldest lot, and the profit says so', async () => {
  const customer = await trading.customer('100000');
  const buys = [];
  for (const qty of ['2', '3']) {
    buys.push(await place(trading, customer, { ...market, side: 'BUY', qty }));
    trading.venue.tick();
    await trading.settled();
  }
  const sold = await place(trading, customer, { ...market, side: 'SELL', qty: '2' });
  const [execution] = await trading.orders.fillsOf('EVERYTHING', [buys[0]!.id]);
  must(await bust({ executionId: execution!.id }));
  const [position] = await ownPositions(trading, customer.userId);
  const costOfTwo = (buys[1]!.filledValue * 2n) / 3n;
  expect(position).toMatchObject({ qty: 10_000n, costBasis: buys[1]!.filledValue - costOfTwo });
  expect(position?.realizedPnl).toBe(sold.filledValue - costOfTwo);
});

test('a sell that is busted frees the youngest units that were sold', async () => {
  const customer = await trading.customer('100000');
  const trades = [];
  for (const [side, qty] of [
    ['BUY', '2'],
    ['BUY', '3'],
    ['SELL', '3'],
    ['SELL', '1'],
  ] as const) {
    trades.push(await place(trading, customer, { ...market, side, qty }));
    trading.venue.tick();
    await trading.settled();
  }
  const [one, other, first, second] = trades;
  const [execution] = await trading.orders.fillsOf('EVERYTHING', [first!.id]);
  must(await bust({ executionId: execution!.id }));
  const [position] = await ownPositions(trading, customer.userId);
  const costOfOne = one!.filledValue / 2n;
  expect(position).toMatchObject({ qty: 40_000n, costBasis: costOfOne + other!.filledValue });
  expect(position?.realizedPnl).toBe(second!.filledValue - costOfOne);
});

test('an entry of a bracket is busted while its exits are in the market, which end with it', async () => {
  const customer = await trading.customer('100000');
  const exits = { symbol: 'MSFT', side: 'SELL', qty: '2' } as const;
  const list = await trading.orders.placeList(customer.by, {
    type: 'BRACKET',
    orders: [
      { ...market, side: 'BUY', qty: '2' },
      { ...exits, type: 'LIMIT', limitPrice: '9000.00' },
      { ...exits, type: 'STOP', stopPrice: '1.00' },
    ],
  });
  await trading.settled();
  const [entry] = must(list).orders;
  const [execution] = await trading.orders.fillsOf('EVERYTHING', [entry!.id]);
  must(await bust({ executionId: execution!.id }));
  await trading.settled();
  for (const { id } of must(list).orders.slice(1)) {
    const exit = await trading.orders.one(customer.userId, { id });
    expect(exit).toMatchObject({ status: 'CANCELED', reserve: 0n });
  }
  expect(await ownPositions(trading, customer.userId)).toEqual([]);
});

test('the exits that wait for a busted entry let go of what they set aside, and are for what it still becomes', async () => {
  const [customer, from] = [await trading.customer('100000'), await seller()];
  const terms = { symbol: 'MSFT', type: 'LIMIT', limitPrice: priceText(inside(trading)) } as const;
  const exits = { symbol: 'MSFT', side: 'SELL', qty: '5' } as const;
  const list = await trading.orders.placeList(customer.by, {
    type: 'BRACKET',
    orders: [
      { ...terms, side: 'BUY', qty: '5' },
      { ...exits, type: 'LIMIT', limitPrice: '9000.00' },
      { ...exits, type: 'STOP', stopPrice: '1.00' },
    ],
  });
  await trading.settled();
  const [entry, profit, loss] = must(list).orders;
  for (const qty of ['1', '2']) await place(trading, from, { ...terms, side: 'SELL', qty });
  const [one, two] = await trading.orders.fillsOf('EVERYTHING', [entry!.id]);
  const orders = () =>
    Promise.all([entry, profit, loss].map((order) => trading.orders.one(customer.userId, { id: order!.id })));
  expect((await orders()).map((order) => order?.reserve)).toEqual([expect.anything(), 30_000n, 0n]);
  must(await trading.orders.replace(customer.by, { id: entry!.id, limitPrice: priceText(inside(trading) - 1n) }));
  await trading.settled();
  must(await bust({ executionId: two!.id }));
  expect(await orders()).toMatchObject([
    { status: 'REPLACED', filledQty: 10_000n },
    { status: 'HELD', qty: 30_000n, reserve: 10_000n },
    { status: 'HELD', qty: 30_000n, reserve: 0n },
  ]);
  must(await trading.trades.correct(operator, { executionId: one!.id, qty: '0.5', reason: 'half of it' }));
  const [replaced, ...waiting] = await orders();
  expect([replaced?.filledQty, waiting[0]?.reserve, ...waiting.map((order) => order?.qty)]).toEqual([
    ...[5_000n, 5_000n, 25_000n, 25_000n],
  ]);
  must(await trading.orders.cancel(customer.by, { id: replaced!.replacedById! }));
  await trading.settled();
  expect(await orders()).toMatchObject([{}, { status: 'NEW', qty: 5_000n }, { status: 'NEW', qty: 5_000n }]);
});

test('an exit that is busted does not bring back the other exit', async () => {
  const customer = await trading.customer('100000');
  await place(trading, customer, { ...market, side: 'BUY', qty: '2' });
  const exits = { symbol: 'MSFT', side: 'SELL', qty: '2' } as const;
  const limitPrice = priceText(inside(trading) - 1n);
  const list = await trading.orders.placeList(customer.by, {
    type: 'OCO',
    orders: [
      { ...exits, type: 'LIMIT', limitPrice },
      { ...exits, type: 'STOP', stopPrice: '1.00' },
    ],
  });
  await trading.settled();
  const ids = must(list).orders.map(({ id }) => id);
  const [execution] = await trading.orders.fillsOf('EVERYTHING', ids);
  must(await bust({ executionId: execution!.id }));
  const rows = await Promise.all(ids.map((id) => trading.orders.one(customer.userId, { id })));
  expect(rows.map((row) => [row?.status, row?.reason])).toEqual([
    ['CANCELED', 'TRADE_BUSTED'],
    ['CANCELED', 'GROUP_SETTLED'],
  ]);
});

test('a market order by cash is busted too, also when its account is closed and blocked', async () => {
  const customer = await trading.customer('1000');
  const order = await place(trading, customer, { symbol: 'BTC-USD', type: 'MARKET', side: 'BUY', notional: '500' });
  const { prisma } = trading.database;
  await prisma.account.update({ where: { id: customer.accountId }, data: { status: 'CLOSED', tradingBlocked: true } });
  const [execution] = await trading.orders.fillsOf('EVERYTHING', [order.id]);
  must(await bust({ executionId: execution!.id }));
  await prisma.account.update({ where: { id: customer.accountId }, data: { tradingBlocked: false } });
  const balances = (await trading.ledger.balancesOf('EVERYTHING', [customer.accountId]))(customer.accountId);
  expect(balances.find(({ asset }) => asset === 'USD')).toMatchObject({ posted: 1_000n * 10n ** 8n, held: 0n });
});

test('fills that are busted are left out, and an old view of the order keeps its own', async () => {
  const [buyer, from] = [await trading.customer('50000'), await seller()];
  const { buy, executions } = await cross(trading, buyer, from, '1');
  const { amendedAt } = must(await bust({ executionId: executions[0]!.id }));
  const now = (await trading.orders.one(buyer.userId, { id: buy.id }))!;
  const rows = await trading.orders.fillsOf('EVERYTHING', [buy.id]);
  expect(fillsIn(now, rows)).toMatchObject([{ kind: 'TRADE', bustedAt: amendedAt, correctedById: null }]);
  expect(fillsIn(buy, rows)).toMatchObject([{ kind: 'TRADE', bustedAt: null }]);
  expect(fillsIn({ ...buy, filledQty: 0n, filledValue: 0n, fees: 0n, updatedAt: buy.createdAt }, rows)).toEqual([]);
});

test('what does not name a trade, or says no reason, is refused', async () => {
  const reason = 'clearly erroneous';
  for (const name of [{ executionId: trading.ids.next() }, { tradeId: trading.ids.next() }, { tradeId: 'nonsense' }]) {
    expect(await bust(name)).toMatchObject({ failures: [{ code: 'NOT_FOUND', field: Object.keys(name) }] });
  }
  for (const name of [{}, { executionId: trading.ids.next(), tradeId: trading.ids.next() }]) {
    expect(await trading.trades.bust(operator, { ...name, reason })).toMatchObject({
      failures: [{ code: 'INVALID_INPUT', field: ['executionId'] }],
    });
  }
  for (const bad of ['', ' ', 'x'.repeat(257), 'two\nlines']) {
    expect(await bust({ tradeId: trading.ids.next() }, { reason: bad })).toMatchObject({
      failures: [{ code: 'INVALID_INPUT', field: ['reason'] }],
    });
  }
});

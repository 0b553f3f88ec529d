import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createClient } from '../graphql/client.ts';
import {
  BustTradeDocument,
  CorrectTradeDocument,
  DepositDocument,
  LoginDocument,
  OrderFillsDocument,
  PlaceOneOrderDocument,
  PositionsOfDocument,
  RegisterDocument,
} from '../graphql/generated/graphql.ts';
import { type RealApp, startRealApp } from './real-app.ts';

/* What operators do to trades, and what customers see of it, asked for as clients ask. */

let app: RealApp;
let customer: ReturnType<typeof createClient>;
let operator: ReturnType<typeof createClient>;
beforeAll(async () => {
  app = await startRealApp({ PAPER_TICK_MS: '0' });
  [customer, operator] = [createClient(app.url), createClient(app.url)];
  const input = { username: 'trades', email: 'trades@example.com', password: 'correct horse battery' };
  customer.signIn((await customer.ask(RegisterDocument, { input })).data?.register.session?.accessToken);
  await customer.ask(DepositDocument, { input: { amount: '100000' } });
  const admin = { email: 'admin@example.com', password: 'admin123' };
  operator.signIn((await operator.ask(LoginDocument, { input: admin })).data?.login.session?.accessToken);
});
afterAll(() => app.close());

const see = async (id: string) => (await customer.ask(OrderFillsDocument, { id })).data?.order;
const buy = { symbol: 'AAPL', side: 'BUY', type: 'MARKET', qty: '2', idempotencyKey: 'first' } as const;
const reason = 'clearly erroneous';

test('a fill is corrected, then busted; the order shows what counts, and all of it when asked', async () => {
  const placed = (await customer.ask(PlaceOneOrderDocument, { input: buy })).data?.placeOrder.order;
  const id = placed?.id ?? '';
  await vi.waitFor(async () => expect(await see(id)).toMatchObject({ status: 'FILLED' }));
  const first = (await see(id))?.fills[0];

  const input = { executionId: first?.id, price: '100', reason };
  const corrected = (await operator.ask(CorrectTradeDocument, { input })).data?.correctTrade;
  expect(corrected).toMatchObject({
    amendment: { tradeId: first?.tradeId, entries: [{ kind: 'REVERSAL' }, { kind: 'TRADE' }] },
  });
  const tradeId = corrected?.amendment?.correctedTradeId;
  const after = await see(id);
  expect(after).toMatchObject({ status: 'FILLED', filledAvgPrice: '100', fees: '0.4' });
  expect(after?.fills).toMatchObject([{ tradeId, qty: '2', price: '100', corrects: first?.id }]);
  expect(after?.all).toMatchObject([{ id: first?.id, correctedBy: after?.fills[0]?.id }, { bustedAt: null }]);

  const busted = (await operator.ask(BustTradeDocument, { input: { tradeId, reason } })).data?.bustTrade;
  expect(busted).toMatchObject({ amendment: { tradeId, correctedTradeId: null, entries: [{ kind: 'REVERSAL' }] } });
  expect(await see(id)).toMatchObject({
    status: 'CANCELED',
    reason: 'TRADE_BUSTED',
    filledQty: '0',
    fees: '0',
    fills: [],
  });
  expect((await see(id))?.all.map(({ bustedAt }) => bustedAt === null)).toEqual([false, false]);

  const again = await customer.ask(PlaceOneOrderDocument, { input: buy });
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect(again.data?.placeOrder.order).toEqual(placed);
});

test('a key in the header makes a repeat harmless, and a customer may not ask at all', async () => {
  const placed = await customer.ask(PlaceOneOrderDocument, { input: { ...buy, idempotencyKey: 'second' } });
  const id = placed.data?.placeOrder.order?.id ?? '';
  await vi.waitFor(async () => expect(await see(id)).toMatchObject({ status: 'FILLED' }));
  const input = { tradeId: (await see(id))?.fills[0]?.tradeId, reason };
  const refused = await customer.ask(BustTradeDocument, { input });
  expect(refused.errors[0]?.extensions.code).toBe('FORBIDDEN');
  const key = { 'idempotency-key': 'bust-1' };
  const [one, two] = [
    await operator.ask(BustTradeDocument, { input }, key),
    await operator.ask(BustTradeDocument, { input }, key),
  ];
  expect(one.data?.bustTrade.userErrors).toEqual([]);
  expect(two.data).toEqual(one.data);
  expect(two.headers.get('idempotent-replayed')).toBe('true');
});

test('staff see what a customer holds, now and then, with its lots and limits; a customer sees nobody else’s', async () => {
  const placed = await customer.ask(PlaceOneOrderDocument, { input: { ...buy, idempotencyKey: 'third' } });
  const id = placed.data?.placeOrder.order?.id ?? '';
  await vi.waitFor(async () => expect(await see(id)).toMatchObject({ status: 'FILLED' }));
  const asOf = new Date(Date.now()).toISOString();
  const accountId = (await customer.ask(PositionsOfDocument, {})).data?.positions[0]?.account.id ?? '';
  const seen = (await customer.ask(PositionsOfDocument, { accountId })).data?.positions;
  expect(seen?.[0]).toMatchObject({ symbol: 'AAPL', account: { id: accountId, limits: {} } });
  expect(seen?.[0]?.lots.at(-1)).toMatchObject({ id: (await see(id))?.fills.at(-1)?.id });
  const staff = await operator.ask(PositionsOfDocument, { accountId });
  expect([staff.errors, staff.data?.positions]).toEqual([[], seen]);
  const sell = { ...buy, side: 'SELL', idempotencyKey: 'fourth' } as const;
  const sold = (await customer.ask(PlaceOneOrderDocument, { input: sell })).data?.placeOrder.order?.id ?? '';
  await vi.waitFor(async () => expect(await see(sold)).toMatchObject({ status: 'FILLED' }));
  expect((await operator.ask(PositionsOfDocument, { accountId })).data?.positions).not.toEqual(seen);
  const then = (await operator.ask(PositionsOfDocument, { accountId, asOf })).data?.positions;
  expect(then).toEqual(seen);
  const others = (await operator.ask(PositionsOfDocument, {})).data?.positions[0]?.account.id;
  expect(others === undefined || others !== accountId).toBe(true);
  const stranger = createClient(app.url);
  const input = { username: 'stranger', email: 'stranger@example.com', password: 'correct horse battery' };
  stranger.signIn((await stranger.ask(RegisterDocument, { input })).data?.register.session?.accessToken);
  expect((await stranger.ask(PositionsOfDocument, { accountId })).data?.positions).toEqual([]);
});

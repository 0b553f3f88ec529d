import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createClient } from '../graphql/client.ts';
import {
  CancelAllOrdersDocument,
  DepositDocument,
  OrderChainDocument,
  PlaceOrderListDocument,
  PlaceOrdersDocument,
  PreviewOrderDocument,
  RegisterDocument,
  ReplaceOrderDocument,
} from '../graphql/generated/graphql.ts';
import { type RealApp, startRealApp } from './real-app.ts';

/* What the order path can do, asked for as a client asks: every field and input of it is in the schema. */

let app: RealApp;
let client: ReturnType<typeof createClient>;

beforeAll(async () => {
  app = await startRealApp({ PAPER_TICK_MS: '0' });
  client = createClient(app.url);
  const input = { username: 'orders', email: 'orders@example.com', password: 'correct horse battery' };
  const { data } = await client.ask(RegisterDocument, { input });
  client.signIn(data?.register.session?.accessToken);
  await client.ask(DepositDocument, { input: { amount: '100000' } });
});
afterAll(() => app.close());

const buy = { symbol: 'AAPL', side: 'BUY', qty: '1' } as const;

describe('the order path over HTTP', () => {
  it('takes every kind of order in one request', async () => {
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const orders = [
      { ...buy, qty: null, type: 'MARKET', notional: '100' },
      { ...buy, type: 'LIMIT', limitPrice: '10', postOnly: true, expiresAt },
      { ...buy, type: 'LIMIT', limitPrice: '10', timeInForce: 'DAY' },
      { ...buy, type: 'STOP', stopPrice: '9000' },
      { ...buy, type: 'STOP_LIMIT', stopPrice: '9000', limitPrice: '10' },
      { ...buy, type: 'TRAILING_STOP', trailPrice: '50' },
      { ...buy, type: 'TRAILING_STOP', trailPercent: '20' },
    ] as const;
    const { data, errors } = await client.ask(PlaceOrdersDocument, { input: { orders: [...orders] } });
    expect(errors).toEqual([]);
    const results = data?.placeOrders.results ?? [];
    expect(results.map(({ userErrors }) => userErrors)).toEqual(orders.map(() => []));
    expect(results[0]?.order).toMatchObject({ notional: '100', postOnly: false });
    expect(results[1]?.order).toMatchObject({ postOnly: true, expiresAt });
    expect(results[5]?.order).toMatchObject({ trailPrice: '50', trailPercent: null });
    expect(results[6]?.order).toMatchObject({ trailPercent: '20' });
  });

  it('names the place of a literal that does not fit', async () => {
    const literal = '{ symbol: "AAPL", side: BUY, type: MARKET, qty: 1 }';
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: `mutation { placeOrder(input: ${literal}) { order { id } } }` }),
    });
    const { errors } = (await response.json()) as { errors: { message: string }[] };
    expect(errors.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^Invalid value at "input.qty"; A Decimal must be/),
    ]);
  });

  it('previews, replaces and shows the chain', async () => {
    const preview = await client.ask(PreviewOrderDocument, { input: { ...buy, type: 'MARKET' } });
    expect(preview.data?.previewOrder).toMatchObject({ userErrors: [], preview: { filledQty: '1', holdAsset: 'USD' } });
    const { data } = await client.ask(PlaceOrdersDocument, {
      input: { orders: [{ ...buy, type: 'LIMIT', limitPrice: '11' }] },
    });
    const id = data?.placeOrders.results[0]?.order?.id ?? '';
    const replaced = await client.ask(ReplaceOrderDocument, { input: { id, qty: '2' } });
    expect(replaced.data?.replaceOrder.userErrors).toEqual([]);
    await vi.waitFor(async () => {
      const chain = await client.ask(OrderChainDocument, { id });
      expect(chain.data?.order).toMatchObject({
        status: 'REPLACED',
        replacedBy: { qty: '2', rootOrderId: id, replaces: { id } },
      });
    });
  });

  it('places a bracket and cancels all that is open', async () => {
    const exit = { symbol: 'AAPL', side: 'SELL', qty: '1' } as const;
    const orders = [
      { ...buy, type: 'MARKET' },
      { ...exit, type: 'LIMIT', limitPrice: '5000' },
      { ...exit, type: 'TRAILING_STOP', trailPercent: '10' },
    ] as const;
    const { data } = await client.ask(PlaceOrderListDocument, { input: { type: 'BRACKET', orders: [...orders] } });
    expect(data?.placeOrderList).toMatchObject({
      userErrors: [],
      orderList: {
        orders: [{ leg: 'ENTRY' }, { leg: 'TAKE_PROFIT', status: 'HELD' }, { leg: 'STOP_LOSS', status: 'HELD' }],
      },
    });
    const canceled = await client.ask(CancelAllOrdersDocument, { input: { symbol: 'AAPL' } });
    expect(canceled.data?.cancelAllOrders).toMatchObject({ userErrors: [] });
    expect(canceled.data?.cancelAllOrders.result?.asked).toBeGreaterThanOrEqual(6);
  });
});

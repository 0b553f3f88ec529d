import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createClient } from '../graphql/client.ts';
import {
  CancelOrderDocument,
  DepositDocument,
  LoginDocument,
  MeDocument,
  PlaceOrderDocument,
  PortfolioDocument,
  RefreshDocument,
  RegisterDocument,
  UsersDocument,
} from '../graphql/generated/graphql.ts';
import { post, send } from './harness.ts';
import { type RealApp, startRealApp } from './real-app.ts';

/* A new user's first minutes over HTTP, on the whole server. The steps build on each other. */

let app: RealApp;
let ada: ReturnType<typeof createClient>;
const password = 'correct horse battery';
const secrets: string[] = [password, 'admin123'];

beforeAll(async () => {
  app = await startRealApp();
  ada = createClient(app.url);
});
afterAll(() => app.close());

const portfolio = async () => {
  const { data, errors } = await ada.ask(PortfolioDocument, { first: 10 });
  expect(errors).toEqual([]);
  return data!;
};

describe('a new user', () => {
  let refreshToken = '';

  it('signs up', async () => {
    const input = { username: 'Ada', email: 'Ada.L@Example.com', password };
    const { data } = await ada.ask(RegisterDocument, { input });
    expect(data?.register.userErrors).toEqual([]);
    const session = data!.register.session!;
    expect(session.user).toMatchObject({
      username: 'Ada',
      email: 'Ada.L@Example.com',
      roles: ['USER'],
      isActive: true,
    });
    ada.signIn(session.accessToken);
    refreshToken = session.refreshToken;
    secrets.push(session.accessToken, session.refreshToken, 'Ada.L@Example.com');
    expect((await ada.ask(MeDocument)).data?.me.username).toBe('Ada');
  });

  it('puts money in, once for one key', async () => {
    const input = { amount: '10000.00' };
    const first = await ada.ask(DepositDocument, { input }, { 'idempotency-key': 'first' });
    expect(first.data?.deposit.transfer).toMatchObject({ amount: '10000', asset: 'USD' });
    expect(first.headers.get('idempotent-replayed')).toBeNull();
    const again = await ada.ask(DepositDocument, { input }, { 'idempotency-key': 'first' });
    expect(again.data).toEqual(first.data);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.extensions).toMatchObject({ idempotency: { replayed: true } });
    expect((await portfolio()).accounts[0]?.buyingPower).toBe('10000');
  });

  it('buys, and sees the fill, the position and the money', async () => {
    const input = { symbol: 'AAPL', side: 'BUY', type: 'MARKET', qty: '3', clientOrderId: 'first' } as const;
    const { data } = await ada.ask(PlaceOrderDocument, { input });
    expect(data?.placeOrder.userErrors).toEqual([]);
    await vi.waitFor(async () => {
      const { orders, positions } = await portfolio();
      expect(orders.edges.map(({ node }) => [node.clientOrderId, node.status, node.filledQty])).toEqual([
        ['first', 'FILLED', '3'],
      ]);
      expect(positions).toEqual([{ symbol: 'AAPL', qty: '3' }]);
    });
    const balances = (await portfolio()).accounts[0]!.balances;
    expect(balances.every(({ held }) => held === '0')).toBe(true);
  });

  it('cancels an order that waits', async () => {
    const input = {
      symbol: 'AAPL',
      side: 'BUY',
      type: 'LIMIT',
      qty: '1',
      limitPrice: '1.00',
      clientOrderId: 'patient',
    } as const;
    await ada.ask(PlaceOrderDocument, { input });
    const { data } = await ada.ask(CancelOrderDocument, { input: { clientOrderId: 'patient' } });
    expect(data?.cancelOrder.userErrors).toEqual([]);
    await vi.waitFor(async () => {
      const { orders } = await portfolio();
      expect(orders.edges[0]?.node).toMatchObject({ clientOrderId: 'patient', status: 'CANCELED' });
    });
  });

  it('is told the path of a value that does not fit, and nothing happens', async () => {
    const query = 'mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) { order { id } } }';
    const input = { symbol: 'AAPL', side: 'BUY', type: 'MARKET', qty: 1.5 };
    const { json, status } = await post(app, query, { variables: { input } });
    expect(status).toBe(200);
    expect(json.errors[0].message).toContain('at "input.qty"');
    expect(json.errors[0].extensions.code).toBe('BAD_USER_INPUT');
    expect((await portfolio()).orders.edges).toHaveLength(2);
  });

  it('refreshes with a token that no longer counts still attached', async () => {
    ada.signIn('eyJhbGciOiJIUzI1NiJ9.e30.bad');
    expect((await ada.ask(MeDocument)).errors).toMatchObject([
      { extensions: { code: 'UNAUTHENTICATED', reason: 'MALFORMED' } },
    ]);
    const { data, errors } = await ada.ask(RefreshDocument, { input: { refreshToken } });
    expect(errors).toEqual([]);
    ada.signIn(data!.refresh.session!.accessToken);
    expect((await ada.ask(MeDocument)).data?.me.username).toBe('Ada');
  });

  it('may not list users; an administrator may', async () => {
    expect((await ada.ask(UsersDocument, { first: 10 })).errors[0]?.extensions).toEqual({
      code: 'FORBIDDEN',
      permission: 'users:read',
    });
    const admin = createClient(app.url);
    const input = { email: 'admin@example.com', password: 'admin123' };
    const session = (await admin.ask(LoginDocument, { input })).data!.login.session!;
    admin.signIn(session.accessToken);
    secrets.push(session.accessToken, session.refreshToken);
    const { data } = await admin.ask(UsersDocument, { first: 10 });
    expect(data?.users.edges.map(({ node }) => node.username)).toContain('Ada');
  });

  it('leaves no secret in the log', async () => {
    await ada.ask(LoginDocument, { input: { email: 'Ada.L@Example.com', password: 'wrong guess 12' } });
    await ada.ask(RegisterDocument, { input: { username: 'Ada', email: 'ada.l@example.com', password } });
    const text = app.text();
    expect(text.split('\n').length).toBeGreaterThan(15);
    for (const secret of [...secrets, 'wrong guess 12', 'ada.l@example.com']) expect(text).not.toContain(secret);
  });
});

describe('the whole server', () => {
  it('is ready', async () => {
    const { status, json } = await send(`${app.url}/health/ready`);
    expect([status, json.checks]).toEqual([200, { database: 'up', venue: 'up' }]);
  });
});

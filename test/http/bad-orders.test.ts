import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { post, send, type TestAnswer } from './harness.ts';
import { type RealApp, startRealApp } from './real-app.ts';

/* What a client may get wrong about orders, as it meets it over HTTP, in GraphQL and in REST; nothing is changed by any of it. */

let app: RealApp;
beforeAll(async () => {
  app = await startRealApp({ PAPER_TICK_MS: '0' });
});
afterAll(() => app.close());

let customers = 0;
const customer = async () => {
  customers += 1;
  const username = `orders${customers}`;
  const input = { username, email: `${username}@example.com`, password: 'quiet-River-under-7-bridges' };
  const query = 'mutation ($input: RegisterInput!) { register(input: $input) { session { accessToken } } }';
  const token: string = (await post(app, query, { variables: { input } })).json.data.register.session.accessToken;
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const asked = (text: string, variables: Record<string, unknown>, more: Record<string, string> = {}) =>
    post(app, text, { variables, headers: { ...headers, ...more } });
  const graphql = async (text: string, variables: Record<string, unknown> = {}) => (await asked(text, variables)).json;
  const rest = (method: string, path: string, body?: object): Promise<TestAnswer> =>
    send(`${app.url}/api/v1/${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  await graphql('mutation { deposit(input: { amount: "100000" }) { userErrors { code } } }');
  const place = async (order: object): Promise<string> => {
    const text =
      'mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) { order { id } userErrors { code } } }';
    return (await graphql(text, { input: { symbol: 'MSFT', ...order } })).data.placeOrder.order.id;
  };
  const order = async (id: string) =>
    (await graphql('query ($id: ID!) { order(id: $id) { status qty filledQty limitPrice } }', { id })).data.order;
  const becomes = (id: string, shown: object) =>
    vi.waitFor(async () => expect(await order(id)).toMatchObject(shown), { timeout: 10_000 });
  const count = async (): Promise<number> =>
    (await graphql('{ orders(first: 100) { edges { node { id } } } }')).data.orders.edges.length;
  return { asked, graphql, rest, place, order, becomes, count };
};

test('a cancel, or a replacement, of a final order says that it is too late', async () => {
  const { graphql, rest, place, becomes } = await customer();
  const id = await place({ side: 'BUY', type: 'MARKET', qty: '1' });
  await becomes(id, { status: 'FILLED' });
  const cancel = 'mutation ($id: ID!) { cancelOrder(input: { id: $id }) { order { id } userErrors { code } } }';
  expect((await graphql(cancel, { id })).data.cancelOrder).toEqual({
    order: null,
    userErrors: [{ code: 'TOO_LATE_TO_CANCEL' }],
  });
  const answer = await rest('DELETE', `orders/${id}`);
  expect([answer.status, answer.json.code]).toEqual([409, 'TOO_LATE_TO_CANCEL']);
  const replaced = await rest('PATCH', `orders/${id}`, { qty: '2' });
  expect([replaced.status, replaced.json.code]).toEqual([409, 'TOO_LATE_TO_REPLACE']);
});

test('a replacement to what is filled, or to less, is refused with its field, and the order works on', async () => {
  const [buyer, seller] = [await customer(), await customer()];
  const bought = await seller.place({ side: 'BUY', type: 'MARKET', qty: '2' });
  await seller.becomes(bought, { status: 'FILLED' });
  const { bid } = (await buyer.graphql('{ quote(symbol: "MSFT") { bid } }')).data.quote;
  const limitPrice = (Number(bid) + 0.01).toFixed(2);
  const id = await buyer.place({ side: 'BUY', type: 'LIMIT', qty: '5', limitPrice });
  await buyer.becomes(id, { status: 'NEW' });
  await seller.place({ side: 'SELL', type: 'LIMIT', qty: '2', limitPrice });
  const shown = { status: 'PARTIALLY_FILLED', qty: '5', filledQty: '2' };
  await buyer.becomes(id, shown);
  const replace =
    'mutation ($input: ReplaceOrderInput!) { replaceOrder(input: $input) { order { id } userErrors { code field } } }';
  for (const qty of ['2', '1.9999', '0.0001']) {
    const refused = { order: null, userErrors: [{ code: 'INVALID_QUANTITY', field: ['qty'] }] };
    expect((await buyer.graphql(replace, { input: { id, qty } })).data.replaceOrder).toEqual(refused);
    const answer = await buyer.rest('PATCH', `orders/${id}`, { qty });
    expect([qty, answer.status, answer.json.code]).toEqual([qty, 422, 'INVALID_QUANTITY']);
  }
  expect(await buyer.order(id)).toMatchObject(shown);
});

test('a trailing stop takes another trail over REST, and nothing else: what is wrong is named', async () => {
  const { rest, place, becomes } = await customer();
  const bought = await place({ side: 'BUY', type: 'MARKET', qty: '1' });
  await becomes(bought, { status: 'FILLED' });
  const id = await place({ side: 'SELL', type: 'TRAILING_STOP', qty: '1', trailPercent: '50' });
  await becomes(id, { status: 'NEW' });
  const wrong: [object, number, string][] = [
    [{ stopPrice: '1' }, 422, 'stopPrice'],
    [{ limitPrice: '1' }, 422, 'limitPrice'],
    [{ trailPrice: '1' }, 422, 'trailPrice'],
    [{ trailPercent: '100' }, 422, 'trailPercent'],
    [{ trailPercent: 40 }, 400, 'trailPercent'],
    [{ trailPercent: '4e1' }, 400, 'trailPercent'],
  ];
  for (const [body, status, field] of wrong) {
    const { json, ...answer } = await rest('PATCH', `orders/${id}`, body);
    expect([body, answer.status, json.errors?.[0]?.field]).toEqual([body, status, field]);
  }
  await becomes(id, { status: 'NEW' });
  const answer = await rest('PATCH', `orders/${id}`, { trailPercent: '40' });
  expect([answer.status, answer.json.id, answer.json.trailPercent]).toEqual([200, id, '50']);
  await becomes(id, { status: 'REPLACED' });
  const next = (await rest('GET', `orders/${id}`)).json.replacedBy.id;
  const { trailPercent, status } = (await rest('GET', `orders/${next}`)).json;
  expect([trailPercent, status]).toEqual(['40', 'NEW']);
});

const entry = { symbol: 'MSFT', side: 'BUY', type: 'LIMIT', qty: '2', limitPrice: '10' };
const profit = { symbol: 'MSFT', side: 'SELL', type: 'LIMIT', qty: '2', limitPrice: '5000' };
const loss = { symbol: 'MSFT', side: 'SELL', type: 'STOP', qty: '2', stopPrice: '1' };
const sale = { symbol: 'MSFT', side: 'SELL', type: 'LIMIT', qty: '2', limitPrice: '60' };
const breakout = { symbol: 'MSFT', side: 'BUY', type: 'STOP', qty: '2', stopPrice: '600' };
const market = { symbol: 'MSFT', side: 'BUY', type: 'MARKET', qty: '2' };
const in_s = (seconds: number): string => new Date(Date.now() + seconds * 1_000).toISOString();

test.each([
  ['exits on the side of the entry', 'BRACKET', [entry, { ...profit, side: 'BUY' }, loss], 'orders.1.side'],
  ['a stop beyond the profit', 'BRACKET', [entry, profit, { ...loss, stopPrice: '6000' }], 'orders.2.stopPrice'],
  ['a profit below the entry', 'OTO', [entry, { ...profit, limitPrice: '9' }], 'orders.1.limitPrice'],
  [
    'a stop above the price of the entry',
    'BRACKET',
    [entry, profit, { ...loss, stopPrice: '10.01' }],
    'orders.2.stopPrice',
  ],
  ['a stop at the price of the entry', 'OTO', [entry, { ...loss, stopPrice: '10.00' }], 'orders.1.stopPrice'],
  ['a stop below what is sold', 'OTO', [sale, { ...loss, side: 'BUY', stopPrice: '59' }], 'orders.1.stopPrice'],
  ['a stop above where the entry begins', 'OTO', [breakout, { ...loss, stopPrice: '601' }], 'orders.1.stopPrice'],
  ['a profit below where the entry begins', 'OTO', [breakout, { ...profit, limitPrice: '599' }], 'orders.1.limitPrice'],
  [
    'a stop beyond the profit of a market entry',
    'BRACKET',
    [market, profit, { ...loss, stopPrice: '5001' }],
    'orders.2.stopPrice',
  ],
  [
    'an exit that expires before its entry',
    'OTO',
    [
      { ...entry, expiresAt: in_s(90) },
      { ...profit, expiresAt: in_s(60) },
    ],
    'orders.1.expiresAt',
  ],
  ['exits for more than the entry', 'BRACKET', [entry, { ...profit, qty: '3' }, loss], 'orders.1.qty'],
  ['another instrument', 'OTO', [entry, { ...profit, symbol: 'AAPL' }], 'orders.1.symbol'],
  ['a pair of which one is missing', 'OCO', [profit], 'orders'],
  ['an exit that cannot wait', 'OTO', [entry, { ...profit, timeInForce: 'IOC' }], 'orders.1.timeInForce'],
])('a list that contradicts itself is refused as a whole: %s', async (_, type, orders, field) => {
  const { graphql, rest, count } = await customer();
  const text = `mutation ($input: PlaceOrderListInput!) {
    placeOrderList(input: $input) { orderList { id } userErrors { code field } }
  }`;
  const { placeOrderList } = (await graphql(text, { input: { type, orders } })).data;
  expect(placeOrderList).toMatchObject({ orderList: null, userErrors: [{ field: field.split('.') }] });
  expect((await rest('POST', 'order-lists', { type, orders })).status).toBe(422);
  expect(await count()).toBe(0);
});

test('balances and positions of the future are refused, not invented', async () => {
  const { graphql, rest } = await customer();
  const asOf = new Date(Date.now() + 60_000).toISOString();
  for (const root of ['balances', 'positions']) {
    const { data, errors } = await graphql(`query ($asOf: DateTime) { ${root}(asOf: $asOf) { __typename } }`, { asOf });
    expect([data, errors[0].extensions.code, errors[0].message]).toEqual([
      ...[null, 'BAD_USER_INPUT', 'Argument "asOf" must not be in the future.'],
    ]);
  }
  const answer = await rest('GET', `positions?asOf=${encodeURIComponent(asOf)}`);
  expect(answer.status).toBe(400);
  expect((await rest('GET', 'positions?asOf=yesterday')).status).toBe(400);
});

test('an order until after the year 9999 is refused by its field, and keeps nobody else from trading', async () => {
  const { graphql, rest, count } = await customer();
  const text = 'mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) { order { id } userErrors { code } } }';
  const order = { symbol: 'MSFT', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', qty: '1', limitPrice: '1' };
  const late = { ...order, expiresAt: '9999-12-31T23:59:59-01:00' };
  const [refused, others] = await Promise.all([
    graphql(text, { input: late }),
    Promise.all(Array.from({ length: 5 }, () => graphql(text, { input: order }))),
  ]);
  expect(refused.errors[0]).toMatchObject({
    message: expect.stringMatching(/at "input\.expiresAt".*must be RFC 3339/s),
    extensions: { code: 'BAD_USER_INPUT' },
  });
  for (const { data } of others) expect(data.placeOrder.userErrors).toEqual([]);
  expect((await rest('POST', 'orders', late)).status).toBe(400);
  expect(await count()).toBe(5);
  const last = await graphql(text, { input: { ...order, expiresAt: '9999-12-31T23:59:59.999Z' } });
  expect(last.data.placeOrder.userErrors).toEqual([]);
});

test('one Idempotency-Key does not stand for two mutations of a document', async () => {
  const { asked, count } = await customer();
  const input = { symbol: 'MSFT', side: 'BUY', type: 'LIMIT', qty: '1', limitPrice: '1' };
  const shown = '{ order { id } userErrors { code } }';
  const key = { 'idempotency-key': 'two' };
  const text = (second: string) => `mutation ($input: PlaceOrderInput!, $other: PlaceOrderInput!) {
    one: placeOrder(input: $input) ${shown}
    ${second}
  } fragment More on Mutation { other: placeOrder(input: $other) ${shown} }`;
  const send = (second: string, other: object, headers: Record<string, string> = key) =>
    asked(text(second), { input, other }, headers);
  for (const second of [`two: placeOrder(input: $other) ${shown} ...More`, '...More', '... on Mutation { ...More }']) {
    const refused = await send(second, input);
    expect([second, refused.status, refused.json.errors[0].extensions.code]).toEqual([second, 400, 'BAD_REQUEST']);
    expect(refused.json.errors[0].message).toContain('Idempotency-Key');
  }
  expect(await count()).toBe(0);
  // The header stands for the one that has no key of its own, and where none but one runs there is nothing to confuse.
  const own = await send('...More', { ...input, idempotencyKey: 'own' });
  expect(own.json.data.one.order.id).not.toBe(own.json.data.other.order.id);
  const skipped = await send('...More @skip(if: true)', input);
  expect(skipped.json.data.one.order.id).toBe(own.json.data.one.order.id);
  const unkeyed = await send('...More', input, {});
  expect(unkeyed.json.data.one.order.id).not.toBe(unkeyed.json.data.other.order.id);
  expect(await count()).toBe(4);
});

test('one Idempotency-Key knows what variables are when they are not given', async () => {
  const { asked, count } = await customer();
  const key = { 'idempotency-key': 'by-default' };
  const either = 'mutation ($s: Boolean = true) { one: OUT @skip(if: $s) IN two: OUT @include(if: $s) IN }';
  const cancel = either.replaceAll('OUT', 'cancelAllOrders(input: {})').replaceAll('IN', '{ result { asked } }');
  for (const variables of [{}, { s: true }, { s: false }]) {
    const { json } = await asked(cancel, variables, key);
    expect(Object.keys(json.data)).toEqual([variables.s === false ? 'one' : 'two']);
  }
  const order = 'symbol: "MSFT", side: BUY, type: LIMIT, qty: "1", limitPrice: "1"';
  const placed = (definition: string) => `mutation (${definition}) {
    one: placeOrder(input: { ${order} }) { order { id } }
    two: placeOrder(input: { ${order}, idempotencyKey: $own }) { order { id } }
  }`;
  const { json } = await asked(placed('$own: String = "own"'), {}, key);
  expect(json.data.one.order.id).not.toBe(json.data.two.order.id);
  const refused = await asked(placed('$own: String = "own"'), { own: null }, key);
  expect(refused.json.errors[0].extensions.code).toBe('BAD_REQUEST');
  expect(await count()).toBe(2);
});

test('the Idempotency-Key counts for a cancel of all orders and for the dead-man’s switch', async () => {
  const { asked } = await customer();
  const key = { 'idempotency-key': 'again' };
  for (const text of [
    'mutation { cancelAllOrders(input: {}) { result { asked left } } }',
    'mutation { cancelAllAfter(input: { seconds: 60 }) { deadline { now cancelsAt } } }',
  ]) {
    const first = await asked(text, {}, key);
    const again = await asked(text, {}, key);
    expect(again.json.data).toEqual(first.json.data);
    expect([first, again].map(({ headers }) => headers['idempotent-replayed'])).toEqual([undefined, 'true']);
  }
});

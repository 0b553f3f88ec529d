import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../src/database/connect.ts';
import { send, type TestAnswer } from '../http/harness.ts';
import { type RealApp, startRealApp } from '../http/real-app.ts';

let app: RealApp;
let token: string;

const ask = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<TestAnswer> =>
  send(`${app.url}${path}`, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });

const graphql = async (query: string): Promise<Record<string, never>> =>
  (await ask('POST', '/graphql', { query })).json.data;

beforeAll(async () => {
  app = await startRealApp({ DEMO_DATA: 'true', PAPER_TICK_MS: '0', REST_FACES: 'native' });
  const login = 'login(input: { email: "user@example.com", password: "user123" })';
  const data = (await graphql(`mutation { ${login} { session { accessToken } } }`)) as never as {
    login: { session: { accessToken: string } };
  };
  token = data.login.session.accessToken;
});
afterAll(() => app.close());

const order = { symbol: 'AAPL', side: 'BUY', type: 'LIMIT', qty: '1', limitPrice: '10' };

describe('an order over REST', () => {
  it('is made, found at its address, listed and cancelled', async () => {
    const placed = await ask('POST', '/api/v1/orders', order);
    expect(placed.status).toBe(201);
    expect(placed.json).toMatchObject({ ...order, filledQty: '0', account: { id: expect.any(String) } });
    const { location } = placed.headers;
    expect(location).toBe(`/api/v1/orders/${placed.json.id}`);
    const found = await ask('GET', location!);
    expect(found.json).toMatchObject({ id: placed.json.id, fills: [] });
    const listed = await ask('GET', '/api/v1/orders?symbol=AAPL&status=NEW,PENDING_NEW&first=5');
    expect(listed.json.items.map(({ id }: { id: string }) => id)).toContain(placed.json.id);
    const canceled = await ask('DELETE', location!);
    expect([canceled.status, canceled.json.id]).toEqual([200, placed.json.id]);
  });

  it('with one key is made once', async () => {
    const headers = { 'idempotency-key': 'rest-1' };
    const [first, second] = [
      await ask('POST', '/api/v1/orders', order, headers),
      await ask('POST', '/api/v1/orders', order, headers),
    ];
    expect(second.json).toEqual(first.json);
    expect(second.headers['idempotent-replayed']).toBe('true');
    const other = await ask('POST', '/api/v1/orders', { ...order, qty: '2' }, headers);
    expect([other.status, other.json.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
  });

  it('is told when to ask again while the first with its key is in progress', async () => {
    const rival = await connect(app.databaseUrl);
    await rival.query('BEGIN');
    await rival.query('SELECT FROM accounts FOR UPDATE');
    const send = () => ask('POST', '/api/v1/deposits', { amount: '1' }, { 'idempotency-key': 'rest-slow' });
    const first = send();
    const second = await send();
    expect([second.status, second.json.code]).toEqual([409, 'IDEMPOTENCY_IN_PROGRESS']);
    expect(second.headers['retry-after']).toBe('1');
    await rival.query('ROLLBACK');
    await rival.end();
    expect((await first).status).toBe(201);
  });

  it('several with one key are made once, and its key is no other request’s', async () => {
    const headers = { 'idempotency-key': 'rest-many' };
    const many = (...orders: object[]) => ask('POST', '/api/v1/orders/batch', { orders }, headers);
    const first = await many(order, order);
    expect([first.status, first.headers['idempotent-replayed']]).toEqual([200, undefined]);
    const again = await many(order, order);
    expect([again.json, again.headers['idempotent-replayed']]).toEqual([first.json, 'true']);
    const longer = await many(order, order, order);
    expect([longer.status, longer.json.code, longer.headers['idempotent-replayed']]).toEqual([
      ...[422, 'IDEMPOTENCY_KEY_REUSED', undefined],
    ]);
    expect(longer.json.errors).toMatchObject([{ field: 'idempotencyKey' }]);
  });

  it('has the status of its failure, and says which field', async () => {
    const refused = await ask('POST', '/api/v1/orders', { ...order, qty: '-1' });
    expect(refused.status).toBe(422);
    expect(refused.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(refused.json).toMatchObject({
      type: '/api/errors/INVALID_QUANTITY',
      title: 'Unprocessable Entity',
      status: 422,
      instance: '/api/v1/orders',
      code: 'INVALID_QUANTITY',
      request_id: refused.headers['x-request-id'],
      errors: [{ field: 'qty', code: 'INVALID_QUANTITY' }],
    });
  });

  it('pages by cursors, in the body and in Link', async () => {
    for (let count = 0; count < 3; count += 1) await ask('POST', '/api/v1/orders', { ...order, limitPrice: '9' });
    const first = await ask('GET', '/api/v1/orders?first=2&symbol=AAPL');
    expect(first.json.items).toHaveLength(2);
    const [, next] = /<([^>]+)>; rel="next"/.exec(first.headers.link as string) ?? [];
    expect(next).toContain(`after=${encodeURIComponent(first.json.nextCursor)}`);
    const second = await ask('GET', next!);
    expect(second.json.items[0].id).not.toBe(first.json.items[1].id);
    const [, previous] = /<([^>]+)>; rel="prev"/.exec(second.headers.link as string) ?? [];
    const idsOf = ({ json }: TestAnswer): string[] => json.items.map(({ id }: { id: string }) => id);
    expect(idsOf(await ask('GET', previous!))).toEqual(idsOf(first));
  });
});

describe('a read over REST', () => {
  it('is answered with 304 to who has it', async () => {
    const first = await ask('GET', '/api/v1/orders?first=1');
    const again = await ask('GET', '/api/v1/orders?first=1', undefined, { 'if-none-match': first.headers.etag! });
    expect([again.status, again.text, again.headers.etag]).toEqual([304, '', first.headers.etag]);
    const other = await ask('GET', '/api/v1/orders?first=2', undefined, { 'if-none-match': first.headers.etag! });
    expect(other.status).toBe(200);
  });

  it('may be asked for its head alone', async () => {
    const head = await ask('HEAD', '/api/v1/orders?first=1');
    expect([head.status, head.text]).toEqual([200, '']);
    expect(Number(head.headers['content-length'])).toBeGreaterThan(10);
  });
});

describe('a request that does not fit', () => {
  it.each<[string, string, string, unknown, Record<string, string>, number, string, string[]]>([
    ['no token', 'GET', '/api/v1/orders', undefined, { authorization: '' }, 401, 'UNAUTHENTICATED', []],
    ['a parameter that is none', 'GET', '/api/v1/orders?x=1', undefined, {}, 400, 'BAD_USER_INPUT', ['x']],
    [
      'a parameter given twice',
      'GET',
      '/api/v1/orders?first=1&first=2',
      undefined,
      {},
      400,
      'BAD_USER_INPUT',
      ['first'],
    ],
    ['a number that is none', 'GET', '/api/v1/orders?first=ten', undefined, {}, 400, 'BAD_USER_INPUT', ['first']],
    ['a page that is too large', 'GET', '/api/v1/orders?first=101', undefined, {}, 400, 'BAD_USER_INPUT', ['first']],
    [
      'too many statuses',
      'GET',
      `/api/v1/orders?status=${'NEW,'.repeat(1_000)}NEW`,
      undefined,
      {},
      400,
      'BAD_USER_INPUT',
      ['status'],
    ],
    ['an unknown status', 'GET', '/api/v1/orders?status=OLD', undefined, {}, 400, 'BAD_USER_INPUT', ['status.0']],
    ['an unknown order', 'GET', '/api/v1/orders/nothing', undefined, {}, 404, 'NOT_FOUND', []],
    ['an unknown path', 'GET', '/api/v1/nothing', undefined, {}, 404, 'NOT_FOUND', []],
    ['a slash at the end', 'GET', '/api/v1/orders/', undefined, {}, 404, 'NOT_FOUND', []],
    ['no body', 'POST', '/api/v1/orders', undefined, {}, 400, 'BAD_USER_INPUT', ['side', 'symbol', 'type']],
    ['a field that is none', 'POST', '/api/v1/orders', { ...order, extra: 1 }, {}, 400, 'BAD_USER_INPUT', ['extra']],
    ['a number for a decimal', 'POST', '/api/v1/orders', { ...order, qty: 1 }, {}, 400, 'BAD_USER_INPUT', ['qty']],
    ['a list', 'POST', '/api/v1/orders', [order], {}, 400, 'BAD_USER_INPUT', ['body']],
    ['malformed JSON', 'POST', '/api/v1/orders', '{', {}, 400, 'BAD_REQUEST', []],
    [
      'a form',
      'POST',
      '/api/v1/orders',
      'a=b',
      { 'content-type': 'application/x-www-form-urlencoded' },
      415,
      'UNSUPPORTED_MEDIA_TYPE',
      [],
    ],
    [
      'a body that is too large',
      'POST',
      '/api/v1/orders',
      { ...order, symbol: 'x'.repeat(200_000) },
      {},
      413,
      'PAYLOAD_TOO_LARGE',
      [],
    ],
    ['a body on a GET', 'GET', '/api/v1/orders', {}, { 'content-length': '2' }, 400, 'BAD_REQUEST', []],
    [
      'another method in a header',
      'POST',
      '/api/v1/orders',
      order,
      { 'x-http-method-override': 'DELETE' },
      400,
      'BAD_REQUEST',
      [],
    ],
    ['a key with spaces', 'POST', '/api/v1/orders', order, { 'idempotency-key': 'a b' }, 400, 'BAD_REQUEST', []],
  ])('is refused as a problem: %s', async (_what, method, path, body, headers, status, code, fields) => {
    const answer = await ask(method, path, body, headers);
    expect([answer.status, answer.json.code]).toEqual([status, code]);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect((answer.json.errors ?? []).map(({ field }: { field: string }) => field).sort()).toEqual(fields);
    expect(answer.json.status).toBe(status);
  });

  it('is told which methods the path takes', async () => {
    const answer = await ask('PUT', '/api/v1/orders', order);
    expect([answer.status, answer.json.code]).toEqual([405, 'METHOD_NOT_ALLOWED']);
    expect(answer.headers.allow).toBe('GET, POST, HEAD, OPTIONS');
    const options = await ask('OPTIONS', '/api/v1/orders');
    expect([options.status, options.headers.allow]).toEqual([204, 'GET, POST, HEAD, OPTIONS']);
  });
});

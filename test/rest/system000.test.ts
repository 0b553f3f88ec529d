import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { send, type TestAnswer } from '../http/harness.ts';
import { type RealApp, startRealApp } from '../http/real-app.ts';

/* The ten routes of the secure financial API gateway, as its clients call them. */

let app: RealApp;
beforeAll(async () => {
  app = await startRealApp({ DEMO_DATA: 'true', PAPER_TICK_MS: '0', RATE_LIMIT_REQUESTS_PER_MINUTE: '1000' });
});
afterAll(() => app.close());

const ask = (
  method: string,
  path: string,
  body?: object | string,
  headers: Record<string, string> = {},
): Promise<TestAnswer> =>
  send(`${app.url}${path}`, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const tokenOf = async (email: string, password: string): Promise<string> =>
  (await ask('POST', '/api/v1/auth/login', { email, password })).json.access_token;

const pair = {
  access_token: expect.any(String),
  refresh_token: expect.any(String),
  token_type: 'bearer',
  expires_in: 1800,
};

describe('a client of the gateway', () => {
  it('registers, signs in and gets token pairs', async () => {
    const john = { username: 'john_doe', email: 'john@example.com', password: 'SecurePassword123' };
    const made = await ask('POST', '/api/v1/auth/register', { ...john, is_admin: true });
    expect([made.status, made.json]).toEqual([201, pair]);
    expect(Object.keys(made.json)).toEqual(['access_token', 'refresh_token', 'token_type', 'expires_in']);
    const again = await ask('POST', '/api/v1/auth/register', { ...john, username: 'other' });
    expect([again.status, again.json]).toEqual([409, { detail: 'Email already registered' }]);
    const login = await ask('POST', '/api/v1/auth/login', { email: john.email, password: john.password });
    expect([login.status, login.json]).toEqual([200, pair]);
    const me = await ask('GET', '/api/v1/auth/me', undefined, bearer(login.json.access_token));
    expect(me.json).toEqual({ user_id: 3, username: 'john_doe', email: 'john@example.com', is_admin: false });
    const refreshed = await ask('POST', '/api/v1/auth/refresh', { refresh_token: login.json.refresh_token });
    expect([refreshed.status, refreshed.json]).toEqual([200, pair]);
    const out = await ask('POST', '/api/v1/auth/logout', undefined, bearer(refreshed.json.access_token));
    expect([out.status, out.json]).toEqual([200, { message: 'Successfully logged out', user_id: 3 }]);
    const after = await ask('GET', '/api/v1/auth/me', undefined, bearer(refreshed.json.access_token));
    expect([after.status, after.json]).toEqual([401, { detail: 'Could not validate credentials' }]);
    expect(after.headers['www-authenticate']).toBe('Bearer');
  });

  it.each([
    ['a wrong password', { email: 'user@example.com', password: 'wrong-password' }],
    ['nobody', { email: 'nobody@example.com', password: 'wrong-password' }],
  ])('is told the same of %s', async (_who, body) => {
    const answer = await ask('POST', '/api/v1/auth/login', body);
    expect([answer.status, answer.json]).toEqual([401, { detail: 'Invalid email or password' }]);
    expect(answer.headers['www-authenticate']).toBeUndefined();
  });

  it('sees the profile, its orders and, as an admin, the users', async () => {
    const user = bearer(await tokenOf('user@example.com', 'user123'));
    const flat = { user_id: 2, username: 'user', email: 'user@example.com', is_admin: false };
    const profile = await ask('GET', '/api/v1/users/profile', undefined, user);
    const { iat, exp, ...claims } = profile.json.user;
    expect({ ...profile.json, user: claims }).toEqual({ user: { ...flat, type: 'access' }, ...flat });
    expect([exp - iat, Number.isInteger(iat)]).toEqual([1_800, true]);
    const empty = await ask('GET', '/api/v1/trading/orders', undefined, user);
    expect(empty.json).toEqual({ orders: [], total: 0, user_id: 2, message: 'No orders found.' });
    const order = { symbol: 'AAPL', side: 'BUY', type: 'LIMIT', qty: '1', limitPrice: '10' };
    await ask('POST', '/api/v1/orders', order, user);
    const orders = await ask('GET', '/api/v1/trading/orders', undefined, user);
    expect(orders.json).toMatchObject({ orders: [{ symbol: 'AAPL', quantity: '1' }], total: 1, user_id: 2 });
    for (const symbol of ['MSFT', 'KO']) await ask('POST', '/api/v1/orders', { ...order, symbol }, user);
    const walked: string[] = [];
    for (let path: string | undefined = '/api/v1/trading/orders?first=1'; path !== undefined; ) {
      const page = await ask('GET', path, undefined, user);
      expect([page.json.total, page.json.orders.length]).toEqual([3, 1]);
      walked.push(page.json.orders[0].symbol);
      path = /^<(.*)>; rel="next"$/.exec(String(page.headers.link ?? ''))?.[1];
    }
    expect(walked).toEqual(['KO', 'MSFT', 'AAPL']);
    const refused = await ask('GET', '/api/v1/admin/users', undefined, user);
    expect([refused.status, refused.json]).toEqual([403, { detail: 'Admin access required' }]);
    const admin = bearer(await tokenOf('admin@example.com', 'admin123'));
    const users = await ask('GET', '/api/v1/admin/users', undefined, admin);
    expect(users.json).toMatchObject({ admin: 'admin', total: users.json.users.length });
    expect(users.json.users).toContainEqual({ ...flat, is_active: true });
    const oneUser = await ask('GET', '/api/v1/admin/users?first=1', undefined, admin);
    expect([oneUser.json.users.length, oneUser.json.total]).toEqual([1, users.json.total]);
    expect(oneUser.headers.link).toMatch(/^<\/api\/v1\/admin\/users\?first=1&after=[\w-]+>; rel="next"$/);
  });

  it.each([
    [{}, 403, 'Not authenticated'],
    [{ authorization: 'Bearer' }, 403, 'Not authenticated'],
    [{ authorization: 'Basic abc' }, 403, 'Invalid authentication credentials'],
    [{ authorization: 'Bearer abc' }, 401, 'Could not validate credentials'],
  ])('with %j is refused', async (headers, status, detail) => {
    for (const path of ['/api/v1/auth/me', '/api/v1/users/profile', '/api/v1/trading/orders', '/api/v1/admin/users']) {
      const answer = await ask('GET', path, undefined, headers as Record<string, string>);
      expect([path, answer.status, answer.json]).toEqual([path, status, { detail }]);
    }
  });

  it.each<[string, object | string, object[]]>([
    [
      'a missing field',
      { email: 'a@example.com', password: 'long enough password' },
      [{ type: 'missing', loc: ['body', 'username'], msg: 'Field required' }],
    ],
    [
      'a field of another type',
      { username: 1, email: 'a@example.com', password: 'long enough password' },
      [{ type: 'string_type', loc: ['body', 'username'] }],
    ],
    [
      'a short password',
      { username: 'ann', email: 'ann@example.com', password: 'short' },
      [{ type: 'string_too_short', loc: ['body', 'password'] }],
    ],
    [
      'a bad address',
      { username: 'ann', email: 'ann', password: 'a long enough password' },
      [{ type: 'value_error', loc: ['body', 'email'] }],
    ],
    [
      'names that are too short and too long',
      { username: 'ab', email: 'ann@example.com', password: 'a long enough password' },
      [
        {
          type: 'string_too_short',
          loc: ['body', 'username'],
          msg: 'String should have at least 3 characters',
          ctx: { min_length: 3 },
        },
      ],
    ],
    [
      'everything at once',
      { username: 'x'.repeat(51), email: 'ann' },
      [
        { type: 'string_too_long', msg: 'String should have at most 50 characters', ctx: { max_length: 50 } },
        {
          type: 'value_error',
          loc: ['body', 'email'],
          msg: 'value is not a valid email address: An email address must have an @-sign.',
          ctx: { reason: 'An email address must have an @-sign.' },
        },
        { type: 'missing', loc: ['body', 'password'], msg: 'Field required' },
      ],
    ],
    ['no JSON', '{', [{ type: 'json_invalid', loc: ['body'], msg: 'JSON decode error' }]],
    ['a list', '[]', [{ type: 'model_attributes_type', loc: ['body'] }]],
  ])('gets the list of what is wrong: %s', async (_what, body, detail) => {
    const answer = await ask('POST', '/api/v1/auth/register', body);
    expect(answer.status).toBe(422);
    expect(answer.json.detail).toMatchObject(detail);
    expect(answer.text).not.toMatch(/"short"|long enough/);
  });

  it('with one kind of token where the other belongs is told so', async () => {
    const { json } = await ask('POST', '/api/v1/auth/login', { email: 'user@example.com', password: 'user123' });
    const wrong = { detail: 'Invalid token type' };
    const asAccess = await ask('GET', '/api/v1/auth/me', undefined, bearer(json.refresh_token));
    expect([asAccess.status, asAccess.json]).toEqual([401, wrong]);
    expect(asAccess.headers['www-authenticate']).toBe('Bearer');
    const asRefresh = await ask('POST', '/api/v1/auth/refresh', { refresh_token: json.access_token });
    expect([asRefresh.status, asRefresh.json]).toEqual([401, wrong]);
    expect(asRefresh.headers['www-authenticate']).toBeUndefined();
  });

  it('finds the domain of its address in small letters', async () => {
    const lara = { username: 'lara', email: 'Lara@Example.COM', password: 'SecurePassword123' };
    const { json } = await ask('POST', '/api/v1/auth/register', lara);
    const me = await ask('GET', '/api/v1/auth/me', undefined, bearer(json.access_token));
    expect(me.json.email).toBe('Lara@example.com');
    const again = { ...lara, username: 'lara2', email: 'lara@example.com' };
    expect((await ask('POST', '/api/v1/auth/register', again)).status).toBe(409);
  });

  it('that sends nothing is told that the body is missing', async () => {
    const answer = await ask('POST', '/api/v1/auth/login');
    const detail = [{ type: 'missing', loc: ['body'], msg: 'Field required' }];
    expect([answer.status, answer.json]).toEqual([422, { detail }]);
  });

  it.each([
    [{ email: 'user', password: 'user123' }, 'email'],
    [{ email: 'user@example.com', password: 'user1' }, 'password'],
  ])('signs in with an address and six characters at least, not with %j', async (body, name) => {
    const answer = await ask('POST', '/api/v1/auth/login', body);
    expect([answer.status, answer.json.detail]).toMatchObject([422, [{ loc: ['body', name] }]]);
  });

  it('finds the headers that it looks for', async () => {
    const { headers } = await ask('GET', '/api/v1/auth/me');
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'x-xss-protection': '1; mode=block',
      'x-circuit-breaker-state': 'closed',
      'x-request-id': expect.any(String),
      'x-ratelimit-limit': expect.any(String),
      'x-ratelimit-remaining': expect.any(String),
      'x-ratelimit-reset': expect.any(String),
    });
    expect(Number(headers['x-process-time'])).toBeGreaterThanOrEqual(0);
  });

  it.each([
    ['GET', '/api/v1/nothing', 404, 'Not Found'],
    ['PUT', '/api/v1/auth/me', 405, 'Method Not Allowed'],
    ['GET', '/api/v1/auth/login', 405, 'Method Not Allowed'],
    ['GET', '/nothing', 404, 'Not Found'],
    ['POST', '/nothing', 404, 'Not Found'],
    ['POST', '/api/docs', 405, 'Method Not Allowed'],
    ['PUT', '/api/openapi.json', 405, 'Method Not Allowed'],
  ])('%s %s is told', async (method, path, status, detail) => {
    const answer = await ask(method, path);
    expect([answer.status, answer.json]).toEqual([status, { detail }]);
  });
});

describe('a client of the auth API', () => {
  it('signs in with a form on the same path', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await ask(
      'POST',
      '/api/v1/auth/login',
      'grant_type=password&username=user&password=user123',
      headers,
    );
    expect([answer.status, answer.json]).toEqual([200, { access_token: expect.any(String), token_type: 'bearer' }]);
    const me = await ask('GET', '/api/v1/users/me', undefined, bearer(answer.json.access_token));
    expect(me.json).toMatchObject({ email: 'user@example.com', username: 'user', id: 2, is_active: true });
    const wrong = await ask('POST', '/api/v1/auth/login', 'username=user&password=wrong', headers);
    expect([wrong.status, wrong.json]).toEqual([401, { detail: 'Incorrect username or password' }]);
    expect(wrong.headers['www-authenticate']).toBe('Bearer');
  });

  it('registers below its own base, where the gateway has the same path', async () => {
    const body = { email: 'eve@example.com', username: 'eve', password: 'a long enough password' };
    const made = await ask('POST', '/002/api/v1/auth/register', body);
    expect([made.status, made.json]).toMatchObject([
      201,
      { email: 'eve@example.com', username: 'eve', is_active: true },
    ]);
    const again = await ask('POST', '/002/api/v1/auth/register', { ...body, username: 'eve2' });
    expect([again.status, again.json]).toEqual([400, { detail: 'Email already registered' }]);
    const name = await ask('POST', '/002/api/v1/auth/register', { ...body, email: 'eve2@example.com' });
    expect([name.status, name.json]).toEqual([400, { detail: 'Username already taken' }]);
    expect((await ask('GET', '/002/api/v1/users/me')).json).toEqual({ detail: 'Not authenticated' });
  });
});

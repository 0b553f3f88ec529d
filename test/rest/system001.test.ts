import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { send, type TestAnswer } from '../http/harness.ts';
import { type RealApp, startRealApp } from '../http/real-app.ts';

/* The REST framework, below /001, as its clients call it. */

const METRICS_TOKEN = 'a-token-for-the-counters';
let app: RealApp;
let admin: Record<string, string>;
let user: Record<string, string>;
beforeAll(async () => {
  app = await startRealApp({ DEMO_DATA: 'true', PAPER_TICK_MS: '0', METRICS_TOKEN });
  admin = await signedIn('admin@example.com', 'admin123');
  user = await signedIn('user@example.com', 'user123');
});
afterAll(() => app.close());

const ask = (method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<TestAnswer> =>
  send(`${app.url}/001${path}`, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const signedIn = async (email: string, password: string) =>
  bearer((await ask('POST', '/api/v1/auth/login', { email, password })).json.data.access_token);

const password = 'a long enough Password 1';
const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
const uuid = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
const enveloped = (data: unknown, status_code = 200) => ({
  data,
  message: 'Success',
  status_code,
  timestamp: time,
  request_id: null,
});
const titles: Record<number, string> = { 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found', 409: 'Conflict' };
const problem = (status: number, detail: string) => ({
  type: 'about:blank',
  title: titles[status] ?? expect.any(String),
  status,
  detail,
  instance: expect.stringMatching(/^\/001\//),
  timestamp: time,
});
const invalid = (...errors: [field: string, code: string][]) => ({
  type: 'https://tools.ietf.org/html/rfc7807#section-3.1',
  title: 'Validation Error',
  status: 422,
  detail: expect.any(String),
  instance: expect.stringMatching(/^\/001\//),
  errors: errors.map(([field, code]) => ({ field, message: expect.any(String), code })),
  timestamp: time,
});
const told = ({ status, json, headers }: TestAnswer) => {
  expect(headers['content-type']).toMatch(status < 400 ? /^application\/json/ : /^application\/problem\+json/);
  return [status, json];
};
const tokens = {
  access_token: expect.any(String),
  token_type: 'bearer',
  expires_in: 1800,
  refresh_token: expect.any(String),
};
const record = {
  id: uuid,
  email: expect.any(String),
  username: expect.any(String),
  display_name: expect.any(String),
  is_active: true,
  is_verified: false,
  created_at: time,
  updated_at: time,
  last_login_at: null,
};

describe('signing in', () => {
  const ann = { email: 'ann.lee@example.com', password, display_name: 'Ann Lee' };
  const shown = {
    id: uuid,
    email: ann.email,
    display_name: 'Ann Lee',
    is_active: true,
    roles: ['user'],
    created_at: time,
  };

  it('registers, tells who one is, refreshes and signs out for good', async () => {
    expect(told(await ask('POST', '/api/v1/auth/register', ann))).toEqual([201, enveloped(shown, 201)]);
    const again = await ask('POST', '/api/v1/auth/register', ann);
    expect(told(again)).toEqual([409, problem(409, 'Email already registered')]);
    const login = await ask('POST', '/api/v1/auth/login', { email: ann.email, password });
    expect(told(login)).toEqual([200, enveloped(tokens)]);
    const { access_token, refresh_token } = login.json.data;
    expect(told(await ask('GET', '/api/v1/auth/me', undefined, bearer(access_token)))).toEqual([200, enveloped(shown)]);
    const fresh = await ask('POST', '/api/v1/auth/refresh', { refresh_token });
    expect(told(fresh)).toEqual([200, enveloped(tokens)]);
    expect(fresh.json.data.refresh_token).not.toBe(refresh_token);
    const headers = bearer(fresh.json.data.access_token);
    const out = await ask('POST', '/api/v1/auth/logout', undefined, headers);
    expect([out.status, out.text]).toEqual([204, '']);
    const after = await ask('GET', '/api/v1/auth/me', undefined, headers);
    expect(told(after)).toEqual([401, problem(401, 'Invalid token')]);
    const late = await ask('POST', '/api/v1/auth/refresh', { refresh_token: fresh.json.data.refresh_token });
    expect(late.status).toBe(401);
  });

  it('revokes every session at once', async () => {
    const [one, other] = [await signedIn(ann.email, password), await signedIn(ann.email, password)];
    expect((await ask('POST', '/api/v1/auth/logout-all', undefined, one)).status).toBe(204);
    for (const headers of [one, other])
      expect((await ask('GET', '/api/v1/auth/me', undefined, headers)).status).toBe(401);
  });

  it.each([
    ['a wrong password', { email: ann.email, password: 'wrong wrong wrong' }],
    ['nobody', { email: 'nobody@example.com', password }],
  ])('is told the same of %s', async (_who, body) => {
    const answer = await ask('POST', '/api/v1/auth/login', body);
    expect(told(answer)).toEqual([401, problem(401, 'Invalid email or password')]);
  });

  it('is told that an operator shut it out', async () => {
    const made = await ask('POST', '/api/v1/users', { email: 'out@example.com', password }, admin);
    const query = 'mutation ($id: ID!) { suspendUser(input: { userId: $id, reason: "test" }) { user { id } } }';
    const body = JSON.stringify({ query, variables: { id: made.json.id } });
    await send(`${app.url}/graphql`, {
      method: 'POST',
      headers: { ...admin, 'content-type': 'application/json' },
      body,
    });
    const answer = await ask('POST', '/api/v1/auth/login', { email: 'out@example.com', password });
    expect(told(answer)).toEqual([403, problem(403, 'Account is deactivated')]);
  });

  it.each<[object, [string, string][]]>([
    [
      {},
      [
        ['email', 'missing'],
        ['password', 'missing'],
        ['display_name', 'missing'],
      ],
    ],
    [{ ...ann, email: 1 }, [['email', 'string_type']]],
    [
      { ...ann, email: 'ann', password: 'short', display_name: '' },
      [
        ['email', 'value_error'],
        ['password', 'string_too_short'],
        ['display_name', 'string_too_short'],
      ],
    ],
  ])('lists what does not fit: %j', async (body, errors) => {
    const answer = await ask('POST', '/api/v1/auth/register', body);
    expect(told(answer)).toEqual([422, invalid(...errors)]);
    expect(answer.text).not.toContain('"short"');
  });

  it.each<[Record<string, string>, number, object]>([
    [{}, 422, invalid(['Authorization', 'missing'])],
    [{ authorization: 'Basic abc' }, 401, problem(401, 'Invalid authorization header')],
    [{ authorization: 'Bearer' }, 401, problem(401, 'Invalid authorization header')],
    [bearer('abc'), 401, problem(401, 'Invalid token')],
  ])('refuses %j on every route that asks who it is', async (headers, status, body) => {
    for (const [method, path] of [
      ['GET', '/api/v1/auth/me'],
      ['POST', '/api/v1/auth/logout'],
      ['GET', '/api/v1/users'],
      ['DELETE', '/api/v1/users/1'],
    ] as const) {
      const answer = await ask(method, path, undefined, headers);
      expect([path, ...told(answer)]).toEqual([path, status, body]);
      if (status === 401) expect(answer.headers['www-authenticate']).toBe('Bearer');
    }
  });
});

describe('users', () => {
  it('are made, read, changed and deleted by an administrator', async () => {
    const given = { email: 'new.one@example.com', password, username: 'new_one', display_name: 'New One' };
    const made = await ask('POST', '/api/v1/users', given, admin);
    const { password: _, ...names } = given;
    expect(told(made)).toEqual([201, { ...record, ...names }]);
    expect(made.headers.location).toBe(`/001/api/v1/users/${made.json.id}`);
    const path = `/api/v1/users/${made.json.id}`;
    expect(told(await ask('GET', path, undefined, admin))).toEqual([200, made.json]);
    const changed = await ask('PATCH', path, { username: 'renamed', display_name: 'Renamed', is_active: true }, admin);
    const expected = { ...made.json, username: 'renamed', display_name: 'Renamed', updated_at: time };
    expect(told(changed)).toEqual([200, expected]);
    await ask('POST', '/api/v1/auth/login', { email: given.email, password });
    expect((await ask('GET', path, undefined, admin)).json.last_login_at).toEqual(time);
    const gone = await ask('DELETE', path, undefined, admin);
    expect([gone.status, gone.text]).toEqual([204, '']);
    expect((await ask('GET', path, undefined, admin)).json.is_active).toBe(false);
    const again = await ask('DELETE', path, undefined, admin);
    expect(told(again)).toEqual([404, problem(404, `User ${made.json.id} not found`)]);
  });

  it('get a name from their address, and are refused where it is taken or the password is weak', async () => {
    const made = await ask('POST', '/api/v1/users', { email: 'only.mail@example.com', password }, admin);
    expect(made.json).toEqual({ ...record, username: expect.stringMatching(/^only/), email: 'only.mail@example.com' });
    expect(made.json.display_name).toBe(made.json.username);
    const again = await ask('POST', '/api/v1/users', { email: 'ONLY.mail@example.com', password }, admin);
    expect(told(again)).toEqual([409, problem(409, 'Email already registered')]);
    const weak = await ask('POST', '/api/v1/users', { email: 'weak@example.com', password: 'short' }, admin);
    expect(told(weak)).toEqual([422, invalid(['password', 'string_too_short'])]);
    expect(weak.json.detail).toBe('Password must be at least 12 characters.');
    const name = await ask('PATCH', `/api/v1/users/${made.json.id}`, { username: 'admin' }, admin);
    expect(name.status).toBe(409);
  });

  it.each(['nobody', '019aa5a2-7c00-7000-8000-0000000000ff', 'a%b', '1 or 1=1'])('there is no %j', async (id) => {
    for (const [method, body] of [['GET'], ['PATCH', { display_name: 'x' }], ['DELETE']] as const) {
      const answer = await ask(method, `/api/v1/users/${encodeURIComponent(id)}`, body, admin);
      expect(told(answer)).toEqual([404, problem(404, `User ${id} not found`)]);
    }
  });

  it('are an administrator’s matter, whatever a header claims', async () => {
    const claimed = { 'x-user-roles': 'admin', 'x-user-id': '1', 'x-tenant-id': '1' };
    const calls = [
      ['GET', '/api/v1/users', undefined, 'users:read'],
      ['GET', '/api/v1/users/roles/list', undefined, 'users:read'],
      ['POST', '/api/v1/users', { email: 'never@example.com', password }, 'users:manage'],
      ['PATCH', '/api/v1/users/1', { display_name: 'x' }, 'users:manage'],
      ['DELETE', '/api/v1/users/1', undefined, 'users:manage'],
      ['POST', '/api/v1/users/1/roles', { role_name: 'admin' }, 'users:roles'],
      ['DELETE', '/api/v1/users/1/roles/admin', undefined, 'users:roles'],
    ] as const;
    for (const [method, path, body, permission] of calls) {
      expect((await ask(method, path, body, claimed)).status).toBe(422);
      const answer = await ask(method, path, body, { ...claimed, ...user });
      expect([path, ...told(answer)]).toEqual([path, 403, problem(403, `Permission '${permission}' required.`)]);
    }
  });

  it('come in numbered pages, all of them once', async () => {
    const seen: string[] = [];
    let path = '/api/v1/users?page_size=2';
    for (let page = 1; ; page += 1) {
      const answer = await ask('GET', path, undefined, admin);
      const { items, total, ...rest } = answer.json;
      const pages = Math.ceil(total / 2);
      const at = { page, size: 2, pages, has_next: page < pages, has_previous: page > 1 };
      expect([answer.status, rest]).toEqual([200, at]);
      for (const item of items) {
        const { is_verified: _, updated_at: __, last_login_at: ___, ...member } = record;
        expect(item).toEqual({ ...member, is_active: expect.any(Boolean) });
      }
      seen.push(...items.map(({ id }: { id: string }) => id));
      expect(answer.headers.link?.includes('rel="prev"') ?? false).toBe(page > 1);
      const next = /<\/001([^>]+)>; rel="next"/.exec(String(answer.headers.link ?? ''))?.[1];
      expect(next === undefined).toBe(page >= pages);
      if (next === undefined) {
        expect(new Set(seen).size).toBe(total);
        break;
      }
      path = next;
    }
    const beyond = await ask('GET', '/api/v1/users?page=1000&page_size=100', undefined, admin);
    expect([beyond.status, beyond.json.items]).toEqual([200, []]);
  });

  it.each([
    ['page=0', 'page', 'greater than or equal to 1'],
    ['page=-1', 'page', 'greater than or equal to 1'],
    ['page=1001', 'page', 'less than or equal to 1000'],
    ['page=x', 'page', 'valid integer'],
    ['page=1.5', 'page', 'valid integer'],
    ['page=', 'page', 'valid integer'],
    ['page_size=101', 'page_size', 'less than or equal to 100'],
    ['page_size=0', 'page_size', 'greater than or equal to 1'],
    ['page=1&page=2', 'page', 'more than once'],
    ['page_size=99999999999999999999', 'page_size', 'valid integer'],
  ])('have no page at %s', async (query, field, message) => {
    const answer = await ask('GET', `/api/v1/users?${query}`, undefined, admin);
    expect([answer.status, answer.json.errors]).toMatchObject([422, [{ field }]]);
    expect(answer.json.errors[0].message).toContain(message);
  });
});

describe('roles', () => {
  it('are listed with what they may do', async () => {
    const { status, json } = await ask('GET', '/api/v1/users/roles/list', undefined, admin);
    expect([status, json]).toEqual([200, enveloped(expect.any(Array))]);
    expect(json.data.map(({ name }: { name: string }) => name)).toEqual(['user', 'support', 'auditor', 'admin']);
    expect(json.data[1]).toEqual({
      id: 'support',
      name: 'support',
      description: expect.any(String),
      permissions: ['users:read', 'users:suspend'],
      is_system: true,
    });
  });

  it('are given to users and taken from them, and work at once', async () => {
    const email = 'helper@example.com';
    const { id } = (await ask('POST', '/api/v1/users', { email, password }, admin)).json;
    const helper = await signedIn(email, password);
    expect((await ask('GET', '/api/v1/users', undefined, helper)).status).toBe(403);
    const given = await ask('POST', `/api/v1/users/${id}/roles`, { role_name: 'support' }, admin);
    expect([given.status, given.json.data]).toMatchObject([200, { id, roles: ['user', 'support'] }]);
    expect((await ask('GET', '/api/v1/users', undefined, helper)).status).toBe(200);
    const taken = await ask('DELETE', `/api/v1/users/${id}/roles/support`, undefined, admin);
    expect([taken.status, taken.text]).toEqual([204, '']);
    expect((await ask('GET', '/api/v1/users', undefined, helper)).status).toBe(403);
    const again = await ask('DELETE', `/api/v1/users/${id}/roles/support`, undefined, admin);
    expect(told(again)).toEqual([404, problem(404, 'The user does not have this role.')]);
    const unknown = await ask('POST', `/api/v1/users/${id}/roles`, { role_name: 'king' }, admin);
    expect(told(unknown)).toEqual([422, invalid(['role_name', 'value_error'])]);
    expect((await ask('POST', `/api/v1/users/${id}/roles`, {}, admin)).json.errors[0].field).toBe('role_name');
    const nobody = await ask('POST', '/api/v1/users/nobody/roles', { role_name: 'user' }, admin);
    expect(told(nobody)).toEqual([404, problem(404, 'User nobody not found')]);
  });

  it('leave one administrator', async () => {
    const { items } = (await ask('GET', '/api/v1/users?page_size=100', undefined, admin)).json;
    const { id } = items.find(({ username }: { username: string }) => username === 'admin');
    expect((await ask('DELETE', `/api/v1/users/${id}/roles/admin`, undefined, admin)).status).toBe(409);
    expect((await ask('DELETE', `/api/v1/users/${id}`, undefined, admin)).status).toBe(409);
  });
});

describe('the server', () => {
  it('tells its health', async () => {
    expect(told(await ask('GET', '/health/live'))).toEqual([200, { status: 'ok' }]);
    const check = { status: 'healthy', latency_ms: expect.any(Number), message: null };
    expect(told(await ask('GET', '/health/ready?timeout=1'))).toEqual([
      200,
      { status: 'healthy', checks: { database: check, venue: check }, version: '0.1.0' },
    ]);
  });

  it('shows its counters to whoever knows the token', async () => {
    const answer = await ask('GET', '/metrics', undefined, bearer(METRICS_TOKEN));
    expect([answer.status, answer.headers['content-type']]).toEqual([200, expect.stringContaining('text/plain')]);
    expect(answer.text).toMatch(/^# TYPE \w+ /m);
    expect(told(await ask('GET', '/metrics', undefined, user))[0]).toBe(401);
  });

  it('shows its documents where the framework had them', async () => {
    const document = await ask('GET', '/openapi.json');
    expect(document.text).toBe(readFileSync('docs/openapi/001.json', 'utf8'));
    const page = document.json.paths['/api/v1/users'].get.parameters;
    expect(page.slice(0, 2)).toMatchObject([
      { name: 'page', in: 'query', schema: { minimum: 1, maximum: 1000, default: 1 }, example: 1 },
      { name: 'page_size', in: 'query', schema: { minimum: 1, maximum: 100, default: 20 }, example: 20 },
    ]);
    for (const path of ['/docs', '/redoc']) expect((await ask('GET', path)).status).toBe(200);
  });

  it.each(['0.05', '31', 'x', '', '1&timeout=2'])('looks for no %j seconds whether it is ready', async (seconds) => {
    const answer = await ask('GET', `/health/ready?timeout=${seconds}`);
    expect(told(answer)).toEqual([422, invalid(['timeout', 'value_error'])]);
  });

  it('tells how large a body was that is too large', async () => {
    const body = { email: 'x'.repeat(150_000), password };
    const answer = await ask('POST', '/api/v1/auth/login', body);
    const sizes = { max_size: 100_000, actual_size: JSON.stringify(body).length };
    expect(told(answer)).toMatchObject([413, { title: 'Payload Too Large', ...sizes }]);
  });

  it('keeps addresses in small letters, and names a chain of requests that the client does not', async () => {
    const ada = { email: 'Ada.L@Example.com', password, display_name: 'Ada' };
    const made = await ask('POST', '/api/v1/auth/register', ada);
    expect(made.json.data.email).toBe('ada.l@example.com');
    expect(made.headers['x-correlation-id']).toMatch(/^[0-9a-f]{32}$/);
  });

  it('answers problems outside of its operations, too, and repeats the correlation id', async () => {
    const headers = { 'x-correlation-id': 'abc-1' };
    const nowhere = await ask('GET', '/api/v1/nothing', undefined, headers);
    expect(told(nowhere)).toEqual([404, { ...problem(404, 'Not Found'), correlation_id: 'abc-1' }]);
    expect(nowhere.headers['x-correlation-id']).toBe('abc-1');
    const me = await ask('GET', '/api/v1/auth/me', undefined, { ...user, ...headers });
    expect(me.headers['x-correlation-id']).toBe('abc-1');
    const put = await ask('PUT', '/api/v1/auth/me');
    expect(told(put)).toEqual([405, problem(405, 'Method Not Allowed')]);
    expect(put.headers.allow).toBe('GET, HEAD, OPTIONS');
    expect((await ask('POST', '/health/live')).headers.allow).toBe('GET, HEAD, OPTIONS');
  });

  it('sends the headers that its clients look for', async () => {
    const { headers } = await ask('GET', '/api/v1/users', undefined, admin);
    expect(headers).toMatchObject({
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'x-xss-protection': '1; mode=block',
      'strict-transport-security': expect.stringContaining('max-age=31536000'),
      'referrer-policy': expect.any(String),
      'content-security-policy': expect.any(String),
      'x-request-id': uuid,
      'x-ratelimit-limit': expect.any(String),
      'x-ratelimit-remaining': expect.any(String),
      'x-ratelimit-reset': expect.any(String),
    });
  });

  it('gives a tag of what an envelope holds, and answers 304 to who has it', async () => {
    const first = await ask('GET', '/api/v1/auth/me', undefined, user);
    expect(first.headers.etag).toMatch(/^W\/"/);
    const again = await ask('GET', '/api/v1/auth/me', undefined, { ...user, 'if-none-match': first.headers.etag! });
    expect([again.status, again.text]).toEqual([304, '']);
    const other = await ask('GET', '/api/v1/auth/me', undefined, { ...admin, 'if-none-match': first.headers.etag! });
    expect(other.status).toBe(200);
  });
});

it('says how long to wait where there were too many requests', async () => {
  const busy = await startRealApp({ PAPER_TICK_MS: '0', RATE_LIMIT_REQUESTS_PER_MINUTE: '1' });
  try {
    await send(`${busy.url}/001/api/v1/auth/me`);
    const answer = await send(`${busy.url}/001/api/v1/auth/me`);
    const wait = answer.headers['retry-after'];
    expect(told(answer)).toEqual([
      429,
      {
        ...problem(429, `Rate limit exceeded. Retry after ${wait} seconds.`),
        type: 'https://httpstatuses.com/429',
        title: 'Too Many Requests',
      },
    ]);
    expect(Number(wait)).toBeGreaterThan(0);
  } finally {
    await busy.close();
  }
});

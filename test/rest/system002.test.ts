import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { send, type TestAnswer } from '../http/harness.ts';
import { type RealApp, startRealApp } from '../http/real-app.ts';
import { testClock } from '../support/people.ts';

/* The auth API: below a base of its own, and on the paths of the default face where the two can be told apart. */

let app: RealApp;
const clock = testClock();
beforeAll(async () => {
  app = await startRealApp({ DEMO_DATA: 'true', PAPER_TICK_MS: '0' }, { clock });
});
afterAll(() => app.close());

const ask = (method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<TestAnswer> =>
  send(`${app.url}${path}`, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const password = 'quiet-River-under-7-bridges';
const form = (username: string, secret = password): Promise<TestAnswer> =>
  send(`${app.url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: String(new URLSearchParams({ username, password: secret })),
  });

let count = 0;
/** Somebody new, signed in with a form. */
const person = async () => {
  count += 1;
  const name = `person${count}`;
  const made = await ask('POST', '/002/api/v1/auth/register', {
    email: `${name}@example.com`,
    username: name,
    password,
  });
  expect(made.status).toBe(201);
  return { name, user: made.json, as: bearer((await form(name)).json.access_token) };
};

const multipartOf = (fields: Record<string, string | Blob>) => {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.set(name, value);
  const encoded = new Response(data);
  return async (path: string) =>
    send(`${app.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': encoded.headers.get('content-type')! },
      body: Buffer.from(await encoded.arrayBuffer()),
    });
};

describe.each(['', '/002'])('a sign-in with multipart/form-data at "%s"', (base) => {
  const path = `${base}/api/v1/auth/login`;

  it('is one', async () => {
    const answer = await multipartOf({ grant_type: 'password', username: 'user', password: 'user123' })(path);
    expect([answer.status, answer.json]).toEqual([200, { access_token: expect.any(String), token_type: 'bearer' }]);
  });

  it('lists what is missing, and takes no file', async () => {
    const missing = await multipartOf({ username: 'user' })(path);
    expect(missing.json).toMatchObject({ detail: [{ type: 'missing', loc: ['body', 'password'] }] });
    const file = await multipartOf({ username: 'user', password: new Blob(['user123']) })(path);
    expect(file.status).toBe(400);
  });

  it.each([
    ['without a boundary', 'multipart/form-data; charset=utf-8', 'x', 400],
    ['that is broken off', 'multipart/form-data; boundary=b', '--b\r\nContent-Disposition: form-data; name="user', 400],
    ['that is too large', 'multipart/form-data; boundary=b', 'x'.repeat(200_000), 413],
  ])('is refused %s', async (_how, type, body, status) => {
    const answer = await send(`${app.url}${path}`, { method: 'POST', headers: { 'content-type': type }, body });
    expect([answer.status, Object.keys(answer.json)]).toEqual([status, ['detail']]);
  });
});

describe('a sign-in of the auth API', () => {
  const signIn = (body: string, type = 'application/x-www-form-urlencoded') =>
    send(`${app.url}/002/api/v1/auth/login`, { method: 'POST', headers: { 'content-type': type }, body });
  const missing = (name: string) => ({ type: 'missing', loc: ['body', name], msg: 'Field required' });

  it('that is JSON lacks the fields of the form', async () => {
    const answer = await signIn(JSON.stringify({ username: 'user', password: 'user123' }), 'application/json');
    expect([answer.status, answer.json]).toEqual([422, { detail: [missing('username'), missing('password')] }]);
  });

  it('takes what OAuth 2 sends, and no other grant', async () => {
    const fields = 'username=user&password=user123&scope=a&client_id=b&client_secret=c';
    expect((await signIn(`${fields}&grant_type=password`)).status).toBe(200);
    const other = await signIn(`${fields}&grant_type=refresh_token`);
    const ctx = { pattern: '^password$' };
    const msg = "String should match pattern '^password$'";
    const detail = [{ type: 'string_pattern_mismatch', loc: ['body', 'grant_type'], msg, ctx }];
    expect([other.status, other.json]).toEqual([422, { detail }]);
  });

  it('is where the document says', async () => {
    const { json } = await ask('GET', '/002/openapi.json');
    const { OAuth2PasswordBearer: scheme } = json.components.securitySchemes;
    expect(scheme).toMatchObject({ type: 'oauth2', flows: { password: { tokenUrl: '/002/api/v1/auth/login' } } });
    expect(json.paths['/api/v1/users/me'].get.security).toContainEqual({ OAuth2PasswordBearer: [] });
  });
});

describe.each(['', '/002'])('PUT %s/api/v1/users/me', (base) => {
  const path = `${base}/api/v1/users/me`;

  it('changes what is given, and nothing else', async () => {
    const { user, as, name } = await person();
    expect((await ask('PUT', path, {}, as)).json).toEqual(user);
    const mail = await ask('PUT', path, { email: `New.${name}@example.com` }, as);
    expect([mail.status, mail.json]).toEqual([200, { ...user, email: `New.${name}@example.com` }]);
    const renamed = await ask('PUT', path, { username: `${name}-new` }, as);
    expect(renamed.json).toEqual({ ...mail.json, username: `${name}-new` });
    expect((await ask('GET', path, undefined, as)).json).toEqual(renamed.json);
    expect((await form(name)).status).toBe(401);
    expect((await form(`${name}-new`)).status).toBe(200);
  });

  it('changes the password, which ends the other sessions', async () => {
    const { user, as, name } = await person();
    const other = bearer((await form(name)).json.access_token);
    const changed = await ask('PUT', path, { password: `${password}-2` }, as);
    expect([changed.status, changed.json]).toEqual([200, user]);
    expect((await form(name)).json).toEqual({ detail: 'Incorrect username or password' });
    expect((await form(name, `${password}-2`)).status).toBe(200);
    expect((await ask('GET', path, undefined, as)).status).toBe(200);
    const ended = await ask('GET', path, undefined, other);
    expect([ended.status, ended.json]).toEqual([401, { detail: 'Could not validate credentials' }]);
  });

  it.each([
    [{ email: 'user@example.com' }, 400, 'Email already registered'],
    [{ email: 'USER@Example.com', username: 'admin' }, 400, 'Email already registered'],
    [{ username: 'Admin' }, 400, 'Username already taken'],
    [{ email: null }, 422, [{ type: 'value_error', loc: ['body', 'email'] }]],
    [{ email: 1 }, 422, [{ type: 'string_type', loc: ['body', 'email'] }]],
    [{ username: '' }, 422, [{ type: 'value_error', loc: ['body', 'username'] }]],
    [{ password: 'short' }, 422, [{ type: 'string_too_short', loc: ['body', 'password'] }]],
  ])('refuses %j', async (body, status, detail) => {
    const { user, as, name } = await person();
    const answer = await ask('PUT', path, body, as);
    expect([answer.status, answer.json]).toMatchObject([status, { detail }]);
    expect((await ask('GET', path, undefined, as)).json).toEqual(user);
    expect((await form(name)).status).toBe(200);
  });

  it('asks for a new sign-in after five minutes, or for the current password', async () => {
    const { user, as, name } = await person();
    clock.advance(300_001);
    for (const [method, body] of [
      ['PUT', { email: `later.${name}@example.com` }],
      ['DELETE', undefined],
    ] as const) {
      const answer = await ask(method, path, body, as);
      expect([answer.status, answer.json]).toEqual([401, { detail: 'Sign in again to change this' }]);
      expect(answer.headers['www-authenticate']).toBe('Bearer error="insufficient_user_authentication", max_age="300"');
    }
    expect((await ask('GET', path, undefined, as)).json).toEqual(user);
    const wrong = await ask('PUT', path, { username: `${name}-2`, current_password: 'wrong' }, as);
    expect([wrong.status, wrong.json]).toEqual([401, { detail: 'Incorrect username or password' }]);
    const right = await ask('PUT', path, { username: `${name}-2`, current_password: password }, as);
    expect(right.json).toEqual({ ...user, username: `${name}-2` });
    const again = bearer((await form(`${name}-2`)).json.access_token);
    expect((await ask('PUT', path, { username: name }, again)).json).toEqual(user);
  });

  it.each([
    [{}, 'Not authenticated'],
    [{ authorization: 'Basic x' }, 'Not authenticated'],
    [{ authorization: 'Bearer x' }, 'Could not validate credentials'],
  ])('with %j is refused', async (headers, detail) => {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const answer = await ask(method, path, method === 'PUT' ? {} : undefined, headers as Record<string, string>);
      expect([method, answer.status, answer.json]).toEqual([method, 401, { detail }]);
      expect(answer.headers['www-authenticate']).toBe('Bearer');
    }
  });
});

describe.each(['', '/002'])('DELETE %s/api/v1/users/me', (base) => {
  it('closes the login', async () => {
    const { as, name } = await person();
    const answer = await ask('DELETE', `${base}/api/v1/users/me`, undefined, as);
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect((await ask('GET', `${base}/api/v1/users/me`, undefined, as)).status).toBe(401);
    expect((await form(name)).status).toBe(401);
  });
});

describe('the limit', () => {
  it('is told in the words of the API', async () => {
    const limited = await startRealApp({ RATE_LIMIT_REQUESTS_PER_MINUTE: '60', PAPER_TICK_MS: '0' });
    try {
      const get = () => send(`${limited.url}/002/`);
      let last = await get();
      for (let sent = 0; last.status !== 429 && sent < 200; sent += 1) last = await get();
      expect([last.status, last.json]).toEqual([429, { error: 'Rate limit exceeded: 60 per 1 minute' }]);
      expect(last.headers['retry-after']).toBe('1');
      expect((await send(`${limited.url}/002/api/v1/users/me`)).status).toBe(429);
      expect((await send(`${limited.url}/002/health`)).status).toBe(200);
    } finally {
      await limited.close();
    }
  });
});

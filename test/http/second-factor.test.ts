import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessLevels, guardRootFields } from '../../src/graphql/rules.ts';
import { schema } from '../../src/graphql/schema.ts';
import { testViewer } from '../graphql/test-viewers.ts';
import { codeAt } from '../support/authenticator.ts';
import { send } from './harness.ts';
import { type RealApp, startRealApp } from './real-app.ts';

let app: RealApp;
beforeAll(async () => {
  app = await startRealApp({ DEMO_DATA: 'true', PAPER_TICK_MS: '0', SECOND_FACTOR: 'staff', INTROSPECTION: 'false' });
});
afterAll(() => app.close());

const ask = (method: string, path: string, { body, token }: { body?: unknown; token?: string } = {}) =>
  send(`${app.url}${path}`, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
const graphql = async (query: string, token?: string) =>
  (await ask('POST', '/graphql', { body: { query }, ...(token !== undefined && { token }) })).json;

const admin = { email: 'admin@example.com', password: 'admin123' };
const login = (code?: string) => ask('POST', '/native/api/v1/auth/login', { body: { ...admin, code } });
const refusal = { extensions: { code: 'SECOND_FACTOR_REQUIRED' } };

describe('where staff must have a second factor', () => {
  it('who has none can sign in, and do nothing but set one up', async () => {
    const { accessToken: token, refreshToken } = (await login()).json;
    const { data } = await graphql('{ me { username secondFactor } }', token);
    expect(data).toEqual({ me: { username: 'admin', secondFactor: false } });
    expect((await graphql('{ accounts { id } }', token)).errors).toMatchObject([refusal]);
    expect((await graphql('{ users { edges { node { id } } } }', token)).errors).toMatchObject([refusal]);
    expect((await graphql('mutation { logoutEverywhere { success } }', token)).errors).toMatchObject([refusal]);
    // The permission to explore the schema is none either.
    expect((await graphql('{ __schema { types { name } } }', token)).errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN' } },
    ]);
    const over = (path: string) => ask('GET', path, { token });
    for (const path of ['/native/api/v1/orders', '/native/api/v1/users', '/exports/statement?format=csv']) {
      const { status, json } = await over(path);
      expect([path, status, json.code ?? json.errors?.[0].extensions.code]).toEqual([
        path,
        403,
        'SECOND_FACTOR_REQUIRED',
      ]);
    }
    // What is for everybody is for them, too, and the session can be kept and ended.
    expect((await over('/native/api/v1/instruments')).status).toBe(200);
    const next = (await ask('POST', '/native/api/v1/auth/refresh', { body: { refreshToken } })).json;
    expect((await graphql('{ accounts { id } }', next.accessToken)).errors).toMatchObject([refusal]);
    expect((await ask('POST', '/native/api/v1/auth/logout', { token: next.accessToken })).status).toBe(204);
    expect((await graphql('{ me { id } }', next.accessToken)).errors).toMatchObject([
      { extensions: { code: 'UNAUTHENTICATED' } },
    ]);
  });

  it('customers go on without', async () => {
    const body = { email: 'user@example.com', password: 'user123' };
    const { accessToken: token } = (await ask('POST', '/native/api/v1/auth/login', { body })).json;
    expect((await graphql('{ accounts { currency } }', token)).data.accounts).toEqual([{ currency: 'USD' }]);
  });

  it('one is set up, used and removed over REST, and no secret of it is logged', async () => {
    const { accessToken: token } = (await login()).json;
    const begun = await ask('POST', '/native/api/v1/auth/second-factor', { body: {}, token });
    expect(begun.status).toBe(201);
    const { secret, uri } = begun.json as { secret: string; uri: string };
    const code = (steps: number): string => codeAt(secret, new Date(), steps);
    const confirm = (given: string) =>
      ask('POST', '/native/api/v1/auth/second-factor/confirm', { body: { code: given }, token });
    expect((await confirm('000000')).status).toBe(401);
    const used = code(0);
    const { recoveryCodes } = (await confirm(used)).json as { recoveryCodes: string[] };
    expect(recoveryCodes).toHaveLength(10);
    // The session that it was set up in has shown it.
    expect((await graphql('{ accounts { currency } }', token)).data.accounts).toEqual([{ currency: 'USD' }]);

    const missing = await login();
    expect([missing.status, missing.json.code, missing.json.errors]).toEqual([
      403,
      'SECOND_FACTOR_REQUIRED',
      [{ field: 'code', code: 'SECOND_FACTOR_REQUIRED', message: expect.any(String) }],
    ]);
    expect((await login(used)).status).toBe(401);
    const later = code(1);
    const session = (await login(later)).json;
    expect(
      (await graphql('{ users { edges { node { username secondFactor } } } }', session.accessToken)).data.users.edges,
    ).toEqual(expect.arrayContaining([{ node: { username: 'admin', secondFactor: true } }]));
    const renewed = await ask('POST', '/native/api/v1/auth/recovery-codes', {
      body: { code: recoveryCodes[0] },
      token: session.accessToken,
    });
    const fresh = renewed.json.recoveryCodes as string[];
    expect((await login(recoveryCodes[1])).status).toBe(401);

    const body = { password: admin.password, code: fresh[0] };
    const removed = await ask('POST', '/native/api/v1/auth/second-factor/remove', { body, token: session.accessToken });
    expect(removed.status).toBe(204);
    // Whoever must have one is where they began.
    expect((await graphql('{ accounts { id } }', session.accessToken)).errors).toMatchObject([refusal]);
    for (const hidden of [secret, uri, ...recoveryCodes, ...fresh]) expect(app.text()).not.toContain(hidden);
    expect(app.text()).toContain('ConfirmSecondFactor');
  });
});

describe('a client of an older system', () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  it.each([
    ['000', '/api/v1/auth/login', 'email'],
    ['001', '/001/api/v1/auth/login', 'email'],
    ['002', '/002/api/v1/auth/login', 'username'],
    ['003', '/003/api/auth/login', 'username'],
    ['004', '/004/login', 'username'],
  ])('of %s can send a code where it signs in', async (system, path, name) => {
    const person = { username: `client-${system}`, email: `client-${system}@example.com`, password: 'quiet-River-7' };
    const registered = await ask('POST', '/native/api/v1/auth/register', { body: person });
    const token: string = registered.json.accessToken;
    const { secret } = (await ask('POST', '/native/api/v1/auth/second-factor', { body: {}, token })).json;
    const body = { code: codeAt(secret, new Date()) };
    const { recoveryCodes } = (await ask('POST', '/native/api/v1/auth/second-factor/confirm', { body, token })).json;
    const signsIn = async (code?: string): Promise<boolean> => {
      const given = {
        [name]: name === 'email' ? person.email : person.username,
        password: person.password,
        ...(code !== undefined && { code }),
      };
      const sent = { method: 'POST', headers: form, body: new URLSearchParams(given).toString() };
      const answer =
        system === '002' ? await send(`${app.url}${path}`, sent) : await ask('POST', path, { body: given });
      return answer.text.includes('access_token');
    };
    expect([await signsIn(), await signsIn('000000'), await signsIn(recoveryCodes[0])]).toEqual([false, false, true]);
    expect(await signsIn(recoveryCodes[0])).toBe(false);
  });
});

describe('the rule tree', () => {
  const guarded = guardRootFields(schema);
  const roots = { Query: guarded.getQueryType(), Mutation: guarded.getMutationType() };
  const context = {
    viewer: null,
    tokenProblem: 'SECOND_FACTOR_MISSING',
    enrolling: testViewer('ADMIN', 'USER'),
  };
  const fields = [...accessLevels(schema)].filter(([name]) => !name.startsWith('Subscription.'));
  const resolve = async (name: string): Promise<unknown> => {
    const [type, field] = name.split('.') as ['Query' | 'Mutation', string];
    const run = roots[type]!.getFields()[field]!.resolve as (...call: unknown[]) => Promise<unknown>;
    return run({}, {}, context, { fieldName: field });
  };

  it('opens four fields, and those for everybody, to who must set one up', async () => {
    const open = fields.filter(([, access]) => access === 'enrolling').map(([name]) => name.split('.')[1]);
    expect(open.sort()).toEqual(['confirmSecondFactor', 'enrolSecondFactor', 'logout', 'me']);
    await expect(resolve('Query.me')).resolves.toBe(context.enrolling);
  });

  it.each(fields.filter(([, access]) => access !== 'public' && access !== 'enrolling').map(([name]) => name))(
    'keeps them from %s',
    async (name) => {
      await expect(resolve(name)).rejects.toMatchObject({ code: 'SECOND_FACTOR_REQUIRED' });
    },
  );
});

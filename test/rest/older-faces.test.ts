import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { send, type TestAnswer } from '../http/harness.ts';
import { type RealApp, startRealApp } from '../http/real-app.ts';

/* The faces that stand below a base of their own, each as its clients call it. */

let app: RealApp;
beforeAll(async () => {
  app = await startRealApp({ DEMO_DATA: 'true', PAPER_TICK_MS: '0', RATE_LIMIT_REQUESTS_PER_MINUTE: '1000' });
});
afterAll(() => app.close());

const ask = (method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<TestAnswer> =>
  send(`${app.url}${path}`, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const password = 'a long enough Password 1';

const placed = { symbol: 'AAPL', side: 'BUY', type: 'LIMIT', quantity: '1', limit_price: '10' };

describe('the gateway over Redis, below /003', () => {
  it('registers, signs in, and shows circuits to operators only', async () => {
    const made = await ask('POST', '/003/api/auth/register', { username: 'relay', password });
    expect([made.status, made.json]).toEqual([200, { message: 'User registered successfully', username: 'relay' }]);
    const login = await ask('POST', '/003/api/auth/login', { username: 'relay', password });
    expect(login.json).toEqual({ access_token: expect.any(String), token_type: 'bearer' });
    expect((await ask('GET', '/003/api/circuits', undefined, bearer(login.json.access_token))).status).toBe(403);
    const admin = await ask('POST', '/003/api/auth/login', { username: 'admin', password: 'admin123' });
    const headers = bearer(admin.json.access_token);
    const circuits = await ask('GET', '/003/api/circuits', undefined, headers);
    expect(circuits.json).toContainEqual({ service: 'quotes', state: 'closed', failures: 0, available: true });
    const { services } = (await ask('GET', '/003/api/services', undefined, headers)).json;
    expect(services).toContainEqual({
      name: 'quotes',
      url: 'internal:quotes',
      circuit_state: 'closed',
      available: true,
    });
    const reset = await ask('POST', '/003/api/circuits/quotes/reset', undefined, headers);
    expect([reset.status, reset.json]).toEqual([200, { message: "Circuit for 'quotes' has been reset" }]);
    expect((await ask('POST', '/003/api/circuits/nope/reset', undefined, headers)).status).toBe(404);
  });

  it.each([
    [{}, 'Missing authorization header'],
    [{ authorization: 'Basic x' }, 'Invalid authorization header format'],
    [{ authorization: 'Bearer x' }, 'Invalid or expired token'],
  ])('refuses %j', async (headers, detail) => {
    const answer = await ask('GET', '/003/api/services', undefined, headers as Record<string, string>);
    expect([answer.status, answer.json]).toEqual([401, { detail }]);
    expect(answer.headers['www-authenticate']).toBe('Bearer');
  });

  it('takes orders, and shows them and the products', async () => {
    const login = await ask('POST', '/003/api/auth/login', { username: 'user', password: 'user123' });
    const headers = bearer(login.json.access_token);
    for (const [method, path] of [
      ['GET', '/003/api/orders'],
      ['POST', '/003/api/orders'],
      ['GET', '/003/api/users/1'],
    ] as const) {
      const answer = await ask(method, path, method === 'POST' ? placed : undefined);
      expect([path, answer.status, answer.json]).toEqual([path, 401, { detail: 'Missing authorization header' }]);
    }
    const made = await ask('POST', '/003/api/orders', placed, headers);
    expect([made.status, made.json]).toMatchObject([201, placed]);
    expect(made.headers.location).toBe(`/003/api/orders/${made.json.id}`);
    const { items } = (await ask('GET', '/003/api/orders', undefined, headers)).json;
    expect(items).toMatchObject([{ id: made.json.id, ...placed }]);
    const products = (await ask('GET', '/003/api/products?search=AAPL')).json;
    expect(products.items).toMatchObject([{ symbol: 'AAPL', quote_asset: 'USD' }]);
    const nobodys = await ask('GET', '/003/api/nope/1', undefined, headers);
    expect([nobodys.status, nobodys.json]).toEqual([404, { detail: "Service 'nope' not found" }]);
  });

  it('tells its health', async () => {
    expect((await ask('GET', '/003/health')).json).toEqual({ status: 'healthy', redis: 'healthy', version: '1.0.0' });
    expect((await ask('GET', '/003/ready')).json).toEqual({ ready: true });
    expect((await ask('GET', '/003/live')).json).toEqual({ alive: true });
  });
});

describe('the distributed gateway, below /004', () => {
  it('puts everything into its envelope', async () => {
    const joao = { username: 'joao', password, role: 'admin' };
    const made = await ask('POST', '/004/register', joao);
    const success = { status: 'success', data: null, message: 'Usuário registrado com sucesso' };
    expect([made.status, made.json]).toEqual([200, success]);
    const again = await ask('POST', '/004/register', joao);
    expect([again.status, again.json]).toEqual([200, { status: 'error', data: null, message: 'Usuário já existe' }]);
    const login = await ask('POST', '/004/login', joao);
    const data = { access_token: expect.any(String), token_type: 'bearer', expires_in: 1800 };
    expect(login.json).toEqual({ status: 'success', data, message: null });
    const me = await ask('POST', '/graphql', { query: '{ me { roles } }' }, bearer(login.json.data.access_token));
    expect(me.json.data.me.roles).toEqual(['USER']);
    for (const username of ['joao', 'nobody']) {
      const wrong = await ask('POST', '/004/login', { username, password: 'wrong wrong wrong' });
      expect([wrong.status, wrong.json]).toEqual([200, { status: 'error', data: null, message: 'Senha incorreta' }]);
    }
    expect((await ask('POST', '/004/login', { username: 'joao' })).json.detail[0]).toMatchObject({ type: 'missing' });
    expect((await ask('GET', '/004/saude')).json).toMatchObject({ status: 'success', data: { status: 'saudavel' } });
    expect((await ask('GET', '/004/identidade')).json.status).toBe('success');
  });

  it('says what is wrong with a token, and that it has no items', async () => {
    const error = (message: string) => ({ status: 'error', data: null, message });
    const login = await ask('POST', '/004/login', { username: 'user', password: 'user123' });
    const signedIn = bearer(login.json.data.access_token);
    const rows: [object, string, number, string][] = [
      [{}, '/itens', 401, 'Token de autenticação necessário'],
      [{}, '/itens/1', 401, 'Token de autenticação necessário'],
      [bearer('x'), '/itens', 401, 'Token inválido'],
      [signedIn, '/itens/9999', 200, 'Item não encontrado'],
      [signedIn, '/itens', 404, 'Não encontrado'],
      [{}, '/nada', 404, 'Não encontrado'],
    ];
    for (const [headers, path, status, message] of rows) {
      const answer = await ask('GET', `/004${path}`, undefined, headers as Record<string, string>);
      expect([path, answer.status, answer.json]).toEqual([path, status, error(message)]);
      expect(answer.headers['www-authenticate']).toBe(status === 401 ? 'Bearer' : undefined);
    }
    const method = await ask('POST', '/004/saude');
    expect([method.status, method.json]).toEqual([405, error('Método não permitido')]);
  });
});

describe('the first face', () => {
  it('says what the server is', async () => {
    expect((await ask('GET', '/')).json).toEqual({
      service: 'Secure Financial API Gateway',
      version: '1.0.0',
      status: 'healthy',
      docs: '/api/docs',
    });
    expect((await ask('GET', '/health')).json).toEqual({
      status: 'healthy',
      service: 'api-gateway',
      timestamp: expect.stringMatching(/Z$/),
    });
  });
});

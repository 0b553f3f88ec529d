import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { send, type TestAnswer } from '../http/harness.ts';
import { type RealApp, startRealApp } from '../http/real-app.ts';

const document = JSON.parse(readFileSync('docs/openapi/native.json', 'utf8'));
// The document as a whole, so that its references lead somewhere; formats that no validator knows are for readers.
const ajv = new Ajv2020({ strict: false, allErrors: true, formats: { decimal: true, int32: true } });
(addFormats as unknown as (on: Ajv2020) => void)(ajv);
ajv.addSchema(document, 'native');

interface Described {
  $ref?: string;
  content?: Record<string, unknown>;
  headers?: Record<string, unknown>;
}

const escaped = (text: string): string => encodeURIComponent(text.replaceAll('~', '~0').replaceAll('/', '~1'));

/** Everything in which an answer is not what the document says of its route. */
const deviations = (method: string, path: string, answer: TestAnswer): string[] => {
  const route = `#/paths/${escaped(path)}/${method.toLowerCase()}/responses/${answer.status}`;
  const given: Described | undefined = document.paths[path]?.[method.toLowerCase()]?.responses[answer.status];
  if (given === undefined) return [`${answer.status} is not documented: ${answer.text}`];
  const at = given.$ref ?? route;
  const described: Described = given.$ref ? document.components.responses[given.$ref.split('/').at(-1)!] : given;
  const absent = Object.keys(described.headers ?? {}).filter(
    (name) =>
      ['RateLimit', 'X-Request-ID', 'ETag', 'Location'].includes(name) && !(name.toLowerCase() in answer.headers),
  );
  const wrong = absent.map((name) => `lacks ${name}`);
  if (described.content === undefined) return answer.text === '' ? wrong : [...wrong, 'has a body'];
  const type = answer.headers['content-type']?.split(';')[0] ?? '';
  if (!(type in described.content)) return [...wrong, `is ${type}`];
  const validate = ajv.getSchema(`native${at}/content/${escaped(type)}/schema`);
  if (validate === undefined) throw new Error(`no schema at ${at}`);
  validate(answer.json);
  return [...wrong, ...(validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)];
};

let app: RealApp;
const tokens: Record<string, string> = {};

const ask = (method: string, path: string, body?: unknown, token = tokens.user): Promise<TestAnswer> =>
  send(`${app.url}/native${path}`, {
    method,
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });

beforeAll(async () => {
  app = await startRealApp({ DEMO_DATA: 'true', PAPER_TICK_MS: '0' });
  for (const name of ['user', 'admin']) {
    const body = { email: `${name}@example.com`, password: `${name}123` };
    tokens[name] = (await ask('POST', '/api/v1/auth/login', body, '')).json.accessToken;
  }
});
afterAll(() => app.close());

const NOBODYS = '019aa5a2-7c00-7000-8000-0000000000ff';
const routes = Object.entries(document.paths as Record<string, Record<string, { responses: object }>>);
const reads = routes.flatMap(([path, { get }]) => (get === undefined ? [] : [path]));
const writes = routes.flatMap(([path, methods]) =>
  Object.keys(methods)
    .filter((method) => method !== 'get')
    .map((method) => [method.toUpperCase(), path] as const),
);

describe('what the server answers is what the document says', () => {
  it('of reads, with demo data, to an operator and to nobody', async () => {
    const order = { symbol: 'AAPL', side: 'BUY', type: 'LIMIT', qty: '1', limitPrice: '10', clientOrderId: 'mine' };
    const placed = await ask('POST', '/api/v1/orders', order, tokens.admin);
    expect(deviations('POST', '/api/v1/orders', placed)).toEqual([]);
    const account = placed.json.account.id;
    const ids: Record<string, string> = { symbol: 'AAPL', clientOrderId: 'mine', name: 'quotes' };
    const period = 'from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z';
    const query: Record<string, string> = {
      '/api/v1/accounts/{id}/statement': `?${period}`,
      '/api/v1/accounts/{id}/portfolio-history': `?${period}&interval=DAY`,
      '/exports/statement': `?${period}&format=json&accountId=${account}`,
    };
    const statuses: number[] = [];
    for (const path of reads) {
      const id = path.startsWith('/api/v1/accounts') ? account : path.includes('/orders/') ? placed.json.id : NOBODYS;
      const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? id);
      const real = `${filled}${query[path] ?? ''}`;
      for (const [token, asked] of [
        [tokens.admin, real],
        ['', real],
        ['bad', real],
        [tokens.user, real],
        [tokens.admin, `${filled}?nothing=1`],
      ] as const) {
        const answer = await ask('GET', asked, undefined, token);
        if (token === tokens.admin && asked === real) statuses.push(answer.status);
        expect([path, answer.status, deviations('GET', path, answer)]).toEqual([path, answer.status, []]);
      }
    }
    // Most of them were really answered, not refused.
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(reads.length - 3);
  });

  it('of writes that are refused', async () => {
    for (const [method, path] of writes) {
      const filled = path.replace(/\{\w+\}/g, NOBODYS);
      const hasBody = method !== 'DELETE';
      const answers = [
        await ask(method, filled, hasBody ? { unknown: 1 } : undefined, tokens.admin),
        await ask(method, filled, hasBody ? [] : undefined, ''),
        ...(path.includes('logout') ? [] : [await ask(method, filled, hasBody ? {} : undefined, tokens.user)]),
      ];
      for (const answer of answers)
        expect([method, path, answer.status, deviations(method, path, answer)]).toEqual([
          method,
          path,
          answer.status,
          [],
        ]);
    }
  });

  it('of writes that are done, and of those that the rules refuse', async () => {
    const order = { symbol: 'AAPL', side: 'BUY', type: 'MARKET', qty: '1' };
    const who = { username: 'conformer', email: 'conformer@example.com', password: 'quiet-River-under-7-bridges' };
    const calls: [string, string, unknown, number][] = [
      ['POST', '/api/v1/auth/register', who, 201],
      ['POST', '/api/v1/auth/register', who, 409],
      ['POST', '/api/v1/auth/login', { email: who.email, password: 'wrong' }, 401],
      ['POST', '/api/v1/deposits', { amount: '1000' }, 201],
      ['POST', '/api/v1/withdrawals', { amount: '100000000' }, 422],
      ['POST', '/api/v1/orders', order, 201],
      ['POST', '/api/v1/orders', { ...order, symbol: 'NONE' }, 422],
      ['POST', '/api/v1/orders/batch', { orders: [order, { ...order, qty: '-1' }] }, 200],
      ['POST', '/api/v1/orders/preview', order, 200],
      ['POST', '/api/v1/orders/cancel-all', {}, 200],
      ['PATCH', '/api/v1/profile', { displayName: 'A' }, 200],
      ['POST', '/api/v1/auth/password', { currentPassword: 'wrong', newPassword: who.password }, 401],
    ];
    for (const [method, path, body, status] of calls) {
      const answer = await ask(method, path, body);
      expect([path, answer.status, deviations(method, path, answer)]).toEqual([path, status, []]);
    }
  });
});

import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { send, type TestAnswer } from '../http/harness.ts';
import { type RealApp, startRealApp } from '../http/real-app.ts';

/* The gateway over Redis, below /003, as its clients and its monitoring call it. */

const METRICS_TOKEN = 'a token for the counters, 32 characters';
let app: RealApp;
let admin: Record<string, string>;
let user: Record<string, string>;
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

const ask = (method: string, path: string, headers: Record<string, string> = {}, body?: object): Promise<TestAnswer> =>
  send(`${app.url}/003${path}`, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });

beforeAll(async () => {
  const settings = { LOGIN_ATTEMPTS_PER_MINUTE: '3', RATE_LIMIT_REQUESTS_PER_MINUTE: '60' };
  app = await startRealApp({ DEMO_DATA: 'true', PAPER_TICK_MS: '0', METRICS_TOKEN, ...settings });
  const signIn = async (username: string) =>
    bearer((await ask('POST', '/api/auth/login', {}, { username, password: `${username}123` })).json.access_token);
  [admin, user] = [await signIn('admin'), await signIn('user')];
  // A call to the dependency, so that there are figures of it.
  await send(`${app.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...user },
    body: JSON.stringify({ query: '{ quote(symbol: "AAPL") { symbol } }' }),
  });
});
afterAll(() => app.close());

describe('health', () => {
  it('is told to everybody, circuits by their kind', async () => {
    const detailed = await ask('GET', '/health/detailed');
    expect([detailed.status, detailed.json]).toEqual([
      200,
      {
        status: 'healthy',
        redis: 'healthy',
        version: '1.0.0',
        circuits: expect.objectContaining({
          venue: { state: 'closed', failures: 0, available: true },
          quotes: { state: 'closed', failures: 0, available: true },
        }),
      },
    ]);
  });
});

describe('figures', () => {
  it('are for operators', async () => {
    for (const path of ['/metrics', '/metrics/latency/quotes', '/api/services', '/api/circuits']) {
      expect([path, (await ask('GET', path)).status]).toEqual([path, 401]);
      expect([path, (await ask('GET', path, user)).status]).toEqual([path, 403]);
    }
    const { json } = await ask('GET', '/metrics', admin);
    expect(json.circuits.quotes).toEqual({ state: 'closed', failures: 0, success_count: 0, available: true });
    expect(Object.keys(json)).toEqual(['counters', 'circuits']);
  });

  it('tell how long the last calls took, or that there was none', async () => {
    const none = await ask('GET', '/metrics/latency/none', admin);
    const nothing = { service: 'none', samples: 0, message: 'No latency data available' };
    expect([none.status, none.json]).toEqual([200, nothing]);
  });

  it('are given to Prometheus as text, for its own token only', async () => {
    const scraped = await ask('GET', '/metrics/prometheus', bearer(METRICS_TOKEN));
    expect([scraped.status, scraped.headers['content-type']]).toEqual([200, expect.stringContaining('text/plain')]);
    expect(scraped.text).toContain('\n# TYPE bourse_circuit_state gauge\n');
    for (const headers of [{}, admin]) {
      const refused = await ask('GET', '/metrics/prometheus', headers);
      expect([refused.status, Object.keys(refused.json)]).toEqual([401, ['detail']]);
    }
  });

  it('have the form that the document says', async () => {
    const document = JSON.parse(readFileSync('docs/openapi/003.json', 'utf8'));
    const ajv = new Ajv2020({ strict: false, formats: { int32: true } });
    ajv.addSchema(document, '003');
    const read = { '/metrics': '/metrics', '/metrics/latency/{service}': '/metrics/latency/quotes' };
    const services = { '/api/services': '/api/services', '/api/circuits': '/api/circuits' };
    const pages = { '/health/detailed': '/health/detailed', '/health': '/health' };
    for (const [path, asked] of Object.entries({ ...read, ...services, ...pages })) {
      const answer = await ask('GET', asked, admin);
      const escaped = encodeURIComponent(path.replaceAll('/', '~1'));
      const at = `003#/paths/${escaped}/get/responses/${answer.status}/content/application~1json/schema`;
      const validate = ajv.getSchema(at);
      expect([path, validate?.(answer.json), validate?.errors]).toEqual([path, true, null]);
    }
  });
});

describe('circuits', () => {
  it('are reset by operators only', async () => {
    expect((await ask('POST', '/api/circuits/quotes/reset')).status).toBe(401);
    expect((await ask('POST', '/api/circuits/quotes/reset', user)).status).toBe(403);
    const done = await ask('POST', '/api/circuits/quotes/reset', admin);
    expect([done.status, done.json]).toEqual([200, { message: "Circuit for 'quotes' has been reset" }]);
    const absent = await ask('POST', '/api/circuits/no%20one/reset', admin);
    expect([absent.status, absent.json]).toEqual([404, { detail: "Service 'no one' not found" }]);
  });
});

describe('paths', () => {
  it('that nobody serves are refused in the words of the face', async () => {
    for (const path of ['/nothing', '/api/nothing', '/'])
      expect([path, (await ask('GET', path)).json]).toEqual([path, { detail: 'Not Found' }]);
  });

  it('of the documents are where its clients look', async () => {
    const document = await ask('GET', '/openapi.json');
    expect(document.json.paths['/metrics/prometheus'].get.security).toEqual([{ metricsToken: [] }]);
    for (const page of ['/docs', '/redoc'])
      expect((await ask('GET', page)).headers['content-type']).toBe('text/html; charset=utf-8');
  });
});

describe('limits', () => {
  it('are told in the headers of both limiters', async () => {
    const { headers } = await ask('GET', '/api/services');
    const left = headers['x-ratelimit-remaining'];
    expect(headers).toMatchObject({ 'x-ratelimit-limit': '60', 'x-ratelimit-window': '60' });
    expect(headers['x-tokenbucket-remaining']).toBe(left);
  });

  it('refuse too many guesses of a password within a window', async () => {
    const guess = () => ask('POST', '/api/auth/login', {}, { username: 'nobody', password: 'wrong' });
    const answers: TestAnswer[] = [];
    while (answers.length < 4) answers.push(await guess());
    const { status, json, headers } = answers[3]!;
    const wait = Number(headers['retry-after']);
    expect([status, json]).toEqual([429, { detail: 'Rate limit exceeded', remaining: 0, retry_after: wait }]);
    expect(wait).toBeGreaterThan(0);
    expect(headers['x-ratelimit-remaining']).toBe('0');
  });

  it('refuse too many requests once the bucket is empty', async () => {
    let last = await ask('GET', '/api/services');
    for (let sent = 0; last.status !== 429 && sent < 200; sent += 1) last = await ask('GET', '/api/services');
    const detail = 'Too many requests, please slow down';
    expect([last.status, last.json]).toEqual([429, { detail, remaining: 0, retry_after: 1 }]);
    expect(last.headers).toMatchObject({ 'retry-after': '1', 'x-ratelimit-remaining': '0' });
  });
});

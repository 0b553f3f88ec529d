import { afterEach, describe, expect, it } from 'vitest';
import { send, type TestAnswer } from '../http/harness.ts';
import { type RealApp, startRealApp } from '../http/real-app.ts';

/* What the document of the gateway says of a limit and of an open breaker, and what its code answered with 500. */

let app: RealApp;
afterEach(() => app.close());

const start = async (settings: Record<string, string>): Promise<void> => {
  app = await startRealApp({ DEMO_DATA: 'true', PAPER_TICK_MS: '0', ...settings });
};
const post = (path: string, body: object): Promise<TestAnswer> => {
  const headers = { 'content-type': 'application/json' };
  return send(`${app.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
};
const signIn = () => post('/api/v1/auth/login', { email: 'user@example.com', password: 'user123' });

const dressed = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'x-xss-protection': '1; mode=block',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'referrer-policy': 'strict-origin-when-cross-origin',
  'permissions-policy': expect.stringMatching(/^camera=\(\), microphone=\(\), geolocation=\(\)/),
  'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
  'x-process-time': expect.stringMatching(/^\d+\.\d+$/),
};

describe('one request more than the limit', () => {
  it.each(['/api/v1/auth/me', '/nothing'])('is told so at %s, as the document says', async (path) => {
    await start({ RATE_LIMIT_REQUESTS_PER_MINUTE: '60' });
    const get = () => send(`${app.url}${path}`);
    const first = await get();
    expect(first.headers).toMatchObject({ 'x-ratelimit-limit': '60', 'x-ratelimit-remaining': '59' });
    let last = first;
    for (let sent = 1; last.status !== 429 && sent < 200; sent += 1) last = await get();
    const message = 'Too many requests. Limit: 60 requests per minute';
    const said = { error: 'Rate limit exceeded', message, retry_after: 1 };
    expect([last.status, last.json]).toEqual([429, { ...said, detail: said }]);
    const limit = { 'retry-after': '1', 'x-ratelimit-limit': '60', 'x-ratelimit-remaining': '0' };
    expect(last.headers).toMatchObject({ ...dressed, ...limit, 'x-circuit-breaker-state': 'closed' });
    expect(Number(last.headers['x-ratelimit-reset'])).toBeGreaterThan(1_700_000_000);
    for (const free of ['/', '/health', '/api/docs', '/api/redoc', '/api/openapi.json'])
      expect([free, (await send(`${app.url}${free}`)).status]).toEqual([free, 200]);
  });
});

describe('without the store of the limits', () => {
  it('a sign-in is answered as behind an open breaker, and other routes as ever', async () => {
    await start({ REDIS_URL: 'redis://127.0.0.1:1' });
    const answer = await signIn();
    const message = 'Circuit breaker is OPEN. Service is temporarily unavailable.';
    const wait = Number(answer.headers['retry-after']);
    const said = { error: 'Service Unavailable', message, retry_after: wait };
    expect([answer.status, answer.json]).toEqual([503, { ...said, detail: said }]);
    expect(wait).toBeGreaterThan(0);
    expect(answer.headers).toMatchObject({ ...dressed, 'x-circuit-breaker-state': 'open' });
    const other = await send(`${app.url}/api/v1/auth/me`);
    expect([other.status, other.headers['x-circuit-breaker-state']]).toEqual([403, 'closed']);
  });

  it.each([
    ['/001/api/v1/auth/login', { error: 'Service temporarily unavailable', status: 503 }],
    ['/003/api/auth/login', { detail: "Cannot connect to service 'limits'" }],
    ['/004/login', { status: 'error', data: null }],
  ])('%s says so in its own words', async (path, body) => {
    await start({ REDIS_URL: 'redis://127.0.0.1:1' });
    const answer = await post(path, { email: 'user@example.com', username: 'user', password: 'user123' });
    expect([answer.status, answer.json]).toMatchObject([503, body]);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  });
});

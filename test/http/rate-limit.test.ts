import { afterEach, describe, expect, it } from 'vitest';
import { testClock } from '../support/people.ts';
import { post, send, startTestServer, type TestAnswer, type TestServer } from './harness.ts';

/* The limits of requests over HTTP, on a clock that stands still until it is moved. */

let server: TestServer;
let clock: ReturnType<typeof testClock>;
const start = async (options: Parameters<typeof startTestServer>[0] = {}): Promise<void> => {
  clock = testClock(new Date('2026-01-01T00:00:00Z'));
  server = await startTestServer({ rateLimit: { addressPerMinute: 60, viewerPerMinute: 100 }, ...options, clock });
};
afterEach(() => server.close());

const hello = (headers: Record<string, string> = {}): Promise<TestAnswer> => post(server, '{ hello }', { headers });
const signedIn = { authorization: 'Bearer user' };
const ofLimits = ({ headers }: TestAnswer) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => /ratelimit|retry-after/.test(name)));

describe('an address without a viewer', () => {
  it('has sixty requests a minute; the sixty-first is refused with every header, and a second later one more goes', async () => {
    await start();
    const answers: TestAnswer[] = [];
    while (answers.length < 61) answers.push(await hello());
    expect(answers.map(({ status }) => status)).toEqual([...Array(60).fill(200), 429]);
    expect(ofLimits(answers[0]!)).toEqual({
      'ratelimit-policy': '"address";q=60;w=60',
      ratelimit: '"address";r=59;t=1',
      'x-ratelimit-limit': '60',
      'x-ratelimit-remaining': '59',
      'x-ratelimit-reset': `${Date.UTC(2026, 0, 1) / 1_000 + 1}`,
    });
    expect(ofLimits(answers[60]!)).toEqual({
      'ratelimit-policy': '"address";q=60;w=60',
      ratelimit: '"address";r=0;t=60',
      'x-ratelimit-limit': '60',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': `${Date.UTC(2026, 0, 1) / 1_000 + 60}`,
      'retry-after': '1',
    });
    expect(answers[60]!.json.errors[0].extensions).toEqual({
      code: 'RATE_LIMITED',
      policy: 'address',
      limit: 60,
      remaining: 0,
      window: 60,
      resetAfter: 60,
      retryAfter: 1,
    });
    clock.advance(1_000);
    expect((await hello()).status).toBe(200);
    expect((await hello()).status).toBe(429);
  });

  it('is counted before anything is read, whatever it sends and wherever to', async () => {
    await start({ rateLimit: { addressPerMinute: 4, viewerPerMinute: 100 } });
    const json = { 'content-type': 'application/json' };
    expect((await send(`${server.url}/graphql`, { method: 'POST', headers: json, body: '{' })).status).toBe(400);
    expect((await post(server, '{ nothing }')).status).toBe(200);
    expect((await send(`${server.url}/nowhere`)).status).toBe(404);
    expect((await hello({ authorization: 'Bearer forged' })).status).toBe(200);
    for (const headers of [json, { 'content-type': 'text/plain' }])
      expect((await send(`${server.url}/graphql`, { method: 'POST', headers, body: '{' })).status).toBe(429);
    expect((await send(`${server.url}/nowhere`)).status).toBe(429);
  });

  it('does not spend on health, on a preflight or on the files of GraphiQL', async () => {
    await start({ rateLimit: { addressPerMinute: 1, viewerPerMinute: 100 }, allowedOrigins: ['https://app.example'] });
    const preflight = { origin: 'https://app.example', 'access-control-request-method': 'POST' };
    for (const path of ['/health', '/health/live', '/health/ready', '/graphiql/start.js']) {
      const answer = await send(`${server.url}${path}`);
      expect([path, answer.status, ofLimits(answer)]).toEqual([path, 200, {}]);
    }
    expect((await send(`${server.url}/graphql`, { method: 'OPTIONS', headers: preflight })).status).toBe(204);
    expect((await hello()).status).toBe(200);
    expect((await hello()).status).toBe(429);
    expect((await send(`${server.url}/health`)).status).toBe(200);
  });

  it('lets a page of another origin read what is left', async () => {
    await start({ allowedOrigins: ['https://app.example'] });
    const { headers } = await hello({ origin: 'https://app.example' });
    for (const name of ['RateLimit', 'RateLimit-Policy', 'X-RateLimit-Remaining', 'Retry-After'])
      expect(headers['access-control-expose-headers']).toContain(name);
  });
});

describe('X-Forwarded-For', () => {
  const from = (forwarded: string) => hello({ 'x-forwarded-for': forwarded });

  it('is not believed when nobody is trusted: a made-up one buys nothing', async () => {
    await start({ rateLimit: { addressPerMinute: 3, viewerPerMinute: 100 } });
    const statuses: number[] = [];
    for (let fake = 0; fake < 5; fake += 1) statuses.push((await from(`198.51.100.${fake}`)).status);
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
  });

  it('is believed from the right, up to the first that is not a listed proxy', async () => {
    await start({
      rateLimit: { addressPerMinute: 1, viewerPerMinute: 100 },
      trustedProxies: ['127.0.0.1', '10.0.0.0/8'],
    });
    expect((await from('203.0.113.1')).status).toBe(200);
    expect((await from('203.0.113.2, 10.1.2.3')).status).toBe(200);
    // What stands left of the client was written by the client.
    expect((await from('198.51.100.7, 203.0.113.1')).status).toBe(429);
    expect((await from('198.51.100.8, 203.0.113.2:4711, 10.9.9.9')).status).toBe(429);
    // What is no address ends the chain at the proxy that passed it on.
    expect((await from('203.0.113.3, nonsense')).status).toBe(200);
    expect((await from('203.0.113.4, nonsense')).status).toBe(429);
  });

  it('counts all addresses of one /64 as one, and IPv4 in IPv6 as IPv4', async () => {
    await start({ rateLimit: { addressPerMinute: 1, viewerPerMinute: 100 }, trustedProxies: ['127.0.0.1'] });
    expect((await from('2001:db8::1')).status).toBe(200);
    expect((await from('[2001:db8:0:0:ffff::2]:80')).status).toBe(429);
    expect((await from('2001:db8:0:1::1')).status).toBe(200);
    expect((await from('192.0.2.1')).status).toBe(200);
    expect((await from('::ffff:192.0.2.1')).status).toBe(429);
  });
});

describe('a viewer', () => {
  it('pays what an operation may cost, and gets back what it did not use', async () => {
    await start();
    const page = '{ node { page(first: 10) { name } } }';
    const { headers, json } = await post(server, page, { headers: signedIn });
    expect(json.extensions.cost).toEqual({
      requested: 12,
      actual: 12,
      throttleStatus: { limit: 100, remaining: 88, windowSeconds: 60, resetAfterSeconds: 8 },
    });
    expect(headers).toMatchObject({ ratelimit: '"viewer";r=88;t=8', 'ratelimit-policy': '"viewer";q=100;w=60' });
    const skipped = 'query ($on: Boolean!) { hello me @include(if: $on) }';
    const answer = await post(server, skipped, { headers: signedIn, variables: { on: false } });
    expect(answer.json.extensions.cost).toMatchObject({ requested: 2, actual: 1, throttleStatus: { remaining: 87 } });
    expect(answer.headers['x-ratelimit-remaining']).toBe('87');
  });

  it('is refused before anything runs, and turned away before anything is read once nothing is left', async () => {
    await start();
    const big = '{ node { page(first: 50) { name } } }';
    expect((await post(server, big, { headers: signedIn })).status).toBe(200);
    const refused = await post(server, big, { headers: signedIn });
    expect(refused.status).toBe(429);
    expect(refused.json.data).toBeUndefined();
    expect(refused.json.errors[0].extensions).toMatchObject({ code: 'RATE_LIMITED', policy: 'viewer', retryAfter: 3 });
    expect(refused.json.extensions.cost).toMatchObject({ requested: 52, actual: 0 });
    expect(refused.headers).toMatchObject({ 'retry-after': '3', 'x-ratelimit-remaining': '48' });
    // A smaller one still goes.
    const rest = `{ ${Array.from({ length: 16 }, (_, at) => `a${at}: hello`).join(' ')} }`;
    for (let round = 0; round < 3; round += 1)
      expect((await post(server, rest, { headers: signedIn })).status).toBe(200);
    const json = { 'content-type': 'application/json', ...signedIn };
    const broken = () => send(`${server.url}/graphql`, { method: 'POST', headers: json, body: '{' });
    expect((await broken()).status).toBe(429);
    clock.advance(600);
    expect((await broken()).status).toBe(400);
    expect((await broken()).status).toBe(429);
  });

  it('pays one for what was refused before its cost was known', async () => {
    await start();
    const left = async (query: string) =>
      (await post(server, query, { headers: signedIn })).headers['x-ratelimit-remaining'];
    expect(await left('{ nothing }')).toBe('99');
    expect(await left('{')).toBe('98');
    expect(await left('query ($on: Boolean!) { hello @include(if: $on) }')).toBe('97');
  });

  it('has a budget of its own beside that of its address, and staff have more', async () => {
    await start({ rateLimit: { addressPerMinute: 1, viewerPerMinute: 100 } });
    expect((await hello()).status).toBe(200);
    expect((await hello()).status).toBe(429);
    expect((await hello(signedIn)).status).toBe(200);
    const staff = await hello({ authorization: 'Bearer support' });
    expect(staff.headers['x-ratelimit-limit']).toBe('200');
  });

  it('can run an operation that costs more than the whole budget once that is full', async () => {
    await start({ rateLimit: { addressPerMinute: 60, viewerPerMinute: 5 } });
    const dear = '{ node { page(first: 10) { name } } }';
    expect((await post(server, dear, { headers: signedIn })).status).toBe(200);
    expect((await post(server, dear, { headers: signedIn })).status).toBe(429);
    clock.advance(60_000);
    expect((await post(server, dear, { headers: signedIn })).status).toBe(200);
  });
});

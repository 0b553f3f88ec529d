import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { limits } from '../../src/limits.ts';
import { post, send, sendRaw, startTestServer, type TestAnswer, type TestServer } from './harness.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({
    authenticate: async (token) => {
      if (token === 'crash') throw new Error('the sky fell');
      return { problem: 'MALFORMED' };
    },
  });
});
afterAll(() => server.close());

const json = { 'content-type': 'application/json' };
const kinds: [string, number, () => Promise<TestAnswer>][] = [
  ['an answer', 200, () => post(server, '{ hello }')],
  ['a GET answer', 200, () => send(`${server.url}/graphql?query={hello}`)],
  ['an answer with errors', 200, () => post(server, '{ me }')],
  ['a bug', 500, () => post(server, '{ me }', { headers: { authorization: 'Bearer crash' } })],
  ['no JSON', 400, () => send(`${server.url}/graphql`, { method: 'POST', headers: json, body: '{' })],
  ['another type', 415, () => send(`${server.url}/graphql`, { method: 'POST', body: '{}' })],
  ['too large', 413, () => post(server, `{ hello } #${'x'.repeat(limits.http.bodyBytes)}`)],
  ['a mutation by GET', 405, () => send(`${server.url}/graphql?query=mutation{replay}`)],
  ['another method', 405, () => send(`${server.url}/graphql`, { method: 'DELETE' })],
  ['nothing acceptable', 406, () => post(server, '{ hello }', { headers: { accept: 'image/png' } })],
  ['an unknown path', 404, () => send(`${server.url}/nowhere`)],
  [
    'a preflight',
    204,
    () => send(`${server.url}/graphql`, { method: 'OPTIONS', headers: { 'access-control-request-method': 'POST' } }),
  ],
  ['the root', 200, () => send(server.url)],
  ['health', 200, () => send(`${server.url}/health`)],
  ['readiness', 200, () => send(`${server.url}/health/ready`)],
  ['GraphiQL', 200, () => send(`${server.url}/graphql`, { headers: { accept: 'text/html' } })],
  ['a stream', 200, () => post(server, 'subscription { ticks }', { headers: { accept: 'text/event-stream' } })],
  ['no Host', 200, () => sendRaw(server, 'GET /health HTTP/1.1\r\n\r\n')],
  ['HTTP 1.0', 200, () => sendRaw(server, 'GET /health HTTP/1.0\r\n\r\n')],
  ['an unheard expectation', 200, () => sendRaw(server, 'GET /health HTTP/1.1\r\nHost: x\r\nExpect: gifts\r\n\r\n')],
  ['a whole URL', 200, () => sendRaw(server, 'GET http://x/health HTTP/1.1\r\nHost: x\r\n\r\n')],
  [
    'an upgrade',
    200,
    () => sendRaw(server, 'GET /health HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n'),
  ],
  ['no HTTP at all', 400, () => sendRaw(server, 'HELLO\r\n\r\n')],
  [
    'a head too long',
    431,
    () => sendRaw(server, `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(limits.http.headerBytes)}\r\n\r\n`),
  ],
];

describe('every answer', () => {
  it.each(kinds)('carries the security headers, its id and its time: %s', async (_name, status, ask) => {
    const { headers, ...answer } = await ask();
    expect(answer.status).toBe(status);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'x-xss-protection': '1; mode=block',
      'strict-transport-security': expect.stringContaining('max-age='),
      'referrer-policy': 'strict-origin-when-cross-origin',
      'permissions-policy': expect.stringContaining('camera=()'),
      'content-security-policy': expect.stringContaining("default-src 'none'"),
      'x-request-id': expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/),
      'x-process-time': expect.stringMatching(/^\d+\.\d{6}$/),
    });
    expect(headers).not.toHaveProperty('x-powered-by');
    if (status !== 204) expect(headers['cache-control'] ?? '').toContain('no-store');
  });

  it.each([
    ['HELLO\r\n\r\n', 400],
    [`GET /001/api/v1/users HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(limits.http.headerBytes)}\r\n\r\n`, 431],
  ])('to what is no request, or too long a head, is a problem wherever it was to go', async (text, status) => {
    const { headers, json } = await sendRaw(server, text);
    expect(headers['content-type']).toBe('application/problem+json; charset=utf-8');
    const id = headers['x-request-id'];
    expect(json).toMatchObject({ type: '/api/errors/BAD_REQUEST', status, code: 'BAD_REQUEST', request_id: id });
    expect([json.title, json.detail]).toEqual([expect.any(String), expect.any(String)]);
  });

  it('keeps a request id that is a UUID, in the answer, for resolvers and in the log', async () => {
    const id = '6f9619ff-8b86-4011-b42d-00c04fc964ff';
    const answer = await post(server, '{ requestId }', { headers: { 'x-request-id': id } });
    expect(answer.headers['x-request-id']).toBe(id);
    expect(answer.json.data.requestId).toBe(id);
    expect(server.lines().some(({ requestId }) => requestId === id)).toBe(true);
  });

  it.each(['1', 'x'.repeat(36), "6f9619ff-8b86-4011-b42d-00c04fc964ff'--", ''])(
    'gets a new request id instead of %j',
    async (id) => {
      const { headers } = await post(server, '{ hello }', { headers: { 'x-request-id': id } });
      expect(headers['x-request-id']).not.toBe(id);
    },
  );

  it('to HEAD has the length of its body but not the body', async () => {
    const head = await send(`${server.url}/`, { method: 'HEAD' });
    const get = await send(`${server.url}/`);
    expect(head.text).toBe('');
    expect(head.headers['content-length']).toBe(String(get.text.length));
  });

  it('forbids pages everything they do not need', async () => {
    const page = await send(`${server.url}/graphql`, { headers: { accept: 'text/html' } });
    const policy = String(page.headers['content-security-policy']);
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toMatch(/script-src[^;]*unsafe/);
    expect(page.text).not.toMatch(/<script>|https?:\/\//);
  });
});

import { afterEach, describe, expect, it } from 'vitest';
import { post, send, startTestServer, type TestServer } from './harness.ts';

let server: TestServer;
afterEach(() => server.close());

const origin = 'https://app.example.com';
const preflight = (from: string) =>
  send(`${server.url}/graphql`, {
    method: 'OPTIONS',
    headers: {
      origin: from,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type,authorization',
    },
  });

describe('a foreign page', () => {
  it('whose origin is configured may send and read', async () => {
    server = await startTestServer({ allowedOrigins: [origin, 'https://other.example.com'] });
    const asked = await preflight(origin);
    expect(asked.status).toBe(204);
    expect(asked.headers).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE',
      'access-control-allow-headers': 'content-type,authorization',
      vary: 'Origin',
    });
    const answer = await post(server, '{ hello }', { headers: { origin } });
    expect(answer.headers['access-control-allow-origin']).toBe(origin);
    expect(answer.headers['access-control-expose-headers']).toContain('Idempotent-Replayed');
  });

  it('may ask with any header, in words that are names of headers', async () => {
    server = await startTestServer({ allowedOrigins: [origin] });
    const allowed = async (asked: string) => {
      const headers = { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': asked };
      const answer = await send(`${server.url}/graphql`, { method: 'OPTIONS', headers });
      return answer.headers['access-control-allow-headers'];
    };
    expect(await allowed('x-correlation-id, x-tenant-id')).toBe('x-correlation-id, x-tenant-id');
    expect(await allowed('x; y')).toMatch(/^Authorization, /);
  });

  it('reads refusals too', async () => {
    server = await startTestServer({ allowedOrigins: [origin] });
    const refused = await send(`${server.url}/graphql`, { method: 'POST', headers: { origin }, body: 'x' });
    expect(refused.status).toBe(415);
    expect(refused.headers['access-control-allow-origin']).toBe(origin);
  });

  it.each(['https://evil.example', 'https://app.example.com.evil.example', 'null', 'http://app.example.com'])(
    'from %s may not',
    async (other) => {
      server = await startTestServer({ allowedOrigins: [origin] });
      for (const answer of [await preflight(other), await post(server, '{ hello }', { headers: { origin: other } })]) {
        expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
        expect(answer.headers).not.toHaveProperty('access-control-allow-methods');
        expect(answer.headers.vary).toBe('Origin');
      }
    },
  );

  it('may not where no origin is configured', async () => {
    server = await startTestServer();
    const answer = await post(server, '{ hello }', { headers: { origin } });
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
    expect((await preflight(origin)).headers).not.toHaveProperty('access-control-allow-origin');
  });

  it('never gets credentials, not even where every origin may read', async () => {
    server = await startTestServer({ allowedOrigins: ['*'] });
    const asked = await preflight('https://anywhere.example');
    expect(asked.headers['access-control-allow-origin']).toBe('*');
    expect(asked.headers).not.toHaveProperty('access-control-allow-credentials');
  });
});

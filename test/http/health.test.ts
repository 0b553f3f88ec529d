import { afterEach, describe, expect, it } from 'vitest';
import { send, startTestServer, type TestServer } from './harness.ts';

let server: TestServer;
afterEach(() => server.close());

const up = async () => undefined;
const down = async () => {
  throw new Error('connection refused at 10.0.0.7');
};

describe('health', () => {
  it('is what old monitors look for, and nothing else', async () => {
    server = await startTestServer();
    const { json } = await send(`${server.url}/health`);
    expect(json).toEqual({ status: 'healthy', service: 'api-gateway', timestamp: expect.any(String) });
    expect(new Date(json.timestamp).toISOString()).toBe(json.timestamp);
  });

  it('says that the process lives although it is not ready', async () => {
    server = await startTestServer({ checks: { database: down } });
    expect((await send(`${server.url}/health/live`)).status).toBe(200);
    expect((await send(`${server.url}/health`)).status).toBe(200);
  });

  it('is ready when everything is', async () => {
    server = await startTestServer({ checks: { database: up, venue: up } });
    const answer = await send(`${server.url}/health/ready`);
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({ status: 'ready', checks: { database: 'up', venue: 'up' } });
  });

  it('names what is down, and not why', async () => {
    server = await startTestServer({ checks: { database: down, venue: up } });
    const answer = await send(`${server.url}/health/ready`);
    expect(answer.status).toBe(503);
    expect(answer.json).toMatchObject({ status: 'unavailable', checks: { database: 'down', venue: 'up' } });
    expect(answer.text).not.toContain('10.0.0.7');
  });

  it('counts a check as down that throws at once or never answers', async () => {
    server = await startTestServer({
      checks: {
        venue: () => {
          throw new Error('bug');
        },
        database: () => new Promise(() => {}),
      },
    });
    const answer = await send(`${server.url}/health/ready`);
    expect(answer.json.checks).toEqual({ database: 'down', venue: 'down' });
  });

  it.each(['/', '/health', '/health/live', '/health/ready'])('takes GET and HEAD only at %s', async (path) => {
    server = await startTestServer();
    expect((await send(server.url + path, { method: 'HEAD' })).status).toBe(200);
    const options = await send(server.url + path, { method: 'OPTIONS' });
    expect([options.status, options.headers.allow]).toEqual([204, 'GET, HEAD, OPTIONS']);
    for (const method of ['POST', 'PUT', 'DELETE']) {
      const refused = await send(server.url + path, { method });
      expect(refused.status).toBe(405);
      expect(refused.headers.allow).toBe('GET, HEAD, OPTIONS');
      expect(refused.json.errors[0].extensions.code).toBe('METHOD_NOT_ALLOWED');
    }
  });

  it.each(['/health/', '/health/other', '/x/health', '/graphql/', '/graphiql', '/.env', '//health', '/%2e%2e/etc'])(
    'and nothing else is served at %s',
    async (path) => {
      server = await startTestServer();
      const answer = await send(server.url + path);
      expect(answer.status).toBe(404);
      expect(answer.json.errors[0].extensions.code).toBe('NOT_FOUND');
    },
  );
});

describe('in production', () => {
  it('there is no GraphiQL', async () => {
    server = await startTestServer({ production: true });
    const page = await send(`${server.url}/graphql`, { headers: { accept: 'text/html,*/*;q=0.8' } });
    expect(page.status).toBe(400);
    expect(page.headers['content-type']).toContain('application/json');
    expect((await send(`${server.url}/graphiql/start.js`)).status).toBe(404);
  });
});

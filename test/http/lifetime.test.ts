import { once } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ConfigError } from '../../src/config.ts';
import { createHttpServer } from '../../src/http/server.ts';
import { limits } from '../../src/limits.ts';
import { type Effects, testSchema } from '../graphql/test-schema.ts';
import { until } from '../support/until.ts';
import { noExports, post, send, startTestServer, type TestServer } from './harness.ts';

let server: TestServer;
afterEach(() => server.close());

/** A server whose resolvers note what they finished. */
const start = async (options: Parameters<typeof startTestServer>[0] = {}): Promise<Effects> => {
  const effects: Effects = { begun: [], done: [] };
  server = await startTestServer({ schema: testSchema(effects), ...options });
  return effects;
};

const open = async (bytes: string): Promise<{ socket: Socket; text: () => string }> => {
  let text = '';
  const socket = connect(server.port, '127.0.0.1');
  socket.setEncoding('utf8').on('data', (data: string) => {
    text += data;
  });
  await once(socket, 'connect');
  socket.write(bytes);
  return { socket, text: () => text };
};

const operation = (query: string, accept = 'application/json'): string => {
  const body = JSON.stringify({ query });
  return `POST /graphql HTTP/1.1\r\nHost: x\r\nAccept: ${accept}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
};

const requestLines = () => server.lines().filter(({ msg }) => msg === 'request');

describe('a client that goes away', () => {
  it('does not cut a mutation', async () => {
    const effects = await start();
    const { socket } = await open(operation('mutation { slowly }'));
    await until(() => effects.begun.includes('slowly'));
    socket.destroy();
    await vi.waitFor(() => expect(effects.done).toEqual(['slowly']));
    expect(requestLines()).toMatchObject([{ outcome: 'aborted' }]);
  });

  it('ends its query, and that is no bug', async () => {
    const effects = await start();
    const { socket } = await open(operation('{ never }'));
    await until(() => effects.begun.includes('never'));
    socket.destroy();
    await vi.waitFor(() => expect(requestLines()).toMatchObject([{ outcome: 'aborted' }]));
    expect(server.lines().filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('ends its subscription', async () => {
    const effects = await start();
    const { socket, text } = await open(operation('subscription { forever }', 'text/event-stream'));
    await vi.waitFor(() => expect(text()).toContain('"forever":3'));
    socket.destroy();
    await vi.waitFor(() => expect(effects.done).toEqual(['stream closed']));
  });

  it('before its request is complete leaves nothing behind', async () => {
    await start();
    const { socket } = await open(
      'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{',
    );
    await sleep(50);
    socket.destroy();
    await vi.waitFor(() => expect(requestLines()).toMatchObject([{ outcome: 'aborted' }]));
    expect((await post(server, '{ hello }')).status).toBe(200);
  });
});

describe('a slow client', () => {
  const bounds = { headersTimeout_ms: 200, requestTimeout_ms: 200, checkConnections_ms: 50 };

  it.each([
    ['its head', 'POST /graphql HTTP/1.1\r\nHost: x\r\n'],
    ['its body', 'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{'],
  ])('that does not finish %s is told so and cut', async (_what, bytes) => {
    await start({ bounds });
    const { socket, text } = await open(bytes);
    await once(socket, 'close');
    expect(text()).toMatch(/^HTTP\/1\.1 408 /);
    expect(text().toLowerCase()).toContain('x-content-type-options: nosniff');
  });

  it('does not keep others waiting', async () => {
    await start({ bounds: { ...bounds, requestTimeout_ms: 60_000, headersTimeout_ms: 60_000 } });
    const idle = await Promise.all(Array.from({ length: 50 }, () => open('POST /graphql HTTP/1.1\r\nHost: x\r\n')));
    expect((await post(server, '{ hello }')).json.data).toEqual({ hello: 'world' });
    for (const { socket } of idle) socket.destroy();
  });
});

describe('a reader that takes nothing', () => {
  const large = operation(
    `{ ${Array.from({ length: 20 }, (_, i) => `a${i}: echo(text: "${'x'.repeat(200)}", times: 9999)`).join(' ')} }`,
  );

  it('of a large answer is cut', async () => {
    await start({ bounds: { answerTimeout_ms: 300 } });
    const { socket } = await open(large);
    socket.pause();
    const cut = new Promise<string>((resolve) => socket.once('close', () => resolve('cut')));
    await vi.waitFor(() => expect(requestLines()).toMatchObject([{ outcome: 'aborted' }]), { timeout: 5_000 });
    socket.resume();
    expect(await cut).toBe('cut');
  });

  it('of a stream is cut, and one of a quiet stream is not', async () => {
    const effects = await start({ bounds: { answerTimeout_ms: 100 } });
    const quiet = await open(operation('subscription { quiet }', 'text/event-stream'));
    const stuck = await open(operation('subscription { flood }', 'text/event-stream'));
    stuck.socket.pause();
    await vi.waitFor(() => expect(effects.done).toEqual(['flood closed']), { timeout: 5_000 });
    await sleep(300);
    expect(quiet.socket.destroyed).toBe(false);
    expect(effects.done).toEqual(['flood closed']);
    quiet.socket.destroy();
    stuck.socket.destroy();
  });
});

describe('a connection', () => {
  const ask = (agent: Agent, url: string): Promise<{ reused: boolean; connection: string | undefined }> =>
    new Promise((resolve, reject) => {
      const request = httpRequest(url, { agent }, (response) => {
        response.resume().on('end', () => {
          resolve({ reused: request.reusedSocket, connection: response.headers.connection });
        });
      });
      request.on('error', reject).end();
    });

  it('is used again', async () => {
    await start();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    expect(await ask(agent, `${server.url}/health`)).toMatchObject({ reused: false });
    expect(await ask(agent, `${server.url}/nowhere`)).toMatchObject({ reused: true });
    expect(await ask(agent, `${server.url}/graphql?query={hello}`)).toMatchObject({ reused: true });
    agent.destroy();
  });

  it('is used again after a body that was too large', async () => {
    await start();
    const { socket, text } = await open(operation(`{ hello } #${'x'.repeat(limits.http.bodyBytes)}`));
    await vi.waitFor(() => expect(text()).toContain('413'));
    socket.write(operation('{ hello }'));
    await vi.waitFor(() => expect(text()).toContain('"world"'));
    socket.destroy();
  });
});

describe('a connection that was used well', () => {
  it('gets an answer to what is no HTTP, too', async () => {
    await start();
    const { socket, text } = await open('GET /health HTTP/1.1\r\nHost: x\r\n\r\n');
    await vi.waitFor(() => expect(text()).toContain('healthy'));
    socket.write('HELLO\r\n\r\n');
    await once(socket, 'close');
    expect(text()).toContain('HTTP/1.1 400 ');
  });
});

describe('closing', () => {
  it('finishes what is in flight, says that the connection ends, and takes nothing new', async () => {
    const effects = await start();
    const agent = new Agent({ keepAlive: true });
    const inFlight = new Promise<[string | undefined, string]>((resolve, reject) => {
      const headers = { 'content-type': 'application/json' };
      const request = httpRequest(`${server.url}/graphql`, { method: 'POST', headers, agent }, (response) => {
        let text = '';
        response.on('data', (data) => {
          text += data;
        });
        response.on('end', () => resolve([response.headers.connection, text]));
      });
      request.on('error', reject).end('{"query":"mutation { slowly }"}');
    });
    await until(() => effects.begun.includes('slowly'));
    const closed = server.close();
    await expect(send(`${server.url}/health`)).rejects.toThrow('ECONNREFUSED');
    expect(await inFlight).toEqual(['close', expect.stringMatching(/^{"data":{"slowly":"done"}.*}$/)]);
    await closed;
    expect(effects.done).toEqual(['slowly']);
  });

  it('does not wait for idle connections', async () => {
    await start({ bounds: { drain_ms: 60_000 } });
    const { socket, text } = await open('GET /health HTTP/1.1\r\nHost: x\r\n\r\n');
    await vi.waitFor(() => expect(text()).toContain('healthy'));
    await Promise.all([once(socket, 'close'), server.close()]);
  });

  it('ends streams', async () => {
    const effects = await start({ bounds: { drain_ms: 60_000 } });
    const { socket, text } = await open(operation('subscription { forever }', 'text/event-stream'));
    await vi.waitFor(() => expect(text()).toContain('"forever":3'));
    await Promise.all([once(socket, 'close'), server.close()]);
    expect(effects.done).toEqual(['stream closed']);
  });

  it('cuts what is still open after the bound', async () => {
    const effects = await start({ bounds: { drain_ms: 100 } });
    const { socket } = await open(operation('{ never }'));
    await until(() => effects.begun.includes('never'));
    await Promise.all([once(socket, 'close'), server.close()]);
  });
});

describe('a port that is taken', () => {
  it('is refused with the name of the setting', async () => {
    await start();
    const second = createHttpServer({
      config: {
        host: '127.0.0.1',
        port: server.port,
        production: true,
        allowedOrigins: [],
        metricsToken: undefined,
        trustedProxies: [],
      },
      log: {} as never,
      clock: { now: () => new Date() },
      ids: { next: () => '' },
      graphql: {} as never,
      rest: { documents: [], siteOf: () => '' } as never,
      authenticate: {} as never,
      checks: {},
      metrics: {} as never,
      exports: noExports,
      limits: {} as never,
    });
    const attempt = second.listen();
    await expect(attempt).rejects.toBeInstanceOf(ConfigError);
    await expect(attempt).rejects.toThrow(`PORT: ${server.port} is already in use`);
  });
});

import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import type { GraphQLSchema } from 'graphql';
import { expect } from 'vitest';
import { createGraphql } from '../../src/graphql/server.ts';
import type { ExportParts } from '../../src/http/exports.ts';
import type { Checks } from '../../src/http/health.ts';
import { createHttpServer, type HttpServer } from '../../src/http/server.ts';
import type { Authenticate } from '../../src/identity/viewer/viewer.ts';
import { type Clock, systemClock } from '../../src/kernel/clock.ts';
import { createIds } from '../../src/kernel/ids.ts';
import { createRequestLimits } from '../../src/limiter/request-limits.ts';
import { createMemoryStore } from '../../src/limiter/stores/memory.ts';
import { limits } from '../../src/limits.ts';
import { createFacePages } from '../../src/rest/pages.ts';
import { createRest } from '../../src/rest/rest.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { createMetrics, type Metrics } from '../../src/telemetry/metrics.ts';
import { testSchema } from '../graphql/test-schema.ts';
import { authenticateTestToken } from '../graphql/test-viewers.ts';
import { strangeFields } from '../support/input-fields.ts';

export interface TestServer {
  url: string;
  port: number;
  /** The log's lines so far, parsed. */
  lines: () => Record<string, unknown>[];
  /** The log as it was written. */
  text: () => string;
  close: HttpServer['close'];
}

export const noExports: ExportParts = {
  exportStatement: async () => ({ ok: false, failures: [{ code: 'NOT_FOUND', message: 'no accounts here' }] }),
};

const rateLimit = {
  addressPerMinute: 1_000_000,
  viewerPerMinute: 10_000_000,
  loginsPerMinute: 0,
  registrationsPerHour: 0,
  ordersPerMinute: 0,
};

/** The real HTTP server on a free port, in front of a small schema. */
export const startTestServer = async (
  options: {
    schema?: GraphQLSchema;
    production?: boolean;
    debugErrors?: boolean;
    introspection?: boolean;
    registered?: Map<string, string>;
    registeredOnly?: boolean;
    allowedOrigins?: string[];
    checks?: Checks;
    metrics?: Metrics;
    metricsToken?: string;
    exports?: ExportParts;
    trustedProxies?: string[];
    /** Enough for every test that is about something else. */
    rateLimit?: { addressPerMinute: number; viewerPerMinute: number };
    clock?: Clock;
    authenticate?: Authenticate;
    bounds?: Partial<Record<keyof typeof limits.http, number>>;
  } = {},
): Promise<TestServer> => {
  let text = '';
  const log = createLog(
    { logLevel: 'info' },
    {
      write: (line) => {
        text += line;
      },
    },
  );
  const clock = options.clock ?? systemClock;
  const graphql = createGraphql({
    schema: options.schema ?? testSchema(),
    services: {} as never,
    log,
    clock,
    debugErrors: options.debugErrors ?? false,
    introspection: options.introspection ?? true,
    registered: options.registered ?? new Map(),
    registeredOnly: options.registeredOnly ?? false,
  });
  const pages = createFacePages({ clock, checks: {}, optional: {}, circuits: () => [] });
  const server = createHttpServer({
    rest: createRest({ graphql, schema: testSchema(), faces: [], clock, pages }),
    config: {
      host: '127.0.0.1',
      port: 0,
      production: options.production ?? false,
      allowedOrigins: options.allowedOrigins ?? [],
      metricsToken: options.metricsToken,
      trustedProxies: options.trustedProxies ?? [],
    },
    log,
    clock,
    ids: createIds(clock),
    graphql,
    authenticate: options.authenticate ?? authenticateTestToken,
    checks: options.checks ?? {},
    metrics: options.metrics ?? createMetrics(),
    exports: options.exports ?? noExports,
    limits: createRequestLimits({
      config: { ...rateLimit, ...options.rateLimit },
      store: createMemoryStore(1_000),
      clock,
    }),
    bounds: { ...limits.http, ...options.bounds },
  });
  const { port } = await server.listen();
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    text: () => text,
    lines: () =>
      text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    close: server.close,
  };
};

export interface TestAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  json: any;
}

/** A request with exactly the headers that are given; `fetch` would add its own. */
export const send = (
  url: string,
  options: { method?: string; headers?: Record<string, string>; body?: string | Buffer } = {},
): Promise<TestAnswer> =>
  new Promise((resolve, reject) => {
    const { method = 'GET', headers = {}, body } = options;
    const request = httpRequest(url, { method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const isJson = response.headers['content-type']?.includes('json') && text !== '';
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text,
          json: isJson ? JSON.parse(text) : undefined,
        });
      });
    });
    request.on('error', reject);
    request.end(body);
  });

/** A GraphQL operation as a client sends it. Whatever it is refused for, that is a place of its input. */
export const post = async (
  server: Pick<TestServer, 'url'>,
  query: string,
  options: { variables?: Record<string, unknown>; headers?: Record<string, string>; operationName?: string } = {},
): Promise<TestAnswer> => {
  const { headers, ...rest } = options;
  const answer = await send(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, ...rest }),
  });
  expect(strangeFields(answer.json?.data)).toEqual([]);
  return answer;
};

/** Bytes as they are, for what no HTTP client would send. */
export const sendRaw = (server: Pick<TestServer, 'port'>, bytes: string): Promise<TestAnswer> =>
  new Promise((resolve, reject) => {
    let received = '';
    const socket = connect(server.port, '127.0.0.1', () => socket.write(bytes));
    const done = (): void => {
      socket.destroy();
      const [head = '', ...rest] = received.split('\r\n\r\n');
      const [status = '', ...lines] = head.split('\r\n');
      const headers = Object.fromEntries(
        lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]),
      );
      const text = rest.join('\r\n\r\n');
      const json = headers['content-type']?.includes('json') && text !== '' ? JSON.parse(text) : undefined;
      resolve({ status: Number(status.split(' ')[1]), headers, text, json });
    };
    socket.setEncoding('utf8');
    socket.on('data', (data: string) => {
      received += data;
      const [head = '', text = ''] = received.split('\r\n\r\n');
      const length = /content-length: (\d+)/i.exec(head)?.[1];
      if (length !== undefined && Buffer.byteLength(text) >= Number(length)) done();
    });
    socket.on('error', reject);
    socket.on('end', done);
  });

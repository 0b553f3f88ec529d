import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Duplex, Readable } from 'node:stream';
import type { Config } from '../config.ts';
import { troubleOf } from '../database/trouble.ts';
import { RefusedError } from '../errors.ts';
import type { Graphql } from '../graphql/server.ts';
import type { Authenticate } from '../identity/viewer.ts';
import type { Clock } from '../kernel/clock.ts';
import { type Ids, isUuid } from '../kernel/ids.ts';
import { seconds } from '../limiter/refusal.ts';
import type { RequestLimits } from '../limiter/request-limits.ts';
import { limits } from '../limits.ts';
import type { Rest } from '../rest/rest.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { createAdmission } from './admission.ts';
import { type Exchange, type HttpAnswer, type RateLimitNote, refusal, refusedWith, writeHead } from './answer.ts';
import { answerBrokenRequest } from './broken-requests.ts';
import { createCors } from './cors.ts';
import { sendDownload } from './download.ts';
import type { ExportParts } from './exports.ts';
import type { Checks } from './health.ts';
import { createListener, type Listener } from './listener.ts';
import { logRequest } from './log-request.ts';
import { rateLimitHeaders } from './rate-limit-headers.ts';
import { createRoutes, route } from './routes.ts';
import { cutUnlessRead, cutWhenStuck } from './slow-reader.ts';
import { nobody } from './who.ts';

export interface HttpServer {
  /** Resolves to the address once connections are taken. */
  listen(): Promise<{ host: string; port: number }>;
  /** Takes no new connections, finishes the requests in flight, and cuts what is still open after the bound. */
  close(): Promise<void>;
}

type Bounds = { [Name in keyof typeof limits.http]: number };

export const createHttpServer = (parts: {
  config: Pick<Config, 'host' | 'port' | 'production' | 'allowedOrigins' | 'metricsToken' | 'trustedProxies'>;
  log: Log;
  clock: Clock;
  ids: Ids;
  graphql: Graphql;
  authenticate: Authenticate;
  limits: RequestLimits;
  checks: Checks;
  metrics: Metrics;
  exports: ExportParts;
  rest: Rest;
  /** Where the server listens as well, for faces that have a port to themselves. */
  facePorts?: readonly number[];
  /** Tests shorten the waits. */
  bounds?: Bounds;
}): HttpServer => {
  const { config, log, ids, bounds = limits.http } = parts;
  let draining = false;
  const cors = createCors(config.allowedOrigins);
  const streams = new Set<AbortController>();
  const current = new WeakMap<object, ServerResponse>();
  const routes = createRoutes(parts, () => draining);
  const { admit, settle } = createAdmission({ ...parts, trustedProxies: config.trustedProxies });

  const limitHeaders = ({ meter, overBudget, limitHeaders: ofFace }: Exchange): Record<string, string> => {
    const told = overBudget ?? noteOf(meter);
    return told === undefined ? {} : { ...rateLimitHeaders(told, parts.clock.now()), ...ofFace?.(told) };
  };

  const answerOf = async (exchange: Exchange): Promise<HttpAnswer> => {
    try {
      return cors.preflight(exchange.request) ?? (await route(routes, parts.rest, exchange, admit));
    } catch (error) {
      if (exchange.signal.aborted) return refusal(exchange, 'BAD_REQUEST', 'The request was not complete.');
      const refused = error instanceof RefusedError ? error : troubleOf(error);
      if (refused !== undefined) {
        if (refused !== error) log.warn({ requestId: exchange.requestId, err: error }, refused.code);
        return refusedWith(exchange, refused);
      }
      log.error({ requestId: exchange.requestId, err: error }, 'bug');
      const message = `Something went wrong here. The request id ${exchange.requestId} finds it in the log.`;
      return refusal(exchange, 'INTERNAL_SERVER_ERROR', message, {}, { requestId: exchange.requestId });
    }
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const started_ms = performance.now();
    const gone = new AbortController();
    const exchange = exchangeOf(request, ids, gone.signal);
    current.set(request.socket, response);
    response.on('close', () => {
      streams.delete(gone);
      // An answer whose head was written before the draining began has promised to keep its connection.
      if (draining) request.socket.destroySoon();
      if (!response.writableFinished) {
        gone.abort();
        exchange.note.outcome = 'aborted';
      }
      logRequest(log, exchange, response.statusCode, performance.now() - started_ms);
    });
    const answer = await answerOf(exchange);
    const { body } = answer;
    const download = body instanceof Readable ? body : undefined;
    if (response.destroyed || request.method === 'HEAD') download?.destroy();
    if (response.destroyed) return;
    const settling = settle(exchange);
    if (settling instanceof Promise) await settling;
    answer.headers = { ...answer.headers, ...cors.headersFor(request), ...limitHeaders(exchange) };
    writeHead(response, answer, { requestId: exchange.requestId, started_ms, closing: draining });
    if (body === undefined || request.method === 'HEAD') response.end();
    else if (typeof body === 'string') {
      response.end(body);
      cutUnlessRead(response, bounds.answerTimeout_ms);
    } else if (download !== undefined) await sendDownload(exchange, response, download, log);
    else {
      streams.add(gone);
      cutWhenStuck(response, bounds.answerTimeout_ms);
      Readable.fromWeb(body as never, { signal: gone.signal })
        .on('error', () => response.end())
        .pipe(response);
    }
  };

  const onRequest = (request: IncomingMessage, response: ServerResponse): void => void serve(request, response);
  const onClientError = (error: Error, socket: Duplex): void => {
    const response = current.get(socket);
    const isHalfWritten = response?.headersSent && !response.writableFinished;
    if (isHalfWritten) socket.destroy();
    else answerBrokenRequest(error, socket, ids.next());
  };
  const listeners: Listener[] = [];
  const open = async (setting: string, port: number): Promise<number> => {
    const listener = createListener({ onRequest, onClientError, bounds });
    const taken = await listener.listen({ setting, host: config.host, port });
    listeners.push(listener);
    return taken;
  };
  const close = async (): Promise<void> => {
    draining = true;
    const closed = Promise.all(listeners.map((listener) => listener.close()));
    for (const stream of streams) stream.abort();
    const cut = setTimeout(() => {
      for (const listener of listeners) listener.cut();
    }, bounds.drain_ms);
    await closed;
    clearTimeout(cut);
  };

  return {
    listen: async () => {
      try {
        const port = await open('PORT', config.port);
        for (const other of parts.facePorts ?? []) if (other !== port) await open('REST_FACES', other);
        return { host: config.host, port };
      } catch (error) {
        await close();
        throw error;
      }
    },
    close,
  };
};

const noteOf = (meter: Exchange['meter']): RateLimitNote | undefined =>
  meter?.latest && {
    policy: meter.rule.name,
    limit: meter.rule.limit,
    window_s: meter.rule.period_ms / 1_000,
    remaining: meter.latest.remaining,
    resetAfter_s: seconds(meter.latest.resetAfter_us),
  };

/** The path and what follows "?", also of a request whose target is a whole URL, as proxies send it. */
const targetOf = (url: string): { path: string; search: string } => {
  const relative = url.startsWith('/') ? url : url.replace(/^https?:\/\/[^/?]*/i, '');
  const mark = relative.indexOf('?');
  if (mark < 0) return { path: relative, search: '' };
  return { path: relative.slice(0, mark), search: relative.slice(mark + 1) };
};

const exchangeOf = (request: IncomingMessage, ids: Ids, signal: AbortSignal): Exchange => {
  const given = request.headers['x-request-id'];
  return {
    request,
    requestId: typeof given === 'string' && isUuid(given) ? given : ids.next(),
    ...targetOf(request.url ?? '/'),
    who: nobody,
    address: '',
    meter: undefined,
    overBudget: undefined,
    signal,
    note: { outcome: 'ok' },
  };
};

import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Duplex, Readable } from 'node:stream';
import type { Config } from '../config.ts';
import type { Authenticate } from '../identity/viewer/viewer.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Ids } from '../kernel/ids.ts';
import type { RequestLimits } from '../limiter/request-limits.ts';
import type { Rest } from '../rest/rest.ts';
import type { Log } from '../telemetry/log.ts';
import { createAdmission } from './admission.ts';
import { writeHead } from './answer.ts';
import { answering } from './answering.ts';
import { answerBrokenRequest } from './broken-requests.ts';
import { createCors } from './cors.ts';
import { sendDownload } from './download.ts';
import { exchangeOf } from './exchange.ts';
import { logRequest } from './log-request.ts';
import { limitHeadersOf } from './rate-limit-headers.ts';
import { type Routes, route } from './routes.ts';
import { cutUnlessRead, cutWhenStuck } from './slow-reader.ts';

export interface ServeParts {
  config: Pick<Config, 'allowedOrigins' | 'trustedProxies'>;
  log: Log;
  clock: Clock;
  ids: Ids;
  authenticate: Authenticate;
  limits: RequestLimits;
  rest: Rest;
}

/** Takes requests from node:http, whole or broken, and sends their answers. */
export const createServe = (
  parts: ServeParts,
  how: { routes: Routes; answerTimeout_ms: number; isDraining(): boolean },
) => {
  const { config, log, clock, ids, rest } = parts;
  const { routes, answerTimeout_ms, isDraining } = how;
  const cors = createCors(config.allowedOrigins);
  const streams = new Set<AbortController>();
  const current = new WeakMap<object, ServerResponse>();
  const { admit, settle } = createAdmission({ ...parts, trustedProxies: config.trustedProxies });
  const answerOf = answering(
    log,
    (exchange) => cors.preflight(exchange.request) ?? route(routes, rest, exchange, admit),
  );

  /** Sends what goes on for as long as its reader wants. */
  const follow = (gone: AbortController, response: ServerResponse, body: ReadableStream<Uint8Array>): void => {
    streams.add(gone);
    cutWhenStuck(response, answerTimeout_ms);
    Readable.fromWeb(body as never, { signal: gone.signal })
      .on('error', () => response.end())
      .pipe(response);
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const started_ms = performance.now();
    const gone = new AbortController();
    const exchange = exchangeOf(request, ids, gone.signal);
    current.set(request.socket, response);
    response.on('close', () => {
      streams.delete(gone);
      // An answer whose head was written before the draining began has promised to keep its connection.
      if (isDraining()) request.socket.destroySoon();
      if (!response.writableFinished) {
        gone.abort();
        exchange.note.outcome = 'aborted';
      }
      logRequest(log, exchange, response.statusCode, performance.now() - started_ms);
    });
    const answer = await answerOf(exchange);
    const { body } = answer;
    if (body instanceof Readable && (response.destroyed || request.method === 'HEAD')) body.destroy();
    if (response.destroyed) return;
    const settling = settle(exchange);
    if (settling instanceof Promise) await settling;
    answer.headers = { ...answer.headers, ...cors.headersFor(request), ...limitHeadersOf(exchange, clock) };
    writeHead(response, answer, { requestId: exchange.requestId, started_ms, closing: isDraining() });
    if (body === undefined || request.method === 'HEAD') response.end();
    else if (typeof body === 'string') {
      response.end(body);
      cutUnlessRead(response, answerTimeout_ms);
    } else if (body instanceof Readable) await sendDownload(exchange, response, body, log);
    else follow(gone, response, body);
  };

  return {
    onRequest: (request: IncomingMessage, response: ServerResponse): void => void serve(request, response),
    onClientError: (error: Error, socket: Duplex): void => {
      const response = current.get(socket);
      const isHalfWritten = response?.headersSent && !response.writableFinished;
      if (isHalfWritten) socket.destroy();
      else answerBrokenRequest(error, socket, ids.next());
    },
    /** Ends the answers that would go on for as long as their reader wants. */
    endStreams: (): void => {
      for (const stream of streams) stream.abort();
    },
  };
};

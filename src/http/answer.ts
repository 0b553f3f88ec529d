import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { catalogue, type ErrorCode, type RefusedError } from '../errors.ts';
import type { Meter } from '../limiter/request-limits.ts';
import { contentPolicies, securityHeaders } from './headers.ts';
import type { Who } from './who.ts';

/** One request on its way, and what the log line will say of it. */
export interface Exchange {
  request: IncomingMessage;
  requestId: string;
  path: string;
  search: string;
  /** Nobody on the paths that need not know. */
  who: Who;
  /** Where it came from, as far as it is counted. */
  address: string;
  /** What it is counted against; nothing on the paths that count nothing. */
  meter: Meter | undefined;
  /** The budget that refused it, where that is another one. */
  overBudget: RateLimitNote | undefined;
  /** Aborted when the client goes away before its answer is complete. */
  signal: AbortSignal;
  note: { operation?: string; viewerId?: string; outcome: string };
  /** How the REST face of the path refuses; undefined where answers have the shape of GraphQL. */
  refuse?: Refuse;
  /** Those that the face tells of a limit beside the usual ones. */
  limitHeaders?: ((note: RateLimitNote) => Record<string, string>) | undefined;
}

/** What the headers tell of a limit. */
export interface RateLimitNote {
  policy: string;
  limit: number;
  window_s: number;
  remaining: number;
  resetAfter_s: number;
}

export type Refuse = (
  code: ErrorCode,
  message: string,
  headers?: Record<string, string>,
  details?: Readonly<Record<string, string | number>>,
) => HttpAnswer;

export interface HttpAnswer {
  status: number;
  headers?: Record<string, string>;
  /** A web stream may be ended at any event; a Readable is a whole, and is cut off visibly if it fails. */
  body?: string | ReadableStream<Uint8Array> | Readable;
  contentPolicy?: string;
}

export type Handler = (exchange: Exchange) => HttpAnswer | Promise<HttpAnswer>;

export const JSON_TYPE = 'application/json; charset=utf-8';

export const jsonAnswer = (status: number, value: unknown, headers: Record<string, string> = {}): HttpAnswer => ({
  status,
  headers: { 'Content-Type': JSON_TYPE, 'Cache-Control': 'no-store', ...headers },
  body: JSON.stringify(value),
});

/** A refusal in the shape that the path has: of a GraphQL answer, or of its REST face. */
export const refusal = (
  exchange: Pick<Exchange, 'note' | 'refuse'>,
  code: ErrorCode,
  message: string,
  headers: Record<string, string> = {},
  details: Readonly<Record<string, string | number>> = {},
): HttpAnswer => {
  if (exchange.refuse !== undefined) return exchange.refuse(code, message, headers, details);
  exchange.note.outcome = code;
  const error = { message, extensions: { code, ...details } };
  return jsonAnswer(catalogue[code].status, { errors: [error] }, headers);
};

/** The same for what was thrown. */
export const refusedWith = (
  exchange: Pick<Exchange, 'note' | 'refuse'>,
  { code, message, details, retryAfter_s }: RefusedError,
): HttpAnswer => {
  const headers: Record<string, string> = {};
  if (code === 'UNAUTHENTICATED') headers['WWW-Authenticate'] = 'Bearer';
  if (retryAfter_s === undefined) return refusal(exchange, code, message, headers, details);
  headers['Retry-After'] = String(retryAfter_s);
  return refusal(exchange, code, message, headers, { ...details, retryAfter: retryAfter_s });
};

/** The only place where an answer's head is written, so that no answer lacks a header. */
export const writeHead = (
  response: ServerResponse,
  answer: HttpAnswer,
  context: { requestId: string; started_ms: number; closing: boolean },
): void => {
  const headers: Record<string, string | number> = {
    ...securityHeaders,
    'Content-Security-Policy': answer.contentPolicy ?? contentPolicies.api,
    'X-Request-ID': context.requestId,
    'X-Process-Time': ((performance.now() - context.started_ms) / 1000).toFixed(6),
    ...answer.headers,
  };
  if (typeof answer.body === 'string') headers['Content-Length'] = Buffer.byteLength(answer.body);
  else if (answer.body === undefined && answer.status !== 204) headers['Content-Length'] = 0;
  if (context.closing) headers.Connection = 'close';
  response.writeHead(answer.status, headers);
};

import type { ExecutionResult } from 'graphql';
import { getSSEProcessor, isAsyncIterable } from 'graphql-yoga';
import { catalogue, type ErrorCode } from '../errors.ts';
import type { Answer, Caller, Graphql } from '../graphql/server.ts';
import { type MediaType, negotiate } from './accept.ts';
import { type Exchange, type Handler, type HttpAnswer, type RateLimitNote, refusal } from './answer.ts';
import { readJson } from './body.ts';
import { idempotencyKeyOf } from './idempotency-key.ts';
import { type Params, readParams, readSearchParams } from './params.ts';

/** What is wrong with a document leaves a well-formed request; application/json has always answered that with 200. */
const inTheDocument = new Set<ErrorCode>([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'PERSISTED_QUERY_NOT_FOUND',
]);

const codesOf = ({ errors = [] }: ExecutionResult): ErrorCode[] => [
  ...new Set(errors.map((error) => error.extensions.code as ErrorCode)),
];

const laterCodes = new Set<ErrorCode>(['RATE_LIMITED', 'OVERLOADED', 'DEPENDENCY_UNAVAILABLE']);
const highest = (codes: ErrorCode[]): number => Math.max(...codes.map((code) => catalogue[code].status));

const statusOf = (result: ExecutionResult, codes: ErrorCode[], type: MediaType): number => {
  if (codes.length === 0) return 200;
  // Of an operation of which nothing came about, the transport may say what any client understands: come back later.
  if (result.data === null && codes.every((code) => laterCodes.has(code))) return highest(codes);
  if (result.data !== undefined) return 200;
  if (type === 'application/json' && codes.every((code) => inTheDocument.has(code))) return 200;
  return highest(codes);
};

const headersOf = (result: ExecutionResult, status: number): Record<string, string> => {
  const headers: Record<string, string> = {};
  const waits = (result.errors ?? []).map((error) => error.extensions.retryAfter).filter((wait) => wait !== undefined);
  if (waits.length > 0) headers['Retry-After'] = String(Math.ceil(Math.max(...(waits as number[]))));
  if (status === 405) headers.Allow = 'POST';
  return headers;
};

/** The budget of a command that refused it; the headers tell of that one, not of the request's. */
export const budgetOf = ({ errors = [] }: ExecutionResult): RateLimitNote | undefined => {
  const over = errors.find(({ extensions }) => extensions.code === 'RATE_LIMITED')?.extensions;
  if (over === undefined) return undefined;
  const { policy, limit, window, remaining, resetAfter } = over as Record<string, number> & { policy: string };
  return { policy, limit: limit ?? 0, window_s: window ?? 0, remaining: remaining ?? 0, resetAfter_s: resetAfter ?? 0 };
};

/** What the schema is told of who sent a request. */
export const callerOf = (
  { requestId, who, address, meter, signal }: Exchange,
  idempotencyKey: string | null,
): Caller => ({ requestId, ...who, address, meter, idempotencyKey, signal });

/** One operation's answer, or a stream of them, as server-sent events. */
const streamed = async (answer: Answer): Promise<HttpAnswer> => {
  const response = await getSSEProcessor()(answer as never, globalThis as never, 'text/event-stream');
  return {
    // The events carry what went wrong: a stream that is refused by its status cannot be read by a browser.
    status: 200,
    headers: { 'Content-Type': 'text/event-stream; charset=utf-8', 'Cache-Control': 'no-store' },
    ...(response.body && { body: response.body as ReadableStream<Uint8Array> }),
  };
};

const readRequest = async (exchange: Exchange): Promise<Params | { refused: HttpAnswer }> => {
  if (exchange.request.method === 'GET') return readSearchParams(exchange.search);
  const body = await readJson(exchange.request);
  if ('value' in body) return readParams(body.value);
  return { refused: refusal(exchange, body.problem.code, body.problem.message) };
};

/** GraphQL over HTTP: parameters in, negotiated answer out. */
export const createGraphqlHandler =
  (graphql: Graphql): Handler =>
  async (exchange) => {
    const { request, note } = exchange;
    const type = negotiate(request.headers.accept);
    if (type === undefined) {
      const message = 'Answers are application/json, application/graphql-response+json or text/event-stream.';
      return { ...refusal(exchange, 'BAD_REQUEST', message), status: 406 };
    }
    const key = idempotencyKeyOf(request);
    if ('problem' in key) return refusal(exchange, 'BAD_REQUEST', key.problem);
    const read = await readRequest(exchange);
    if ('refused' in read) return read.refused;
    if ('problem' in read) return refusal(exchange, 'BAD_REQUEST', read.problem);

    const caller = callerOf(exchange, key.value);
    const { answer, context } = await graphql.run(read.params, request.method as 'GET' | 'POST', caller);
    if (context.operation?.name) note.operation = context.operation.name;

    if (isAsyncIterable(answer)) {
      if (type === 'text/event-stream') return streamed(answer);
      await answer[Symbol.asyncIterator]().return?.();
      return { ...refusal(exchange, 'BAD_REQUEST', 'A subscription needs "Accept: text/event-stream".'), status: 406 };
    }
    const codes = codesOf(answer);
    if (codes.length > 0) note.outcome = codes.sort().join(',');
    if (type === 'text/event-stream') return streamed(answer);
    const status = statusOf(answer, codes, type);
    const headers = headersOf(answer, status);
    exchange.overBudget = budgetOf(answer);
    if (context.idempotencyReplayed) headers['Idempotent-Replayed'] = 'true';
    return {
      status,
      headers: { 'Content-Type': `${type}; charset=utf-8`, 'Cache-Control': 'no-store', ...headers },
      body: JSON.stringify(answer),
    };
  };

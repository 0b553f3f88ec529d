import { type ExecutionResult, GraphQLError, type GraphQLFormattedError } from 'graphql';
import { isAsyncIterable, mapAsyncIterator, type Plugin } from 'graphql-yoga';
import { troubleOf } from '../../database/trouble.ts';
import { bugMessage, catalogue, type ErrorCode, RefusedError } from '../../errors.ts';
import type { Log } from '../../telemetry/log.ts';
import { carriedOutAt } from '../carried-out.ts';
import type { RequestContext } from '../context.ts';
import { clipped } from '../error-text.ts';

const isCode = (code: unknown): code is ErrorCode => typeof code === 'string' && Object.hasOwn(catalogue, code);

/** The error that was thrown first, under everything that GraphQL wrapped around it. */
const originOf = (error: unknown): unknown => {
  let origin = error;
  while (origin instanceof GraphQLError && origin.originalError) origin = origin.originalError;
  return origin;
};

/** The code of an error that graphql-js or Yoga made by itself; undefined when it tells of a bug in a resolver. */
const machineryCode = (error: GraphQLError, origin: GraphQLError): ErrorCode | undefined => {
  const { code, http } = (origin.extensions ?? {}) as { code?: unknown; http?: { status?: number } };
  if (http?.status === 405) return 'METHOD_NOT_ALLOWED';
  if (isCode(code)) return code;
  if (code !== undefined) return 'BAD_REQUEST';
  // Without a path nothing was resolved yet: a variable did not fit. An argument can still misfit when its field is reached.
  return error.path === undefined || error.message.startsWith('Argument "') ? 'BAD_USER_INPUT' : undefined;
};

const CARRIED_OUT =
  'The command was carried out, but its answer could not be read. Look up what it did or, if it had an idempotency key, repeat it with that.';

export interface MaskOptions {
  log: Log;
  /** Answers say what went wrong inside: for a developer's own machine. */
  debugErrors: boolean;
}

/** Everything of an error that is only for developers. */
const insideOf = (error: unknown) =>
  error instanceof Error ? { message: error.message, stack: error.stack?.split('\n') } : { message: String(error) };

const presentAlone = (
  error: GraphQLError,
  context: RequestContext,
  { log, debugErrors }: MaskOptions,
): GraphQLFormattedError => {
  const place = {
    ...(error.locations && { locations: error.locations }),
    ...(error.path && { path: error.path }),
  };
  const origin = originOf(error);
  const refusal = origin instanceof RefusedError ? origin : troubleOf(origin);
  if (refusal !== undefined) {
    const { code, message, details, retryAfter_s } = refusal;
    const { requestId } = context;
    if (refusal !== origin)
      log.warn({ requestId, operation: context.operation?.name, path: error.path, err: origin }, code);
    const extensions = { code, ...details, ...(retryAfter_s !== undefined && { retryAfter: retryAfter_s }) };
    return { message, ...place, extensions };
  }
  const code = origin instanceof GraphQLError ? machineryCode(error, origin) : undefined;
  if (code !== undefined) return { message: clipped(error.message), ...place, extensions: { code } };
  if (!context.signal.aborted)
    log.error(
      { requestId: context.requestId, operation: context.operation?.name, path: error.path, err: origin },
      'bug',
    );
  return {
    message: bugMessage(context.requestId),
    ...place,
    extensions: {
      code: 'INTERNAL_SERVER_ERROR',
      requestId: context.requestId,
      ...(debugErrors && { debug: insideOf(origin) }),
    },
  };
};

/**
 * A client that reads "try again" does it again. So where the command was carried out and what failed is a read for its answer, the
 * error says that in place of its reason, and never when to come back.
 */
const present = (error: GraphQLError, context: RequestContext, options: MaskOptions): GraphQLFormattedError => {
  const shown = presentAlone(error, context, options);
  const done = carriedOutAt(context, error.path);
  const { code, retryAfter: _, ...extensions } = shown.extensions as { code: ErrorCode } & Record<string, unknown>;
  if (done === undefined || catalogue[code].status < 500) return shown;
  return { ...shown, message: CARRIED_OUT, extensions: { code: 'DONE_WITHOUT_ANSWER', ...extensions, ...done } };
};

/** Lets out what the catalogue knows; everything else is logged whole and answered with the request id only. */
export const useMaskedErrors = (options: MaskOptions): Plugin => ({
  onExecutionResult({ result, context, setResult }) {
    const request = context as unknown as RequestContext;
    const mask = (answer: ExecutionResult): ExecutionResult =>
      answer.errors === undefined
        ? answer
        : {
            ...answer,
            errors: answer.errors.map((error) => present(error, request, options)) as unknown as GraphQLError[],
          };
    if (isAsyncIterable(result)) setResult(mapAsyncIterator(result as AsyncIterable<ExecutionResult>, mask) as never);
    else setResult(mask(result as ExecutionResult));
  },
});

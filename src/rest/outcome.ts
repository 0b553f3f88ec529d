import type { ExecutionResult, GraphQLFormattedError } from 'graphql';
import { catalogue, type ErrorCode } from '../errors.ts';
import { limits } from '../limits.ts';
import type { RestFailure } from './dialect.ts';
import type { InputProblem } from './input.ts';
import type { RestOperation } from './operation.ts';

interface UserError {
  code: ErrorCode;
  message: string;
  field: string[] | null;
}

/** Seconds until what is refused for now may be asked again, where only time is missing. */
const retryAfter_s: Partial<Record<ErrorCode, number>> = { IDEMPOTENCY_IN_PROGRESS: limits.lane.idempotencyRetry_s };

/** A field of the operation was refused for one of its arguments: what the request lacks or has wrong, by its name there. */
const argumentOf = (operation: RestOperation, argument: string, message: string): InputProblem => {
  const name = operation.wireNames.get(argument) ?? argument;
  const hasBody = operation.method !== 'GET' && operation.method !== 'DELETE';
  const where = operation.path.includes(`{${name}}`) ? 'path' : hasBody ? 'body' : 'query';
  return { in: where, field: [name], kind: 'invalid', message };
};

const refusedWhole = (operation: RestOperation, errors: readonly GraphQLFormattedError[]): RestFailure => {
  const codeOf = (error: GraphQLFormattedError): ErrorCode => error.extensions?.code as ErrorCode;
  const [first, ...others] = errors as [GraphQLFormattedError, ...GraphQLFormattedError[]];
  const worst = others.reduce(
    (one, other) => (catalogue[codeOf(other)].status > catalogue[codeOf(one)].status ? other : one),
    first,
  );
  const { code: _code, retryAfter, requestId: _id, cost: _cost, field, ...details } = worst.extensions ?? {};
  const problems = typeof field === 'string' ? [argumentOf(operation, field, worst.message)] : undefined;
  return {
    code: codeOf(worst),
    message: worst.message,
    errors: problems?.map((problem) => ({ field: problem.field, code: codeOf(worst), message: problem.message })) ?? [],
    ...(problems && { problems }),
    details,
    ...(typeof retryAfter === 'number' && { retryAfter_s: Math.ceil(retryAfter) }),
  };
};

export const NOTHING_THERE: RestFailure = { code: 'NOT_FOUND', message: 'Nothing is found here.', errors: [] };

/** Why a result is no success; undefined when it is one. The worst of its errors decides, else the first of the `userErrors`. */
export const failureOf = (
  operation: RestOperation,
  { data, errors = [], extensions }: ExecutionResult,
): RestFailure | undefined => {
  const { payloads, wireNames } = operation;
  if (errors.length > 0) return refusedWhole(operation, errors as readonly GraphQLFormattedError[]);
  if (extensions?.nothingThere !== undefined) return NOTHING_THERE;
  const found = payloads.flatMap((name) => (data?.[name] as { userErrors?: UserError[] } | null)?.userErrors ?? []);
  const [first] = found;
  if (first === undefined) return undefined;
  const wait_s = retryAfter_s[first.code];
  return {
    code: first.code,
    message: first.message,
    ...(wait_s !== undefined && { retryAfter_s: wait_s }),
    errors: found.flatMap(({ code, message, field }) =>
      field === null
        ? []
        : [{ field: field.map((name, at) => (at === 0 ? (wireNames.get(name) ?? name) : name)), code, message }],
    ),
  };
};

/** The failure of a request that does not fit its operation. */
export const misfit = (problems: readonly InputProblem[]): RestFailure => ({
  code: 'BAD_USER_INPUT',
  message: problems.map(({ field, message }) => `${field.join('.') || 'The body'}: ${message}`).join(' '),
  errors: problems.map(({ field, message }) => ({ field, code: 'BAD_USER_INPUT', message })),
  problems,
});

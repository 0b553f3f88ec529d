import type { Exchange } from '../http/answer.ts';
import { isRefreshTokenShaped } from '../identity/sessions/refresh-token.ts';
import type { RestRequest } from './dialect.ts';
import type { RestOperation } from './operation.ts';
import { tokenTimes } from './token-times.ts';

/** Text that may stand in a header and in a log. */
const correlationIn = (given: string | string[] | undefined): string | undefined =>
  typeof given === 'string' && /^[\x21-\x7e]{1,128}$/.test(given) ? given : undefined;

/** How far a request has come. */
export interface Reached {
  operation?: RestOperation;
  body?: unknown;
}

/** What a face is told of a request. */
export const requestOf = (
  { request, requestId, path, search, who }: Exchange,
  { operation, body }: Reached,
  now: Date,
): RestRequest => {
  const { authorization = '' } = request.headers;
  const [, scheme, credentials] = /^(\S*) *(.*)$/.exec(authorization) ?? [];
  return {
    requestId,
    path,
    operation,
    query: new URLSearchParams(search),
    body,
    scheme: request.headers.authorization === undefined ? undefined : scheme?.toLowerCase(),
    hasCredentials: credentials !== undefined && credentials !== '',
    tokenProblem: who.tokenProblem,
    isRefreshToken: isRefreshTokenShaped(credentials ?? ''),
    tokenTimes: who.viewer === null ? undefined : tokenTimes(request.headers.authorization),
    now,
    correlationId: correlationIn(request.headers['x-correlation-id']),
  };
};

import { STATUS_CODES } from 'node:http';
import type { ErrorCode } from '../../errors.ts';
import { challengeOf } from '../challenge.ts';
import type { Dialect } from '../dialect.ts';

/** The page of docs about a code. */
const typeOf = (code: string): string => `/api/errors/${code}`;

/** The field of a problem that is the whole body's. */
const WHOLE = 'body';

const challenged = new Set<ErrorCode>(['UNAUTHENTICATED', 'RECENT_SIGN_IN_REQUIRED']);

/** Bourse's own face: what was asked for is the body; a refusal is a problem of RFC 9457. */
export const native: Dialect = {
  ignoresUnknown: false,
  negotiates: true,
  serves: {
    '/health/live': '/health/live',
    '/health/ready': '/health/ready',
    '/metrics': '/metrics',
    '/exports/statement': '/exports/statement',
  },
  success: (answer) => answer,
  failure: ({ code, message, errors, details }, status, { requestId, path }) => ({
    status,
    headers: {
      'Content-Type': 'application/problem+json; charset=utf-8',
      ...(challenged.has(code) && { 'WWW-Authenticate': challengeOf(code) }),
    },
    body: {
      type: typeOf(code),
      title: STATUS_CODES[status],
      status,
      detail: message,
      instance: path,
      code,
      request_id: requestId,
      ...details,
      ...(errors.length > 0 && {
        errors: errors.map((error) => ({ ...error, field: error.field.join('.') || WHOLE })),
      }),
    },
  }),
};

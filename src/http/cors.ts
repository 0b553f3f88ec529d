import type { IncomingMessage } from 'node:http';
import type { HttpAnswer } from './answer.ts';
import { rateLimitHeaderNames } from './rate-limit-headers.ts';

const own = [
  'X-Request-ID',
  'X-Process-Time',
  'Retry-After',
  'Idempotent-Replayed',
  'Content-Disposition',
  'ETag',
  'Link',
  'Location',
];
const exposed = [...own, ...rateLimitHeaderNames].join(', ');
const known = 'Authorization, Content-Type, Idempotency-Key, If-None-Match, X-Request-ID';
const names = /^[\w-]+(\s*,\s*[\w-]+)*$/;

/** A page that may ask may ask with any header: none of them is believed for the page's sake. */
const preflight = ({ headers }: IncomingMessage): Record<string, string> => {
  const asked = headers['access-control-request-headers'] ?? '';
  return {
    'Access-Control-Allow-Methods': 'GET, POST, PUT, PATCH, DELETE',
    'Access-Control-Allow-Headers': names.test(asked) ? asked : known,
    'Access-Control-Max-Age': '600',
  };
};

/**
 * Which foreign pages may read answers: those of the configured origins. None configured: no foreign page. Cookies
 * play no part in this API, so credentials are never allowed.
 */
export const createCors = (origins: readonly string[]) => {
  const any = origins.includes('*');
  const allowed = new Set(origins);

  const headersFor = (request: IncomingMessage): Record<string, string> => {
    if (origins.length === 0) return {};
    const { origin } = request.headers;
    if (any) return { 'Access-Control-Allow-Origin': '*', 'Access-Control-Expose-Headers': exposed };
    // The answer differs by origin, also for those that are not allowed.
    if (origin === undefined || !allowed.has(origin)) return { Vary: 'Origin' };
    return { Vary: 'Origin', 'Access-Control-Allow-Origin': origin, 'Access-Control-Expose-Headers': exposed };
  };

  return {
    headersFor,
    /** The answer to a browser that asks before it sends; undefined for an OPTIONS that is no such question. */
    preflight: (request: IncomingMessage): HttpAnswer | undefined => {
      if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined)
        return undefined;
      return { status: 204, headers: 'Access-Control-Allow-Origin' in headersFor(request) ? preflight(request) : {} };
    },
  };
};

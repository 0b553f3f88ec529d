import type { FaceStatus, RestFailure, RestRequest } from '../dialect.ts';
import { fastapi, type Wording } from './fastapi.ts';
import { answers003, publicCircuits, schemas003 } from './system003-answers.ts';

/** Of its two limiters, a window and a bucket, ours of these names are the second; the others count within a window. */
const buckets = new Set<unknown>(['address', 'viewer', 'orders']);
const isBucket = (policy: unknown): boolean => buckets.has(policy);

const health = async ({ optional }: FaceStatus): Promise<object> => {
  const redis = (await optional()).redis?.up ?? true;
  return { status: redis ? 'healthy' : 'degraded', redis: redis ? 'healthy' : 'unhealthy', version: '1.0.0' };
};

const unauthenticated = ({ scheme, hasCredentials }: RestRequest): Wording => {
  if (scheme === undefined) return { status: 401, detail: 'Missing authorization header' };
  if (scheme !== 'bearer' || !hasCredentials) return { status: 401, detail: 'Invalid authorization header format' };
  return { status: 401, detail: 'Invalid or expired token' };
};

const decoded = (segment: string): string => {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
};

/** What is not there: of the paths that name a service, that service, which only the signed-in are told. */
const absent = (request: RestRequest): Wording => {
  const { operation, path, tokenTimes } = request;
  const named = operation === undefined ? /\/api\/(?!auth\/)([^/]+)\/./i : /\/circuits\/([^/]+)\/reset$/;
  const [, service] = named.exec(path) ?? [];
  if (service === undefined) return { status: 404, detail: 'Not Found' };
  if (tokenTimes === undefined) return unauthenticated(request);
  return { status: 404, detail: `Service '${decoded(service)}' not found` };
};

/** An open circuit, or nobody who answers. */
const unavailable = ({ message, details }: RestFailure): Wording => {
  if (details?.dependency === undefined) return { status: 503, detail: message };
  const { dependency, state } = details;
  if (state === undefined) return { status: 503, detail: `Cannot connect to service '${dependency}'` };
  return { status: 503, detail: `Service '${dependency}' is temporarily unavailable` };
};

/** The API gateway over Redis: what concerns sign-in, health, figures and circuits. It proxies nothing here. */
export const system003 = fastapi({
  unauthenticated,
  texts: {
    INVALID_CREDENTIALS: { status: 401, detail: 'Invalid credentials', bare: true },
    RATE_LIMITED: ({ retryAfter_s = 60, details }) => ({
      status: 429,
      detail: isBucket(details?.policy) ? 'Too many requests, please slow down' : 'Rate limit exceeded',
      beside: { remaining: 0, retry_after: retryAfter_s },
    }),
    METHOD_NOT_ALLOWED: { status: 405, detail: 'Method Not Allowed' },
    NOT_FOUND: (_, request) => absent(request),
    DEPENDENCY_UNAVAILABLE: unavailable,
  },
  beside: {
    pages: {
      '/health': async (status) => ({ status: 200, body: await health(status) }),
      '/health/detailed': async (status) => ({
        status: 200,
        body: { ...(await health(status)), circuits: publicCircuits(status.circuits()) },
      }),
      '/ready': async ({ dependencies }) => {
        const ready = Object.values(await dependencies()).every(({ up }) => up);
        return { status: ready ? 200 : 503, body: { ready } };
      },
      '/live': () => ({ status: 200, body: { alive: true } }),
    },
    serves: { '/metrics/prometheus': '/metrics' },
    documentsAt: '',
    schemas: schemas003,
    limitHeaders: ({ policy, window_s, remaining }) => ({
      'X-RateLimit-Window': `${window_s}`,
      ...(isBucket(policy) && { 'X-TokenBucket-Remaining': `${remaining}` }),
    }),
  },
  success: answers003,
});

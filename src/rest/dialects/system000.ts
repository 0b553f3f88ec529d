import type { Dialect, RestAnswer, RestFailure, RestRequest } from '../dialect.ts';
import { fastapi } from './fastapi.ts';

const credentials = { status: 401, detail: 'Could not validate credentials' };

/** Its document says that these fields are the body, its code puts them under `detail`: both are there. */
const limited = ({ retryAfter_s = 60, details }: RestFailure) => {
  const limit = details?.limit ?? 60;
  const said = {
    error: 'Rate limit exceeded',
    message: `Too many requests. Limit: ${limit} requests per minute`,
    retry_after: retryAfter_s,
  };
  return { status: 429, detail: said, beside: said };
};

const unavailable = ({ retryAfter_s = 60 }: RestFailure) => ({
  status: 503,
  detail: {
    error: 'Service Unavailable',
    message: 'Circuit breaker is OPEN. Service is temporarily unavailable.',
    retry_after: retryAfter_s,
  },
});

const claims = {
  user_id: { type: 'integer', format: 'int32' },
  username: { type: 'string' },
  email: { type: 'string', format: 'email' },
  is_admin: { type: 'boolean' },
} as const;
const seconds = { type: 'integer', description: 'Unix time.' } as const;
const user = { ...claims, type: { type: 'string', const: 'access' }, exp: seconds, iat: seconds } as const;

/** Of an answer that has what no operation gives: the times of the token. */
const schemas = {
  GatewayProfile: {
    type: 'object',
    properties: { user: { type: 'object', properties: user, required: Object.keys(user) }, ...claims },
    required: ['user', ...Object.keys(claims)],
  },
} satisfies Dialect['schemas'];

/** One of its versions answers with the claims of the token, another says in words that there are no orders; both are there. */
const success = (answer: RestAnswer, { operation, tokenTimes }: RestRequest): RestAnswer => {
  if (operation?.name === 'GatewayProfile') {
    const body = answer.body as { user: object };
    return { ...answer, body: { ...body, user: { ...body.user, ...tokenTimes } } };
  }
  if (operation?.name !== 'GatewayOrders') return answer;
  const body = answer.body as { total: number };
  return { ...answer, body: { ...body, message: body.total === 0 ? 'No orders found.' : 'Orders found.' } };
};

/** The secure financial API gateway: plain token pairs, `detail` texts, 403 without a token. */
export const system000 = fastapi({
  unauthenticated: ({ scheme, hasCredentials }, reason) => {
    if (scheme === undefined || !hasCredentials) return { status: 403, detail: 'Not authenticated' };
    if (scheme !== 'bearer') return { status: 403, detail: 'Invalid authentication credentials' };
    return reason === 'EXPIRED' ? { status: 401, detail: 'Token has expired' } : credentials;
  },
  texts: {
    EMAIL_TAKEN: { status: 409, detail: 'Email already registered' },
    USERNAME_TAKEN: { status: 409, detail: 'Username already taken' },
    INVALID_CREDENTIALS: { status: 401, detail: 'Invalid email or password', bare: true },
    INVALID_REFRESH_TOKEN: credentials,
    USER_SUSPENDED: { status: 403, detail: 'User account is inactive' },
    FORBIDDEN: { status: 403, detail: 'Admin access required' },
    NOT_FOUND: { status: 404, detail: 'Not Found' },
    METHOD_NOT_ALLOWED: { status: 405, detail: 'Method Not Allowed' },
    RATE_LIMITED: limited,
    DEPENDENCY_UNAVAILABLE: unavailable,
  },
  beside: {
    schemas,
    pages: {
      '/health': ({ now }) => ({
        status: 200,
        body: { status: 'healthy', service: 'api-gateway', timestamp: now.toISOString() },
      }),
      '/': () => ({
        status: 200,
        body: {
          service: 'Secure Financial API Gateway',
          version: '1.0.0',
          status: 'healthy',
          docs: '/api/docs',
        },
      }),
    },
  },
  success,
  headers: { 'X-Circuit-Breaker-State': 'closed' },
});

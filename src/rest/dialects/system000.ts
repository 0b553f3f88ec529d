import type { Dialect, RestAnswer, RestFailure, RestRequest } from '../dialect.ts';
import { textFields } from '../text-fields.ts';
import { fastapi, type Wording } from './fastapi.ts';

const STATE = 'X-Circuit-Breaker-State';
const credentials = { status: 401, detail: 'Could not validate credentials' };

/** Its document says that these fields are the body, its code puts them under `detail`: both are there. */
const limited = ({ retryAfter_s = 60, details }: RestFailure): Wording => {
  const period = details?.window === 3_600 ? 'hour' : 'minute';
  const said = {
    error: 'Rate limit exceeded',
    message: `Too many requests. Limit: ${details?.limit ?? 60} requests per ${period}`,
    retry_after: retryAfter_s,
  };
  return { status: 429, detail: said, beside: said };
};

const unavailable = (message: string, retryAfter_s: number, state: string): Wording => {
  const said = { error: 'Service Unavailable', message, retry_after: retryAfter_s };
  return { status: 503, detail: said, beside: said, headers: { [STATE]: state } };
};

/** Its breakers stood before its own routes; ours stand before what a route depends on, and the one that refused is told of. */
const broken = ({ retryAfter_s = 60, details }: RestFailure): Wording =>
  unavailable(
    'Circuit breaker is OPEN. Service is temporarily unavailable.',
    retryAfter_s,
    String(details?.state ?? 'open').toLowerCase(),
  );

/** What a client sends where the other of the two tokens belongs. */
const WRONG_KIND = { status: 401, detail: 'Invalid token type' };
const accessToken = /^[\w-]+\.[\w-]+\.[\w-]+$/;

const unrefreshed = (_: RestFailure, { body }: RestRequest): Wording => {
  const { refresh_token: sent } = (body ?? {}) as { refresh_token?: unknown };
  return typeof sent === 'string' && accessToken.test(sent) ? { ...WRONG_KIND, bare: true } : credentials;
};

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
  unauthenticated: ({ scheme, hasCredentials, isRefreshToken }, reason) => {
    if (scheme === undefined || !hasCredentials) return { status: 403, detail: 'Not authenticated' };
    if (scheme !== 'bearer') return { status: 403, detail: 'Invalid authentication credentials' };
    if (isRefreshToken) return WRONG_KIND;
    return reason === 'EXPIRED' ? { status: 401, detail: 'Token has expired' } : credentials;
  },
  texts: {
    EMAIL_TAKEN: { status: 409, detail: 'Email already registered' },
    USERNAME_TAKEN: { status: 409, detail: 'Username already taken' },
    INVALID_CREDENTIALS: { status: 401, detail: 'Invalid email or password', bare: true },
    INVALID_REFRESH_TOKEN: unrefreshed,
    USER_SUSPENDED: { status: 403, detail: 'User account is inactive' },
    FORBIDDEN: { status: 403, detail: 'Admin access required' },
    NOT_FOUND: { status: 404, detail: 'Not Found' },
    METHOD_NOT_ALLOWED: { status: 405, detail: 'Method Not Allowed' },
    RATE_LIMITED: limited,
    DEPENDENCY_UNAVAILABLE: broken,
    OVERLOADED: ({ message, retryAfter_s = 1 }) => unavailable(message, retryAfter_s, 'closed'),
  },
  beside: {
    schemas,
    inputs: {
      GatewayRegister: textFields({ username: { min: 3, max: 50 }, email: { email: 'domain' } }),
      GatewayLogin: textFields({ email: { email: 'domain' }, password: { min: 6 } }),
    },
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
  headers: { [STATE]: 'closed' },
});

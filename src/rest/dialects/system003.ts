import type { RestAnswer, RestRequest } from '../dialect.ts';
import { fastapi } from './fastapi.ts';

interface Circuit {
  circuit_state?: string;
  state?: string;
}

/** States are words in small letters there, and a client asks whether a service can be called. */
const circuitOf = ({ circuit_state, state, ...others }: Circuit): object => {
  const said = String(circuit_state ?? state).toLowerCase();
  const available = said !== 'open';
  return circuit_state === undefined
    ? { ...others, state: said, failures: 0, available }
    : { ...others, url: null, circuit_state: said, available };
};

const success = (answer: RestAnswer, { operation }: RestRequest): RestAnswer => {
  if (operation?.name === 'RelayCircuits') return { ...answer, body: (answer.body as Circuit[]).map(circuitOf) };
  if (operation?.name !== 'RelayServices') return answer;
  const { services } = answer.body as { services: Circuit[] };
  return { ...answer, body: { services: services.map(circuitOf) } };
};

/** The API gateway over Redis: what concerns sign-in, health and circuits. It proxies nothing here. */
export const system003 = fastapi({
  unauthenticated: ({ scheme, hasCredentials }) => {
    if (scheme === undefined) return { status: 401, detail: 'Missing authorization header' };
    if (scheme !== 'bearer' || !hasCredentials) return { status: 401, detail: 'Invalid authorization header format' };
    return { status: 401, detail: 'Invalid or expired token' };
  },
  texts: {
    INVALID_CREDENTIALS: { status: 401, detail: 'Invalid credentials', bare: true },
    RATE_LIMITED: ({ retryAfter_s = 60 }) => ({
      status: 429,
      detail: 'Rate limit exceeded',
      beside: { remaining: 0, retry_after: retryAfter_s },
    }),
    METHOD_NOT_ALLOWED: { status: 405, detail: 'Method Not Allowed' },
    NOT_FOUND: { status: 404, detail: 'Not Found' },
  },
  pages: {
    '/health': async ({ dependencies }) => {
      const { redis = true } = await dependencies();
      const state = redis ? 'healthy' : 'unhealthy';
      return { status: 200, body: { status: redis ? 'healthy' : 'degraded', redis: state, version: '1.0.0' } };
    },
    '/ready': async ({ dependencies }) => {
      const ready = Object.values(await dependencies()).every(Boolean);
      return { status: ready ? 200 : 503, body: { ready } };
    },
    '/live': () => ({ status: 200, body: { alive: true } }),
  },
  success,
});

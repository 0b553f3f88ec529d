import { textFields } from '../text-fields.ts';
import { fastapi, type Wording } from './fastapi.ts';

const ofEmail = textFields({ email: { email: 'domain' } });

/** What is no form has none of its fields. */
const NO_FORM: Wording = {
  status: 422,
  detail: ['username', 'password'].map((name) => ({ type: 'missing', loc: ['body', name], msg: 'Field required' })),
};

/** The FastAPI auth API: form sign-in, bare user objects, 400 for what is taken. */
export const system002 = fastapi({
  unauthenticated: ({ scheme, hasCredentials }) => ({
    status: 401,
    detail: scheme === 'bearer' && hasCredentials ? 'Could not validate credentials' : 'Not authenticated',
  }),
  texts: {
    EMAIL_TAKEN: { status: 400, detail: 'Email already registered' },
    USERNAME_TAKEN: { status: 400, detail: 'Username already taken' },
    INVALID_CREDENTIALS: { status: 401, detail: 'Incorrect username or password' },
    RECENT_SIGN_IN_REQUIRED: { status: 401, detail: 'Sign in again to change this' },
    USER_SUSPENDED: { status: 400, detail: 'Inactive user' },
    NOT_FOUND: { status: 404, detail: 'Not Found' },
    UNSUPPORTED_MEDIA_TYPE: ({ message }, { operation }) =>
      operation?.name === 'ApiLogin' ? NO_FORM : { detail: message },
    METHOD_NOT_ALLOWED: { status: 405, detail: 'Method Not Allowed' },
    RATE_LIMITED: ({ details }) => {
      const period = details?.window === 3_600 ? 'hour' : 'minute';
      return { status: 429, beside: { error: `Rate limit exceeded: ${details?.limit ?? 60} per 1 ${period}` } };
    },
  },
  beside: {
    pages: {
      '/': () => ({ status: 200, body: { message: 'FastAPI Auth API', version: '1.0.0', docs: '/docs' } }),
      '/health': () => ({ status: 200, body: { status: 'healthy' } }),
    },
    counted: new Set(['/']),
    documentsAt: '',
    inputs: {
      ApiRegister: ofEmail,
      ApiUpdateMe: ofEmail,
      ApiLogin: textFields({ grant_type: { only: 'password' } }),
    },
    signIn: '/api/v1/auth/login',
  },
  forms: new Set(['ApiLogin']),
});

import { STATUS_CODES } from 'node:http';
import { limits } from '../../limits.ts';
import type { Dialect, RestFailure, RestRequest } from '../dialect.ts';
import type { Page } from '../page.ts';

/** Answers that stand by themselves there, where others have an envelope. */
const bare = new Set(['FrameworkUserById']);

const positive = (query: URLSearchParams, name: string, fallback: number): number => {
  const number = Number(query.get(name) ?? fallback);
  return Number.isInteger(number) && number > 0 ? number : fallback;
};

const pageOf = (query: URLSearchParams): { page: number; size: number } => ({
  page: positive(query, 'page', 1),
  size: Math.min(positive(query, 'page_size', limits.page.default), limits.page.max),
});

/** Numbered pages of a list that is kept by cursors: what stands before a page is read with it, as far as one read goes. */
const numbered = ({ items, nextCursor }: Page, query: URLSearchParams): object => {
  const { page, size } = pageOf(query);
  const shown = items.slice((page - 1) * size, page * size);
  return {
    items: shown,
    total: items.length,
    page,
    size,
    pages: Math.ceil(items.length / size),
    has_next: nextCursor !== null,
    has_previous: page > 1,
  };
};

interface WithRoles {
  roles?: string[];
}

const worded = (body: unknown): unknown => {
  const { roles } = body as WithRoles;
  return roles === undefined ? body : { ...(body as object), roles: roles.map((role) => role.toLowerCase()) };
};

const detailOf = ({ code, message, details }: RestFailure, { scheme, path }: RestRequest): string => {
  if (code === 'EMAIL_TAKEN') return 'Email already registered';
  if (code === 'INVALID_CREDENTIALS') return 'Invalid email or password';
  if (code === 'USER_SUSPENDED') return 'Account is deactivated';
  if (code === 'NOT_FOUND') return `User ${path.split('/').at(-1)} not found`;
  if (code !== 'UNAUTHENTICATED') return message;
  if (scheme !== 'bearer') return 'Invalid authorization header';
  return details?.reason === 'EXPIRED' ? 'Token expired' : 'Invalid token';
};

/** The REST framework: an envelope around what was asked for, numbered pages, problem details. */
export const system001: Dialect = {
  ignoresUnknown: true,
  documentsAt: '',
  pages: {
    '/health/live': () => ({ status: 200, body: { status: 'ok' } }),
    '/health/ready': async ({ dependencies }) => {
      const states = Object.entries(await dependencies());
      const healthy = states.every(([, up]) => up);
      const checks = Object.fromEntries(states.map(([name, up]) => [name, { status: up ? 'healthy' : 'unhealthy' }]));
      const status = healthy ? 'healthy' : 'unhealthy';
      return { status: healthy ? 200 : 503, body: { status, checks, version: '0.1.0' } };
    },
  },
  query: (query, { name }) => {
    if (name !== 'FrameworkUsers') return query;
    const { page, size } = pageOf(query);
    return new URLSearchParams({ first: String(page * size) });
  },
  success: (answer, { operation, query, now }) => {
    if (answer.body === undefined || bare.has(operation?.name ?? '')) return answer;
    if (operation?.name === 'FrameworkUsers') return { ...answer, body: numbered(answer.body as Page, query) };
    return {
      ...answer,
      body: {
        data: worded(answer.body),
        message: 'Success',
        status_code: answer.status,
        timestamp: now.toISOString(),
        request_id: null,
      },
    };
  },
  failure: (failure, given, request) => {
    const absent = failure.code === 'UNAUTHENTICATED' && request.scheme === undefined;
    const invalid = failure.problems !== undefined || absent || (given === 422 && failure.errors.length > 0);
    const status = invalid ? 422 : given;
    const errors = absent
      ? [{ field: 'Authorization', message: 'Field required', code: 'missing' }]
      : failure.errors.map(({ field, message, code }) => ({ field: field.join('.') || 'unknown', message, code }));
    return {
      status,
      headers: { 'Content-Type': 'application/problem+json' },
      body: {
        type: invalid ? 'https://tools.ietf.org/html/rfc7807#section-3.1' : 'about:blank',
        title: invalid ? 'Validation Error' : STATUS_CODES[status],
        status,
        detail: invalid ? 'One or more fields failed validation' : detailOf(failure, request),
        instance: request.path,
        ...(invalid && { errors }),
        timestamp: request.now.toISOString(),
      },
    };
  },
};

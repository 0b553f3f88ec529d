import { STATUS_CODES } from 'node:http';
import { limits } from '../../limits.ts';
import type { Dialect, RestAnswer, RestFailure, RestRequest } from '../dialect.ts';
import { numbered, numberedLinks, pageNumbers } from '../numbered.ts';
import type { OwnInput } from '../own-input.ts';
import type { Page } from '../page.ts';
import { textFields } from '../text-fields.ts';
import { itemsOf } from './fastapi.ts';
import { system001Pages, timeout } from './system001-pages.ts';
import { schemas001 } from './system001-schemas.ts';

type Fields = Record<string, unknown>;

/** Answers that stand by themselves there, where others have an envelope. */
const bare = new Set(['FrameworkUserById', 'FrameworkCreateUser', 'FrameworkUpdateUser']);

const email = { email: { min: 5, max: 255, email: 'whole' } } as const;

const roleWords = ['user', 'support', 'auditor', 'admin'];

/** Roles are words in small letters there. */
const roleIn = (name: string, where: 'path' | 'body'): OwnInput => ({
  shown: { [name]: { schema: { type: 'string', enum: roleWords }, example: 'support' } },
  read: (given) => {
    const fields = (given[where] ?? {}) as Fields;
    const word = fields[name];
    if (typeof word !== 'string') return given;
    return { ...given, [where]: { ...fields, [name]: roleWords.includes(word) ? word.toUpperCase() : word } };
  },
});

/** A user as its clients read one: always with a name to show, and never with a verified address, since none is verified here. */
const userOf = ({ name, ...user }: Fields, isRecord: boolean): Fields => ({
  ...user,
  display_name: user.display_name ?? name ?? user.username,
  ...(Array.isArray(user.roles) && { roles: user.roles.map((role) => String(role).toLowerCase()) }),
  ...(isRecord && { is_verified: false }),
});

const roleOf = ({ id, name, ...role }: Fields): Fields => ({
  id: String(id).toLowerCase(),
  name: String(name).toLowerCase(),
  ...role,
  is_system: true,
});

const dataOf = (body: unknown): unknown => {
  if (Array.isArray(body)) return body.map(roleOf);
  return 'display_name' in (body as Fields) ? userOf(body as Fields, false) : body;
};

/** What the client calls the chain of its requests, else a new name: 32 hexadecimal digits. */
const correlation = ({ correlationId, requestId }: RestRequest) => ({
  'X-Correlation-ID': correlationId ?? requestId.replaceAll('-', ''),
});

const success = (answer: RestAnswer, { operation, query, path, now }: RestRequest): RestAnswer => {
  const { body, status } = answer;
  if (body === undefined || operation === undefined) return answer;
  if (bare.has(operation.name)) return { ...answer, body: userOf(body as Fields, true) };
  if (operation.name === 'FrameworkUsers') {
    const { items, ...page } = numbered(body as Page, query);
    const Link = numberedLinks(path, query, page);
    const users = items.map((user) => userOf(user as Fields, false));
    return { ...answer, ...(Link && { headers: { Link } }), body: { items: users, ...page } };
  }
  const envelope = { message: 'Success', status_code: status, timestamp: now.toISOString(), request_id: null };
  return { ...answer, body: { data: dataOf(body), ...envelope } };
};

const notFound = ({ message, errors }: RestFailure, { operation, path }: RestRequest): string => {
  if (operation === undefined) return 'Not Found';
  if (errors.some(({ field }) => field.includes('role'))) return message;
  const id = /\/users\/([^/]+)/.exec(path)?.[1];
  return id === undefined ? message : `User ${decodeURIComponent(id)} not found`;
};

const detailOf = (failure: RestFailure, request: RestRequest): string => {
  const { code, message, details, retryAfter_s = 60 } = failure;
  if (code === 'EMAIL_TAKEN') return 'Email already registered';
  if (code === 'INVALID_CREDENTIALS') return 'Invalid email or password';
  if (code === 'USER_SUSPENDED') return 'Account is deactivated';
  if (code === 'NOT_FOUND') return notFound(failure, request);
  if (code === 'METHOD_NOT_ALLOWED') return 'Method Not Allowed';
  if (code === 'RATE_LIMITED') return `Rate limit exceeded. Retry after ${retryAfter_s} seconds.`;
  if (code === 'INTERNAL_SERVER_ERROR') return 'An unexpected error occurred. Please try again later.';
  if (code === 'FORBIDDEN' && details?.permission !== undefined) return `Permission '${details.permission}' required.`;
  if (code !== 'UNAUTHENTICATED') return message;
  if (request.scheme !== 'bearer' || !request.hasCredentials) return 'Invalid authorization header';
  return details?.reason === 'EXPIRED' ? 'Token expired' : 'Invalid token';
};

const types: Partial<Record<RestFailure['code'], string>> = {
  RATE_LIMITED: 'https://httpstatuses.com/429',
  INTERNAL_SERVER_ERROR: 'https://tools.ietf.org/html/rfc7231#section-6.6.1',
};

/** Fields that some problems have besides. */
const besides = ({ code, details }: RestFailure): Fields => {
  if (code === 'PAYLOAD_TOO_LARGE')
    return { max_size: limits.http.bodyBytes, actual_size: details?.received ?? limits.http.bodyBytes + 1 };
  return code === 'DEPENDENCY_UNAVAILABLE' ? { error: 'Service temporarily unavailable' } : {};
};

const ruleText = ({ code, message }: RestFailure['errors'][number]): string =>
  code === 'PASSWORD_TOO_SHORT' ? message.replace('A password has', 'Password must be') : message;

const AUTHORIZATION = { type: 'missing', loc: ['header', 'Authorization'], msg: 'Field required' };

const failure = (failed: RestFailure, given: number, request: RestRequest): RestAnswer => {
  const absent = failed.code === 'UNAUTHENTICATED' && request.scheme === undefined;
  const items = absent ? [AUTHORIZATION] : itemsOf(failed, given, request);
  const status = items === undefined ? given : 422;
  const isRule = items !== undefined && failed.problems === undefined && failed.errors.length > 0;
  const errors = items?.map(({ type, loc, msg }) => ({
    field: loc.slice(1).join('.') || 'unknown',
    message: msg,
    code: type,
  }));
  return {
    status,
    headers: {
      'Content-Type': 'application/problem+json',
      ...(status === 401 && { 'WWW-Authenticate': 'Bearer' }),
      ...correlation(request),
    },
    body: {
      type: errors ? 'https://tools.ietf.org/html/rfc7807#section-3.1' : (types[failed.code] ?? 'about:blank'),
      title: errors ? 'Validation Error' : STATUS_CODES[status],
      status,
      detail: isRule
        ? failed.errors.map(ruleText).join('; ')
        : errors
          ? 'One or more fields failed validation'
          : detailOf(failed, request),
      instance: request.path,
      ...besides(failed),
      ...(errors && { errors }),
      ...(request.correlationId !== undefined && { correlation_id: request.correlationId }),
      timestamp: request.now.toISOString(),
    },
  };
};

/** The REST framework: an envelope around what was asked for, numbered pages, problem details. */
export const system001: Dialect = {
  ignoresUnknown: true,
  negotiates: true,
  documentsAt: '',
  serves: { '/metrics': '/metrics' },
  pages: system001Pages,
  schemas: schemas001,
  inputs: {
    '/health/ready': timeout,
    FrameworkUsers: pageNumbers,
    FrameworkRegister: textFields({ ...email, password: { min: 8, max: 128 }, display_name: { min: 1, max: 100 } }),
    FrameworkCreateUser: textFields(email),
    FrameworkAddRole: roleIn('role_name', 'body'),
    FrameworkRemoveRole: roleIn('role', 'path'),
  },
  success: (answer, request) => {
    const { headers, ...own } = success(answer, request);
    return { ...own, headers: { ...headers, ...correlation(request) } };
  },
  failure,
};

import { limits } from '../../limits.ts';
import type { Face } from '../faces.ts';
import type { Header, Parameter, Reference } from './openapi.ts';

const text = { type: 'string' } as const;
const count = { type: 'integer', minimum: 0 } as const;

/** Headers of answers, by the names that the components have. */
export const headers = {
  'X-Request-ID': { description: 'Finds the request in the log.', schema: text },
  'X-Process-Time': { description: 'Seconds that the answer took.', schema: text, example: '0.004217' },
  RateLimit: { description: 'What is left of the budget, and seconds until it is full.', schema: text },
  'RateLimit-Policy': { description: 'The budget that the request counts against.', schema: text },
  'X-RateLimit-Limit': { description: 'Requests, or points of cost, in a window.', schema: count },
  'X-RateLimit-Remaining': { description: 'What is left of them.', schema: count },
  'X-RateLimit-Reset': { description: 'The Unix time at which all of them are there again.', schema: count },
  'X-RateLimit-Window': { description: 'Seconds that the limit is for.', schema: count },
  'X-TokenBucket-Remaining': { description: 'What is left in the bucket, where that is what limits.', schema: count },
  'Retry-After': { description: 'Seconds until it is worth another try.', schema: count, example: 30 },
  ETag: { description: 'Stands for this body; for If-None-Match.', schema: text },
  Location: { description: 'The address of what was made.', schema: text },
  Link: { description: 'RFC 8288: the pages before and after this one.', schema: text },
  Allow: { description: 'The methods that the path takes.', schema: text },
  'WWW-Authenticate': { description: 'How to sign in.', schema: text, example: 'Bearer' },
  'Idempotent-Replayed': {
    description: '"true" where this is the answer to an earlier request with the same key.',
    schema: { type: 'string', const: 'true' },
  },
  Deprecation: {
    description: 'RFC 9745: since when the route, or a field of it, should no longer be used.',
    schema: text,
    example: '@1796083200',
  },
  Sunset: {
    description: 'RFC 8594: when it will be gone.',
    schema: text,
    example: 'Tue, 01 Jun 2027 00:00:00 GMT',
  },
} as const satisfies Record<string, Header>;

export const always = [
  'X-Request-ID',
  'X-Process-Time',
  'RateLimit',
  'RateLimit-Policy',
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-RateLimit-Reset',
] as const;

/** On what is not counted, too. */
export const open = ['X-Request-ID', 'X-Process-Time'] as const;

/** On every answer of an operation of this face. */
export const alwaysOf = ({ dialect }: Face): (keyof typeof headers)[] => {
  const own = dialect.limitHeaders?.({ policy: 'address', limit: 60, window_s: 60, remaining: 59, resetAfter_s: 1 });
  return [...always, ...(Object.keys(own ?? {}) as (keyof typeof headers)[])];
};

export const headerRefs = (names: readonly (keyof typeof headers)[]): Record<string, Reference> =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));

/** Headers of requests. */
export const parameters = {
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    description: 'Repeats with the same key and input have one effect and one answer.',
    schema: { type: 'string', pattern: '^[\\x21-\\x7e]+$', maxLength: limits.text.idempotencyKey },
    example: 'my-key-1',
  },
  IfNoneMatch: {
    name: 'If-None-Match',
    in: 'header',
    description: 'An ETag of an earlier answer; 304 where it is still the same.',
    schema: text,
  },
} as const satisfies Record<string, Parameter>;

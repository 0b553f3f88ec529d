import { STATUS_CODES } from 'node:http';
import { catalogue, type ErrorCode } from '../../errors.ts';
import { NOT_JSON } from '../../http/body.ts';
import type { RestAnswer, RestFailure, RestRequest } from '../dialect.ts';
import type { Face } from '../faces.ts';
import type { InputProblem } from '../input.ts';
import type { RestOperation } from '../operation.ts';
import { alwaysOf, headerRefs, headers } from './headers.ts';
import { inferSchema } from './json-schema.ts';
import type { Response } from './openapi.ts';

/** As the document shows them; a real answer has its own. */
export const SAMPLE = { requestId: '019aa5a2-7c00-7000-8000-000000000002', now: new Date('2026-11-21T09:30:00.000Z') };

export const sampleRequest = ({ base }: Face, operation: RestOperation | undefined): RestRequest => ({
  ...SAMPLE,
  // One path for all routes, so that they share their refusals.
  path: `${base}/api/v1/orders`,
  operation,
  query: new URLSearchParams(),
  body: {},
  scheme: 'bearer',
  hasCredentials: true,
  tokenProblem: null,
  isRefreshToken: false,
  tokenTimes: { iat: 1_796_000_000, exp: 1_796_001_800 },
});

const RETRY_AFTER_s = 30;

const waits = new Set<ErrorCode>(['RATE_LIMITED', 'OVERLOADED', 'DEPENDENCY_UNAVAILABLE', 'IDEMPOTENCY_IN_PROGRESS']);

/** What the details of a failure are like, where it has some. */
const details: Partial<Record<ErrorCode, Record<string, string | number>>> = {
  UNAUTHENTICATED: { reason: 'EXPIRED' },
  FORBIDDEN: { permission: 'users:read' },
  RATE_LIMITED: { policy: 'viewer', limit: 600, retryAfter: RETRY_AFTER_s },
};

/** What may not fit; some faces have a word for each. */
const misfits = (message: string): InputProblem[] => {
  const problem = { in: 'body', field: ['name'], kind: 'invalid', message } as const;
  return [
    problem,
    { ...problem, kind: 'missing' },
    { ...problem, message: 'String cannot represent a non string value' },
    { ...problem, message: 'Int cannot represent non-integer value' },
    { ...problem, field: [] },
  ];
};

/** The failures of a code as they may come: some faces tell them apart. */
const failuresOf = (code: ErrorCode): RestFailure[] => {
  const { meaning, where, status } = catalogue[code];
  const failure: RestFailure = {
    code,
    message: meaning,
    errors: [],
    ...(details[code] && { details: details[code] }),
    ...(waits.has(code) && { retryAfter_s: RETRY_AFTER_s }),
  };
  const at = [{ field: ['name'], code, message: meaning }];
  if (code === 'BAD_USER_INPUT')
    return [...misfits(meaning).map((problem) => ({ ...failure, errors: at, problems: [problem] })), failure];
  if (code === 'BAD_REQUEST') return [failure, { ...failure, message: NOT_JSON }];
  if (where === 'payload' && status === 422) return [failure, { ...failure, errors: at }];
  const { details: told, ...plain } = failure;
  return told === undefined ? [failure] : [failure, plain];
};

const withoutToken = (request: RestRequest): RestRequest => ({ ...request, scheme: undefined, hasCredentials: false });

interface Sample {
  code: ErrorCode;
  answer: RestAnswer;
}

export interface Refusal {
  status: number;
  /** The same for the same codes of a face. */
  name: string;
  response: Response;
}

const camel = (code: string): string =>
  code.toLowerCase().replace(/(^|_)(\w)/g, (_, __, letter) => letter.toUpperCase());

const responseOf = (face: Face, status: number, samples: readonly Sample[]): Response => {
  const codes = [...new Set(samples.map(({ code }) => code))];
  const bodies = samples.map(({ answer }) => answer.body);
  const [first] = samples;
  const given = first?.answer.headers ?? {};
  const type = given['Content-Type']?.split(';')[0] ?? 'application/json';
  const named = Object.keys(headers).filter((name) => name in given) as (keyof typeof headers)[];
  if (codes.some((code) => waits.has(code))) named.push('Retry-After');
  const examples = codes.map((code) => {
    const value = samples.find((sample) => sample.code === code)?.answer.body;
    return [code, { summary: catalogue[code].meaning, value }] as const;
  });
  return {
    description: `${STATUS_CODES[status]}: ${codes.join(', ')}`,
    headers: headerRefs([...alwaysOf(face), ...named]),
    content: { [type]: { schema: inferSchema(bodies), examples: Object.fromEntries(examples) } },
  };
};

/** What a face answers to these codes, by asking it. */
export const refusalsOf = (
  face: Face,
  operation: RestOperation | undefined,
  codes: readonly ErrorCode[],
): Refusal[] => {
  const request = sampleRequest(face, operation);
  const samples = codes.flatMap((code) =>
    failuresOf(code).flatMap((failure): Sample[] => {
      const ask = (from: RestRequest): Sample => ({
        code,
        answer: face.dialect.failure(failure, catalogue[code].status, from),
      });
      return code === 'UNAUTHENTICATED' ? [ask(request), ask(withoutToken(request))] : [ask(request)];
    }),
  );
  const statuses = [...new Set(samples.map(({ answer }) => answer.status))].sort((one, other) => one - other);
  return statuses.map((status) => {
    const own = samples.filter(({ answer }) => answer.status === status);
    const names = [...new Set(own.map(({ code }) => code))];
    const what = names.length <= 2 ? names.map(camel).join('') : (STATUS_CODES[status] ?? '').replace(/\W/g, '');
    return { status, name: `${camel(face.name)}${what}`, response: responseOf(face, status, own) };
  });
};

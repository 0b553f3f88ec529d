import type { ErrorCode } from '../errors.ts';
import { formats } from '../ledger/export/document.ts';
import type { JsonSchema } from '../rest/openapi/json-schema.ts';

interface Answer {
  type: string;
  schema: JsonSchema;
  example: unknown;
}

export interface ServedRoute {
  summary: string;
  description: string;
  /** Of the query; all of them are needed. */
  parameters: readonly { name: string; description: string; schema: JsonSchema; example: string }[];
  answers: Readonly<Record<number, readonly Answer[]>>;
  codes: readonly ErrorCode[];
  security: readonly Readonly<Record<string, readonly string[]>>[];
  /** Asks nobody who they are, and counts nothing. */
  open: boolean;
}

const text: JsonSchema = { type: 'string' };
const time: JsonSchema = { type: 'string', format: 'date-time' };
const at = '2026-11-21T09:30:00.000Z';
const json = 'application/json';

const states = (words: readonly string[]): JsonSchema => ({ type: 'string', enum: words });

const readiness = (words: readonly string[]): JsonSchema => ({
  type: 'object',
  properties: {
    status: states(words),
    checks: { type: 'object', additionalProperties: states(['up', 'down']) },
    timestamp: time,
  },
  required: ['status', 'checks', 'timestamp'],
});

/** Paths of the server that faces have, too: said once for whoever serves them (routes.ts, exports.ts) and for the documents. */
export const served = {
  '/health/live': {
    summary: 'Whether the process runs',
    description: 'For restarts: asks nothing of what the server depends on.',
    parameters: [],
    answers: {
      200: [
        {
          type: json,
          schema: {
            type: 'object',
            properties: { status: states(['live']), timestamp: time },
            required: ['status', 'timestamp'],
          },
          example: { status: 'live', timestamp: at },
        },
      ],
    },
    codes: [],
    security: [],
    open: true,
  },
  '/health/ready': {
    summary: 'Whether the server can be used',
    description: 'For load balancers: 503 while something that it needs does not answer, and while it stops.',
    parameters: [],
    answers: {
      200: [
        {
          type: json,
          schema: readiness(['ready']),
          example: { status: 'ready', checks: { database: 'up', venue: 'up' }, timestamp: at },
        },
      ],
      503: [
        {
          type: json,
          schema: readiness(['unavailable', 'draining']),
          example: { status: 'unavailable', checks: { database: 'down', venue: 'up' }, timestamp: at },
        },
      ],
    },
    codes: [],
    security: [],
    open: true,
  },
  '/metrics': {
    summary: 'Counters for Prometheus',
    description: 'For the token of METRICS_TOKEN; without that setting there is no such path.',
    parameters: [],
    answers: { 200: [{ type: 'text/plain', schema: text, example: '# HELP …\n# TYPE …\n' }] },
    codes: ['UNAUTHENTICATED', 'NOT_FOUND'],
    security: [{ metricsToken: [] }],
    open: true,
  },
  '/exports/statement': {
    summary: 'Statement of an account as a file',
    description:
      'Of any size: it is made while it is sent. One’s own account, or anybody’s with the permission `ledger:read`, which leaves a line in the audit log.',
    parameters: [
      {
        name: 'accountId',
        description: 'Of whose account.',
        schema: text,
        example: '019aa5a2-7c00-7000-8000-000000000001',
      },
      { name: 'from', description: 'From this instant.', schema: time, example: '2026-01-01T00:00:00Z' },
      { name: 'to', description: 'To before this one.', schema: time, example: '2026-02-01T00:00:00Z' },
      { name: 'format', description: 'What kind of file.', schema: states(Object.keys(formats)), example: 'csv' },
    ],
    answers: {
      200: [
        { type: 'text/csv', schema: text, example: 'time,sequence,…\n' },
        { type: json, schema: { type: 'object' }, example: { accountId: '019aa5a2-7c00-7000-8000-000000000001' } },
      ],
    },
    codes: [
      'BAD_USER_INPUT',
      'UNAUTHENTICATED',
      'SECOND_FACTOR_REQUIRED',
      'NOT_FOUND',
      'INVALID_INPUT',
      'RATE_LIMITED',
      'OVERLOADED',
      'INTERNAL_SERVER_ERROR',
    ],
    security: [{ bearerAuth: [] }],
    open: false,
  },
} as const satisfies Record<string, ServedRoute>;

export type ServedPath = keyof typeof served;

import { STATUS_CODES } from 'node:http';
import type { ErrorCode } from '../../errors.ts';
import type { Dialect, RestAnswer } from '../dialect.ts';
import type { Face } from '../faces.ts';
import { headerRefs, open } from './headers.ts';
import { inferSchema, type JsonSchema } from './json-schema.ts';
import type { OpenApi, Parameter, Response } from './openapi.ts';
import { tagOf } from './operation.ts';
import { refusalsOf, SAMPLE } from './refusals.ts';

/** An answer of each status; its schema takes all of that status. */
const responsesOf = (answers: readonly RestAnswer[], schema?: JsonSchema): Record<number, Response> =>
  Object.fromEntries(
    answers.map(({ status, headers, body }) => {
      const bodies = answers.flatMap((answer) => (answer.status === status ? [answer.body] : []));
      const type = headers?.['Content-Type']?.split(';')[0] ?? 'application/json';
      const content = { [type]: { schema: schema ?? inferSchema(bodies), example: body } };
      return [status, { description: STATUS_CODES[status] ?? '', content }];
    }),
  );

const parametersOf = ({ inputs }: Dialect, path: string): Parameter[] =>
  Object.entries(inputs?.[path]?.shown ?? {}).flatMap(([name, shown]) =>
    shown === null ? [] : [{ name, in: 'query' as const, ...shown }],
  );

/** There is not always a Redis. */
const samples = [
  { up: false, hasRedis: false },
  { up: false, hasRedis: true },
  { up: true, hasRedis: false },
  { up: true, hasRedis: true },
];

/** The pages that faces have beside their operations, as they look when all is well and when nothing is. */
export const pagesOf = async (faces: readonly Face[]): Promise<OpenApi['paths']> => {
  const paths: OpenApi['paths'] = {};
  for (const face of [...faces].reverse()) {
    const { name, dialect } = face;
    for (const [path, page] of Object.entries(dialect.pages ?? {})) {
      const look = ({ up, hasRedis }: (typeof samples)[number]) =>
        page(
          {
            now: SAMPLE.now,
            dependencies: async () => ({ database: { up, latency_ms: 0.4 }, venue: { up, latency_ms: 0.1 } }),
            optional: async () => (hasRedis ? { redis: { up, latency_ms: 0.2 } } : {}),
            circuits: () => [{ name: 'quotes', state: up ? 'CLOSED' : 'OPEN', failures: up ? 0 : 5 }],
          },
          new URLSearchParams(),
        );
      const answers = [];
      for (const sample of samples) answers.push(await look(sample));
      const given = parametersOf(dialect, path);
      const codes: ErrorCode[] = [];
      if (given.length > 0) codes.push('BAD_USER_INPUT');
      if (dialect.counted?.has(path)) codes.push('RATE_LIMITED');
      const refused = Object.fromEntries(
        refusalsOf(face, undefined, codes).map(({ status, response }) => [
          status,
          dialect.counted?.has(path) ? response : { ...response, headers: headerRefs(open) },
        ]),
      );
      const words = path.split(/\W+/).filter((word) => word !== '');
      const id = ['page', ...words].map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
      paths[path] = {
        get: {
          operationId: `${name}${id}`,
          tags: [tagOf(path)],
          summary: words.length === 0 ? 'Who serves here' : `Says ${words.join(' ')}`,
          ...(given.length > 0 && { parameters: given }),
          responses: { ...responsesOf(answers, dialect.schemas?.[path]), ...refused },
          security: [],
        },
      };
    }
  }
  return paths;
};

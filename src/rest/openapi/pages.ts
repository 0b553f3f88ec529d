import { STATUS_CODES } from 'node:http';
import type { RestAnswer } from '../dialect.ts';
import type { Face } from '../faces.ts';
import { inferSchema, type JsonSchema } from './json-schema.ts';
import type { OpenApi, Response } from './openapi.ts';
import { tagOf } from './operation.ts';
import { SAMPLE } from './refusals.ts';

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
  for (const { name, dialect } of [...faces].reverse()) {
    for (const [path, page] of Object.entries(dialect.pages ?? {})) {
      const look = ({ up, hasRedis }: (typeof samples)[number]) =>
        page({
          now: SAMPLE.now,
          dependencies: async () => ({ database: { up, latency_ms: 0.4 }, venue: { up, latency_ms: 0.1 } }),
          optional: async () => (hasRedis ? { redis: { up, latency_ms: 0.2 } } : {}),
          circuits: () => [{ name: 'quotes', state: up ? 'CLOSED' : 'OPEN', failures: up ? 0 : 5 }],
        });
      const answers = [];
      for (const sample of samples) answers.push(await look(sample));
      const words = path.split(/\W+/).filter((word) => word !== '');
      const id = ['page', ...words].map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
      paths[path] = {
        get: {
          operationId: `${name}${id}`,
          tags: [tagOf(path)],
          summary: words.length === 0 ? 'Who serves here' : `Says ${words.join(' ')}`,
          responses: responsesOf(answers, dialect.schemas?.[path]),
          security: [],
        },
      };
    }
  }
  return paths;
};

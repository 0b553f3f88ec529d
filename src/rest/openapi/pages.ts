import { STATUS_CODES } from 'node:http';
import type { RestAnswer } from '../dialect.ts';
import type { Face } from '../faces.ts';
import { inferSchema } from './json-schema.ts';
import type { OpenApi, Response } from './openapi.ts';
import { tagOf } from './operation.ts';
import { SAMPLE } from './refusals.ts';

const responseOf = ({ status, body }: RestAnswer, schema = inferSchema([body])): Response => ({
  description: STATUS_CODES[status] ?? '',
  content: { 'application/json': { schema, example: body } },
});

/** The pages that faces have beside their operations, as they look when all is well and when nothing is. */
export const pagesOf = async (faces: readonly Face[]): Promise<OpenApi['paths']> => {
  const paths: OpenApi['paths'] = {};
  for (const { name, dialect } of [...faces].reverse()) {
    for (const [path, page] of Object.entries(dialect.pages ?? {})) {
      const look = (up: boolean) =>
        page({
          now: SAMPLE.now,
          dependencies: async () => ({ database: { up, latency_ms: 0.4 }, venue: { up, latency_ms: 0.1 } }),
          optional: async () => ({ redis: { up, latency_ms: 0.2 } }),
          circuits: () => [{ name: 'quotes', state: up ? 'CLOSED' : 'OPEN', failures: up ? 0 : 5 }],
        });
      const answers = [await look(false), await look(true)];
      const words = path.split(/\W+/).filter((word) => word !== '');
      const id = ['page', ...words].map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
      paths[path] = {
        get: {
          operationId: `${name}${id}`,
          tags: [tagOf(path)],
          summary: words.length === 0 ? 'Who serves here' : `Says ${words.join(' ')}`,
          responses: Object.fromEntries(
            answers.map((answer) => [answer.status, responseOf(answer, dialect.schemas?.[path])]),
          ),
          security: [],
        },
      };
    }
  }
  return paths;
};

import { STATUS_CODES } from 'node:http';
import { type ServedRoute, served } from '../../http/served.ts';
import type { Face } from '../faces.ts';
import { alwaysOf, headerRefs, open } from './headers.ts';
import type { OpenApi, Operation, Response } from './openapi.ts';
import { tagOf } from './operation.ts';
import { refusalsOf } from './refusals.ts';

const responsesOf = (face: Face, route: ServedRoute): Operation['responses'] => {
  const named = headerRefs(route.open ? open : alwaysOf(face));
  const answers = Object.entries(route.answers).map(([status, found]): [string, Response] => [
    status,
    {
      description: STATUS_CODES[status] ?? '',
      headers: named,
      content: Object.fromEntries(found.map(({ type, schema, example }) => [type, { schema, example }])),
    },
  ]);
  const refusals = refusalsOf(face, undefined, route.codes).map(({ status, response }) => [
    status,
    route.open ? { ...response, headers: named } : response,
  ]);
  return Object.fromEntries([...answers, ...refusals]);
};

/** What faces have of the server's own paths. */
export const servedOf = (faces: readonly Face[]): OpenApi['paths'] => {
  const paths: OpenApi['paths'] = {};
  for (const face of [...faces].reverse())
    for (const [path, own] of Object.entries(face.dialect.serves ?? {})) {
      const { summary, description, parameters, security }: ServedRoute = served[own];
      const id = path.replace(/\W+(\w)/g, (_, letter: string) => letter.toUpperCase());
      const get: Operation = {
        operationId: `${face.name}${id}`,
        tags: [tagOf(path)],
        summary,
        description,
        ...(parameters.length > 0 && {
          parameters: parameters.map((one) => ({ ...one, in: 'query' as const, required: true as const })),
        }),
        responses: responsesOf(face, served[own]),
        security: security.map((one) => ({ ...one })) as Operation['security'],
      };
      paths[path] = { get };
    }
  return paths;
};

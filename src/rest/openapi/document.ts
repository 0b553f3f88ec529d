import type { GraphQLSchema } from 'graphql';
import type { RestMethod } from '../directive.ts';
import type { Face } from '../faces.ts';
import { type RestOperation, readOperations } from '../operation.ts';
import { createRouter } from '../router.ts';
import { always, headerRefs, headers, parameters } from './headers.ts';
import { createComponents, type JsonSchema } from './json-schema.ts';
import type { Media, OpenApi, Operation, Reference, Response } from './openapi.ts';
import { type Documented, documentOperation, PASSWORD_FLOW, tagOf } from './operation.ts';
import { pagesOf } from './pages.ts';
import { servedOf } from './served.ts';

const TITLE = 'Bourse';
const VERSION = '1.0.0';

const about = `Routes generated from the GraphQL schema. Amounts are decimal text. An unknown path is answered with 404, another method of
a known path with 405 and \`Allow\`; every GET also takes HEAD. Refusals of the native face are problems of RFC 9457 whose \`type\` is a page of
this server; the other faces refuse as the systems do whose clients they serve. What cannot be read as a request, does not arrive in time or has too long
a head is answered with a problem at every mount: 400, 408, 431.`;

interface Route {
  face: Face;
  operation: RestOperation;
}

const takesForms = ({ face, operation }: Route): boolean => face.dialect.forms?.has(operation.name) === true;

/** What is reached at one base: the first face with a path and a method serves it, and beside it the first that takes forms there. */
export const reachable = (faces: readonly Face[], schema: GraphQLSchema): Route[] => {
  const earlier: { forms: boolean; find: ReturnType<typeof createRouter<RestOperation>>['find'] }[] = [];
  const isTaken = ({ operation }: Route, forms: boolean): boolean => {
    const path = operation.path.replace(/\{\w+\}/g, '~');
    return earlier.some(
      (one) => one.forms === forms && one.find(path)?.match(operation.method as RestMethod) !== undefined,
    );
  };
  return faces.flatMap((face) => {
    const routes = readOperations(face.name, schema).map((operation) => ({ face, operation }));
    const seen = routes.filter((route) => !isTaken(route, takesForms(route)));
    for (const forms of [true, false]) {
      const router = createRouter<RestOperation>();
      for (const route of routes)
        if (takesForms(route) === forms) router.add(route.operation.method, route.operation.path, route.operation);
      earlier.push({ forms, find: router.find });
    }
    return seen;
  });
};

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

const anyOf = (one: Media, other: Media): Media => {
  const schema = isSame(one.schema, other.schema) ? one.schema : { anyOf: [one.schema, other.schema] };
  const shown = [one, other].map(({ example, examples }) => examples ?? { answer: { value: example } });
  return { schema, examples: { ...shown[1], ...shown[0] } };
};

const joined = (one: Response, other: Response): Response => {
  const content = { ...one.content };
  for (const [type, media] of Object.entries(other.content ?? {}))
    content[type] = content[type] === undefined ? media : anyOf(content[type], media);
  const description = [...new Set([one.description, other.description])].join('. Or: ');
  return { description, headers: { ...other.headers, ...one.headers }, content };
};

const NOT_MODIFIED: Response = {
  description: 'The reader has this very answer already.',
  headers: headerRefs([...always, 'ETag']),
};

/** The answers of one route; `share` names those that other routes may have too. */
const responsesOf = (
  [first, other]: readonly Documented[],
  share: (name: string, response: Response) => Reference,
): Operation['responses'] => {
  const responses: Operation['responses'] = {};
  const whole = new Map<number, Response>();
  for (const one of [first!, ...(other ? [other] : [])])
    for (const { status, response } of [one.success, ...one.refusals]) {
      const before = whole.get(status);
      whole.set(status, before === undefined ? response : joined(before, response));
    }
  if (first?.method === 'get') whole.set(304, NOT_MODIFIED);
  for (const [status, response] of [...whole].sort(([one], [two]) => one - two)) {
    const shared = first?.refusals.find((refusal) => refusal.response === response);
    if (shared) responses[status] = share(shared.name, response);
    else responses[status] = status === 304 ? share('NotModified', response) : response;
  }
  return responses;
};

const createShare = (responses: Record<string, Response>) => {
  const texts = new Map<string, string>();
  return (name: string, response: Response): Reference => {
    const text = JSON.stringify(response);
    for (let count = 1; ; count += 1) {
      const own = count === 1 ? name : `${name}${count}`;
      const known = texts.get(own);
      if (known === undefined) {
        texts.set(own, text);
        responses[own] = response;
      }
      if (known === undefined || known === text) return { $ref: `#/components/responses/${own}` };
    }
  };
};

const bearerAuth = {
  type: 'http',
  scheme: 'bearer',
  bearerFormat: 'JWT',
  description: 'The access token that signing in gives.',
} as const;

const passwordFlow = (tokenUrl: string) =>
  ({
    type: 'oauth2',
    description: 'The same token, for clients that sign in by themselves.',
    flows: { password: { tokenUrl, scopes: {} } },
  }) as const;

const metricsToken = {
  type: 'http',
  scheme: 'bearer',
  bearerFormat: 'opaque',
  description: 'What METRICS_TOKEN is set to; not an access token.',
} as const;

/** The schemas that are referred to, at once or from one that is: those that were only taken apart are left out. */
const reached = (from: unknown, all: ReadonlyMap<string, JsonSchema>): Record<string, JsonSchema> => {
  const found = new Map<string, JsonSchema>();
  const follow = (value: unknown): void => {
    for (const [, name = ''] of JSON.stringify(value).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      const schema = all.get(name);
      if (schema === undefined || found.has(name)) continue;
      found.set(name, schema);
      follow(schema);
    }
  };
  follow(from);
  return Object.fromEntries([...found].sort(([one], [two]) => (one < two ? -1 : 1)));
};

/** The document of what is served below one base path by these faces, in their order. */
export const createDocument = async (faces: readonly Face[], base: string, schema: GraphQLSchema): Promise<OpenApi> => {
  const schemas = createComponents();
  const responses: Record<string, Response> = {};
  const share = createShare(responses);
  const byPlace = new Map<string, Documented[]>();
  for (const { face, operation } of reachable(
    faces.filter((face) => face.base === base),
    schema,
  )) {
    const documented = documentOperation({ ...face, schema, components: schemas.of(face.name) }, operation);
    const place = `${documented.path} ${documented.method}`;
    byPlace.set(place, [...(byPlace.get(place) ?? []), documented]);
  }
  const paths: OpenApi['paths'] = {};
  for (const routes of [...byPlace].sort(([one], [two]) => (one < two ? -1 : 1)).map(([, found]) => found)) {
    const [first, other] = routes as [Documented, Documented?];
    const { operation } = first;
    if (operation.requestBody && other?.operation.requestBody)
      operation.requestBody.content = { ...operation.requestBody.content, ...other.operation.requestBody.content };
    paths[first.path] ??= {};
    paths[first.path]![first.method] = { ...operation, responses: responsesOf(routes, share) };
  }
  const here = faces.filter((face) => face.base === base);
  Object.assign(paths, servedOf(here), await pagesOf(here));
  const signIn = here.find(({ dialect }) => dialect.signIn)?.dialect.signIn ?? '';
  const tags = [...new Set(Object.keys(paths).map(tagOf))].sort();
  const used = JSON.stringify({ paths, responses });
  const inUse = <Value>(kind: string, all: Readonly<Record<string, Value>>): Record<string, Value> =>
    Object.fromEntries(Object.entries(all).filter(([name]) => used.includes(`"#/components/${kind}/${name}"`)));
  return {
    openapi: '3.1.0',
    info: { title: TITLE, version: VERSION, description: about, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: base === '' ? '/' : base, description: 'This server' }],
    tags: tags.map((name) => ({ name, description: `Routes of ${name.replaceAll('-', ' ')}` })),
    paths,
    components: {
      schemas: reached([paths, responses], schemas.all),
      responses,
      parameters: inUse('parameters', parameters),
      headers: inUse('headers', headers),
      securitySchemes: {
        ...(used.includes('"bearerAuth"') && { bearerAuth }),
        ...(used.includes(`"${PASSWORD_FLOW}"`) && { [PASSWORD_FLOW]: passwordFlow(base + signIn) }),
        ...(used.includes('"metricsToken"') && { metricsToken }),
      },
    },
  };
};

export const documentText = (document: OpenApi): string => `${JSON.stringify(document, null, 2)}\n`;

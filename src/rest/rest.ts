import type { GraphQLSchema } from 'graphql';
import { isAsyncIterable } from 'graphql-yoga';
import { catalogue, type ErrorCode } from '../errors.ts';
import type { Graphql } from '../graphql/server.ts';
import { takesJson } from '../http/accept.ts';
import type { Exchange, HttpAnswer, Refuse } from '../http/answer.ts';
import { isFormIn, readForm, readJson } from '../http/body.ts';
import { budgetOf, callerOf } from '../http/graphql.ts';
import { idempotencyKeyOf } from '../http/idempotency-key.ts';
import type { ServedPath } from '../http/served.ts';
import type { Clock } from '../kernel/clock.ts';
import { deprecationHeaders } from './deprecation.ts';
import type { RestFailure } from './dialect.ts';
import type { RestMethod } from './directive.ts';
import { createSiteOf, type Face, facesOf } from './faces.ts';
import { readInput } from './input.ts';
import { createDocuments } from './openapi/documents.ts';
import { type RestOperation, readOperations } from './operation.ts';
import { failureOf, misfit } from './outcome.ts';
import { linkOf, pageOf } from './page.ts';
import type { FacePages } from './pages.ts';
import { type Reached, requestOf } from './request-of.ts';
import { createRouter, type Match } from './router.ts';
import { fillAddress, select } from './select.ts';
import { unlessKnown } from './unless-known.ts';
import { written } from './written.ts';

export interface RestParts {
  graphql: Graphql;
  schema: GraphQLSchema;
  /** The first that serves a path and a method answers. */
  faces: readonly Face[];
  clock: Clock;
  pages: FacePages;
}

/** How a path is answered: by the face, or, refusing as the face does, by a path of the server's own. One without `refuse` asks nobody who they are. */
interface Found {
  refuse?: Refuse;
  limitHeaders?: Exchange['limitHeaders'];
  handle: (() => Promise<HttpAnswer> | HttpAnswer) | { serves: ServedPath };
}

const hasBody = ({ headers }: Exchange['request']): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

/** Headers by which some servers let a request be of another method than it says. */
const overrides = ['x-http-method-override', 'x-http-method', 'x-method-override'];

const takesForms = ({ dialect }: Face, { name }: RestOperation): boolean => dialect.forms?.has(name) === true;

const waitIn = (headers: Readonly<Record<string, string>>): Pick<RestFailure, 'retryAfter_s'> =>
  headers['Retry-After'] === undefined ? {} : { retryAfter_s: Number(headers['Retry-After']) };

const failing = (code: ErrorCode, message: string): RestFailure => ({ code, message, errors: [] });

export const createRest = ({ graphql, schema, faces, clock, pages }: RestParts) => {
  const deprecations = new Map<RestOperation, Record<string, string>>();
  const mounted = faces.map((face) => {
    const router = createRouter<RestOperation>();
    for (const operation of readOperations(face.name, schema)) {
      router.add(operation.method, operation.path, operation);
      deprecations.set(operation, deprecationHeaders(operation, schema));
    }
    return { ...face, router };
  });
  const siteOf = createSiteOf(faces);
  const facesAt = ({ request, path }: Exchange): typeof mounted => facesOf(mounted, siteOf(request), path);
  type Mounted = (typeof mounted)[number];

  const refuse = (exchange: Exchange, face: Mounted, reached: Reached, failure: RestFailure, more = {}): HttpAnswer => {
    exchange.note.outcome = failure.code;
    const headers: Record<string, string> = { ...more };
    if (failure.retryAfter_s !== undefined) headers['Retry-After'] = String(failure.retryAfter_s);
    const request = requestOf(exchange, reached, clock.now());
    const answer = face.dialect.failure(failure, catalogue[failure.code].status, request);
    return written(answer, headers);
  };

  const readBody = async (
    { request }: Exchange,
    face: Mounted,
    operation: RestOperation,
  ): Promise<{ value?: unknown } | { failure: RestFailure }> => {
    const override = overrides.find((name) => request.headers[name] !== undefined);
    if (override !== undefined)
      return { failure: failing('BAD_REQUEST', `The header ${override} is not heeded; send the method itself.`) };
    if (!hasBody(request)) return {};
    const { method } = operation;
    if (method === 'GET' || method === 'DELETE') return { failure: failing('BAD_REQUEST', `${method} takes no body.`) };
    const body = takesForms(face, operation) ? await readForm(request) : await readJson(request);
    if ('value' in body) return body;
    const { code, message, received } = body.problem;
    return { failure: { ...failing(code, message), ...(received !== undefined && { details: { received } }) } };
  };

  const succeed = (
    exchange: Exchange,
    face: Mounted,
    operation: RestOperation,
    data: unknown,
    more: Record<string, string>,
  ): HttpAnswer => {
    const headers = { ...more };
    const value = operation.body === undefined ? undefined : select(data, operation.body);
    if (operation.body !== undefined && (value === null || value === undefined))
      return refuse(exchange, face, { operation }, failing('NOT_FOUND', 'Nothing is found here.'));
    const page = pageOf(value);
    const link = page?.total === undefined ? page && linkOf(page, exchange) : undefined;
    if (link) headers.Link = link;
    if (operation.location !== undefined) headers.Location = face.base + fillAddress(operation.location, data);
    const body = page ?? value;
    const { status } = operation;
    const dressed = face.dialect.success(
      { status, ...(body !== undefined && { body }) },
      requestOf(exchange, { operation }, clock.now()),
    );
    const answer = written(dressed, headers);
    // What a face puts around it may be another one each time, such as when it was made.
    const stable = dressed.body === body ? undefined : JSON.stringify(body);
    return operation.method === 'GET' ? unlessKnown(exchange, answer, stable) : answer;
  };

  const run = async (
    exchange: Exchange,
    face: Mounted,
    { target: operation, parameters }: Match<RestOperation>,
  ): Promise<HttpAnswer> => {
    exchange.note.operation = operation.name;
    const reached: Reached = { operation };
    const no = (failure: RestFailure, more = {}): HttpAnswer => refuse(exchange, face, reached, failure, more);
    if (face.dialect.negotiates && !takesJson(exchange.request.headers.accept))
      return no(failing('NOT_ACCEPTABLE', 'The answer is JSON, which the header Accept leaves out.'));
    const key = idempotencyKeyOf(exchange.request);
    if ('problem' in key) return no(failing('BAD_REQUEST', key.problem));
    const body = await readBody(exchange, face, operation);
    if ('failure' in body) return no(body.failure);
    reached.body = body.value;
    const sent = { path: parameters, query: new URLSearchParams(exchange.search), body: body.value };
    const given = face.dialect.inputs?.[operation.name]?.read(sent) ?? sent;
    const own = 'problems' in given ? given.problems : [];
    const input = readInput(operation, 'problems' in given ? sent : given, face.dialect.ignoresUnknown);
    if ('problems' in input) return no(misfit([...own, ...input.problems]));
    if (own.length > 0) return no(misfit(own));
    const asked = { query: operation.source, variables: input.variables };
    const caller = { ...callerOf(exchange, key.value), trusted: true as const };
    const { answer, context } = await graphql.run(asked, 'POST', caller);
    if (isAsyncIterable(answer)) throw new Error(`${operation.name} answers with a stream`);
    exchange.overBudget = budgetOf(answer);
    const failure = failureOf(operation, answer);
    const headers: Record<string, string> = {
      ...deprecations.get(operation),
      ...(context.idempotencyReplayed && { 'Idempotent-Replayed': 'true' }),
    };
    return failure === undefined
      ? succeed(exchange, face, operation, { ...answer.data, variables: input.variables }, headers)
      : no(failure, headers);
  };

  /** How a face refuses what no operation of it was reached for. */
  const refusing =
    (exchange: Exchange, face: Mounted): Refuse =>
    (code, message, headers = {}, { field, ...details } = {}) => {
      const errors = field === undefined ? [] : [{ field: String(field).split('.'), code, message }];
      return refuse(exchange, face, {}, { code, message, errors, details, ...waitIn(headers) }, headers);
    };

  /** What answers to other methods than a path has. */
  const otherwise = ({ request }: Exchange, refused: Refuse, methods: readonly string[]): HttpAnswer => {
    const Allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ');
    if (request.method === 'OPTIONS') return { status: 204, headers: { Allow } };
    return refused('METHOD_NOT_ALLOWED', `This path takes ${Allow}.`, { Allow });
  };

  /** The answer of a face's own page. */
  const pageAt = (exchange: Exchange, candidates: typeof mounted): Found | undefined => {
    for (const face of candidates) {
      const path = exchange.path.slice(face.base.length);
      const page = pages.find(face.dialect, path);
      const refused = refusing(exchange, face);
      const { limitHeaders, counted } = face.dialect;
      const serves = face.dialect.serves?.[path];
      if (serves) return { refuse: refused, limitHeaders, handle: { serves } };
      if (page !== undefined && methodOf(exchange) === 'GET') {
        const handle = async () => {
          const answer = await page(new URLSearchParams(exchange.search));
          return 'problems' in answer ? refuse(exchange, face, {}, misfit(answer.problems)) : answer;
        };
        return counted?.has(path) ? { refuse: refused, limitHeaders, handle } : { handle };
      }
      if (page !== undefined) return { refuse: refused, handle: () => otherwise(exchange, refused, ['GET']) };
    }
    return undefined;
  };

  const methodOf = ({ request: { method = '' } }: Exchange): RestMethod =>
    (method === 'HEAD' ? 'GET' : method) as RestMethod;

  return {
    documents: createDocuments(faces, schema),
    siteOf,
    /** How the face of a path refuses what the server itself serves there. */
    refuserAt: (exchange: Exchange): Refuse | undefined => {
      const [first] = facesAt(exchange);
      return first && refusing(exchange, first);
    },
    /** How a path is answered; undefined for one that no face knows of. `served`: the server has something of its own there. */
    find: (exchange: Exchange, served: boolean): Found | undefined => {
      const { path } = exchange;
      const candidates = facesAt(exchange);
      const [first] = candidates;
      const found = candidates.flatMap((face) => {
        const routes = face.router.find(path.slice(face.base.length));
        return routes === undefined ? [] : [{ face, routes }];
      });
      const page = pageAt(exchange, candidates);
      if (page !== undefined && (found.length === 0 || methodOf(exchange) === 'GET')) return page;
      if (first === undefined) return undefined;
      // Below a base of its own a face answers for every path, elsewhere for all that the server has nothing at.
      if (found.length === 0 && first.base === '' && served) return undefined;
      const serving = found.flatMap(({ face, routes }) => {
        const match = routes.match(methodOf(exchange));
        return match === undefined ? [] : [{ face, match }];
      });
      // One path and method of two faces: one of them may take forms there.
      const isForm = isFormIn(exchange.request);
      const chosen = serving.find(({ face, match }) => takesForms(face, match.target) === isForm) ?? serving[0];
      const face = chosen?.face ?? found[0]?.face ?? first;
      const refused = refusing(exchange, face);
      const handle = () => {
        if (chosen !== undefined) return run(exchange, chosen.face, chosen.match);
        if (found.length === 0) return refused('NOT_FOUND', 'Nothing is served at this path.');
        return otherwise(exchange, refused, [...new Set(found.flatMap(({ routes }) => routes.methods))]);
      };
      return { refuse: refused, limitHeaders: face.dialect.limitHeaders, handle };
    },
  };
};

export type Rest = ReturnType<typeof createRest>;

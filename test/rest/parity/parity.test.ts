import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultFaces, mounts } from '../../../scripts/lib/openapi-files.ts';
import { catalogue } from '../../../src/errors.ts';
import { schema } from '../../../src/graphql/schema.ts';
import type { RestAnswer, RestFailure, RestRequest } from '../../../src/rest/dialect.ts';
import { accessOf } from '../../../src/rest/openapi/codes.ts';
import { reachable } from '../../../src/rest/openapi/document.ts';
import { failureOf } from '../../../src/rest/outcome.ts';
import { pageOf } from '../../../src/rest/page.ts';
import { select } from '../../../src/rest/select.ts';
import { tokenTimes } from '../../../src/rest/token-times.ts';
import type { TestAnswer } from '../../http/harness.ts';
import { type RealApp, startRealApp } from '../../http/real-app.ts';
import { openDocument } from '../documented.ts';
import type { Case, Made } from './case.ts';
import { nativeCases } from './native-cases.ts';
import { olderCases } from './older-cases.ts';
import { createWorld, type GraphqlAnswer, type Twin, type Variables, type World, withoutNames } from './world.ts';

/*
 * Every route of every mount beside the GraphQL operation that it is: the same answers and refusals for the same viewer and data, the same
 * effects, and each answer as the mount's document has it.
 */

const cases: Readonly<Record<string, Case>> = { ...nativeCases, ...olderCases };
const order = Object.keys(cases);

type Route = ReturnType<typeof reachable>[number];

const placed = mounts.map(({ base, file }) => {
  const at = defaultFaces.filter((face) => face.base === base);
  return { base, file, routes: reachable(at, schema), faces: at.map(({ name }) => name).join(', ') };
});

const isFirst = ({ name }: Route['face'], base: string): boolean =>
  defaultFaces.find((face) => face.name === name)?.base === base;

it('every route has its case, and every case its route', () => {
  const names = new Set(placed.flatMap(({ routes }) => routes.map(({ operation }) => operation.name)));
  expect([...names].filter((name) => !Object.hasOwn(cases, name))).toEqual([]);
  expect(order.filter((name) => !names.has(name))).toEqual([]);
});

/** The request that a client makes out of the variables. */
const requestFor = ({ face, operation }: Route, variables: Variables, { sent }: Case) => {
  const names: string[] = [];
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    names.push(name);
    return encodeURIComponent(String(variables[name]));
  });
  const given = sent?.(variables) ?? variables;
  const others = Object.entries(given).filter(([name]) => !names.includes(name));
  const url = face.base + path;
  if (operation.method === 'GET' || operation.method === 'DELETE') {
    const query = new URLSearchParams(others.map(([name, value]) => [name, String(value)]));
    return { url: others.length === 0 ? url : `${url}?${query}`, query };
  }
  const query = new URLSearchParams();
  if (operation.variables.length === names.length) return { url, query };
  const fields = (given.input ?? Object.fromEntries(others)) as Record<string, string>;
  if (!face.dialect.forms?.has(operation.name)) return { url, query, body: JSON.stringify(fields) };
  return { url, query, body: String(new URLSearchParams(fields)), type: 'application/x-www-form-urlencoded' };
};

/** What the route has to answer where GraphQL answered this. */
const expectedOf = (
  { face, operation }: Route,
  answer: GraphqlAnswer,
  variables: Variables,
  request: RestRequest,
): RestAnswer => {
  const refused = (failure: RestFailure): RestAnswer =>
    face.dialect.failure(failure, catalogue[failure.code].status, request);
  const failure = failureOf(operation, answer as never);
  if (failure !== undefined) return refused(failure);
  const { status } = operation;
  if (operation.body === undefined) return face.dialect.success({ status }, request);
  const value = select({ ...answer.data, variables }, operation.body);
  if (value === null) return refused({ code: 'NOT_FOUND', message: 'Nothing is found here.', errors: [] });
  return face.dialect.success({ status, body: pageOf(value) ?? value }, request);
};

let app: RealApp;
let world: World;
beforeAll(async () => {
  app = await startRealApp({ DEMO_DATA: 'true', PAPER_TICK_MS: '0' });
  const login = 'mutation { login(input: { username: "admin", password: "admin123" }) { session { accessToken } } }';
  world = createWorld(app, (await createWorld(app, '').must(login)).login.session.accessToken);
});
afterAll(() => app.close());

describe.each(placed)('$faces below "$base"', ({ base, file, routes }) => {
  const { deviations } = openDocument(file);
  const twins: Twin[] = [];
  beforeAll(async () => {
    const number = mounts.findIndex((mount) => mount.base === base);
    for (const name of ['ann', 'bob']) {
      const twin = await world.twin(`${name}${number}`);
      await world.must('mutation { deposit(input: { amount: "10000" }) { transfer { id } } }', {}, twin.token);
      twins.push(twin);
    }
  });

  const overGraphql = async (route: Route, variables: Variables, token: string | undefined) => {
    const scheme = token === undefined ? undefined : 'bearer';
    const { url, query } = requestFor(route, variables, cases[route.operation.name]!);
    const path = url.split('?')[0]!;
    const request = {
      requestId: '',
      path,
      operation: route.operation,
      query,
      scheme,
      hasCredentials: true,
      tokenProblem: null,
      isRefreshToken: false,
      body: {},
      tokenTimes: tokenTimes(`Bearer ${token}`),
      now: new Date(),
    };
    return expectedOf(route, await world.graphql(route.operation.source, variables, token), variables, request);
  };
  const overRest = async (route: Route, variables: Variables, token: string | undefined): Promise<TestAnswer> => {
    const { url, body, type } = requestFor(route, variables, cases[route.operation.name]!);
    const answer = await world.rest(route.operation.method, url, {
      token,
      ...(body && { body }),
      ...(type && { type }),
    });
    const name = `${route.operation.name} ${answer.status}`;
    expect([name, ...deviations(route.operation.method, route.operation.path, answer)]).toEqual([name]);
    return answer;
  };

  const look = (status: number, body: unknown, more: readonly string[] = []) => ({
    status,
    body: withoutNames(body ?? null, ['request_id', 'instance', 'timestamp', ...more]),
  });
  const same = (answer: TestAnswer, expected: RestAnswer, more: readonly string[] = []): void => {
    expect(look(answer.status, answer.json, more)).toEqual(look(expected.status, expected.body, more));
    for (const [name, value] of Object.entries(expected.headers ?? {}))
      if (name !== 'X-Correlation-ID') expect([name, answer.headers[name.toLowerCase()]]).toEqual([name, value]);
  };

  const readAlike = async (route: Route, variables: Variables, token: string | undefined, more?: readonly string[]) => {
    const expected = await overGraphql(route, variables, token);
    const answer = await overRest(route, variables, token);
    same(answer, expected, more);
    return answer.status;
  };

  /** What an operation did: the lines of the audit log that came with it, and what its user has now. */
  const effectsOf = async (token: string, act: () => Promise<void>) => {
    const known = new Set((await world.auditLog()).map(({ id }) => id));
    await act();
    const lines = (await world.auditLog()).filter(({ id }) => !known.has(id));
    const { data, errors = [] } = await world.settled(token);
    return withoutNames({ lines, data, codes: errors.map(({ extensions }) => extensions.code) });
  };

  const emailIn = ({ input, email }: Variables): string => (email ?? (input as Variables).email) as string;

  const changedAlike = async (route: Route, given: Case, tokens: (string | undefined)[], made: Made[], at: number) => {
    const variablesOf = (twin: number): Variables =>
      at < 0 ? (given.given?.(twins[twin]!, made[twin]!) ?? {}) : given.refused!(twins[twin]!, made[twin]!)[at]!;
    const subject = (twin: number): string => made[twin]!.token ?? twins[twin]!.token;
    let expected: RestAnswer | undefined;
    let answer: TestAnswer | undefined;
    const effects = await effectsOf(subject(0), async () => {
      expected = await overGraphql(route, variablesOf(0), tokens[0]);
    });
    if (at < 0) await given.after?.(world, twins[0]!);
    const others = await effectsOf(subject(1), async () => {
      answer = await overRest(route, variablesOf(1), tokens[1]);
    });
    if (at < 0) await given.after?.(world, twins[1]!);
    same(answer!, expected!, given.passing);
    expect(others).toEqual(effects);
    // Only now: a look at it may leave a line in the audit log, too.
    const { location } = answer!.headers;
    if (location !== undefined) {
      // Who has just registered looks at what was made after signing in.
      const token = tokens[1] ?? (await world.signIn(emailIn(variablesOf(1)))).token;
      expect((await world.rest('GET', location, { token })).status).toBe(200);
    }
    return answer!.status;
  };

  const sorted = [...routes].sort(
    (one, other) => order.indexOf(one.operation.name) - order.indexOf(other.operation.name),
  );
  it.each(sorted.map((route) => ({ ...route, name: `${route.operation.method} ${route.operation.path}` })))(
    '$name as $operation.name',
    async ({ name: _, ...route }) => {
      const { operation } = route;
      const given = cases[operation.name];
      if (given === undefined) throw new Error(`${operation.name} has no case`);
      const access = accessOf(operation, schema);
      const made: Made[] = [];
      for (const twin of twins) made.push((await given.before?.(twin, world)) ?? {});
      const tokens = twins.map((twin, at) => {
        if (given.as === 'nobody') return undefined;
        return given.as === 'admin' ? world.admin : (made[at]!.token ?? twin.token);
      });
      const variables = given.given?.(twins[1]!, made[1]!) ?? {};
      if (access !== 'public') expect(await readAlike(route, variables, undefined)).toBeGreaterThan(400);
      if (typeof access === 'object') expect(await readAlike(route, variables, twins[1]!.token)).toBe(403);
      const refusals = given.refused?.(twins[1]!, made[1]!) ?? [];
      if (operation.kind === 'query') {
        expect(await readAlike(route, variables, tokens[1], given.passing)).toBe(operation.status);
        for (const refused of refusals) await readAlike(route, refused, tokens[1]);
      } else {
        expect(await changedAlike(route, given, tokens, made, -1)).toBe(operation.status);
        // At its second mount it is the same route: that it is reached there is enough.
        if (isFirst(route.face, base))
          for (const at of refusals.keys()) await changedAlike(route, given, tokens, made, at);
      }
    },
  );
});

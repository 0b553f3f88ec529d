import type { JsonSchema } from '../../src/rest/openapi/json-schema.ts';
import type { OpenApi, Operation, Parameter, Reference } from '../../src/rest/openapi/openapi.ts';
import type { Random } from '../../src/venues/paper/random.ts';
import { cut, type HostileRequest } from './attack.ts';
import { anything, bodies, decimals, ids, instants, integers, texts } from './hostile.ts';

export interface RestRequest extends HostileRequest {
  /** The document that describes its mount. */
  file: string;
}

export interface Mount {
  base: string;
  file: string;
  document: OpenApi;
}

/** What may stand in a header. */
const headerTexts = texts.filter((text) => /^[\x21-\x7e]{1,300}$/.test(text));
const types = ['application/json; charset=utf-8', 'text/plain', 'application/x-www-form-urlencoded', 'application/xml'];
const others = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Whose session such a request ends is not asked for anything else. */
const ends = ({ path, method }: { path: string; method: string }): boolean =>
  /logout|delete-account|password/.test(path) || (/\/me$/.test(path) && method !== 'get');

/** A user has a bounded number of sessions: example sign-ins of the demo users would end the one that attacks. */
const signsIn = /login|token/;

/**
 * Makes requests from the documents: of every route, with values that fit, that stand at a bound, that are hostile, of another type, missing or
 * unknown.
 */
export const createRestMaker = (
  mounts: readonly Mount[],
  random: Random,
  { existing, tokens, expendable }: { existing: readonly string[]; tokens: readonly string[]; expendable: string },
) => {
  const below = (bound: number): number => Number(random(BigInt(bound)));
  const chance = (percent: number): boolean => below(100) < percent;
  const pick = <Value>(from: readonly Value[]): Value => from[below(from.length)] as Value;
  const routes = mounts.flatMap(({ base, file, document }) =>
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ base, file, document, path, method, operation })),
    ),
  );

  const resolved = <Value extends object>({ components }: OpenApi, given: Value | Reference): Value => {
    if (!('$ref' in given) || given.$ref === undefined) return given as Value;
    const [, , kind = '', name = ''] = given.$ref.split('/');
    return (components as unknown as Record<string, Record<string, Value>>)[kind]![name]!;
  };

  /** As the schema wants it, more or less: bounds are met only in part. */
  const fitting = (document: OpenApi, given: JsonSchema, name: string): unknown => {
    const schema = resolved<JsonSchema>(document, given as Reference);
    if (schema.const !== undefined) return schema.const;
    if (schema.enum !== undefined) return pick(schema.enum);
    if (schema.anyOf !== undefined) return fitting(document, schema.anyOf[0]!, name);
    const [type] = [schema.type ?? 'string'].flat();
    if (type === 'object') return objectOf(document, schema, fitting);
    if (type === 'array') return Array.from({ length: 1 + below(2) }, () => fitting(document, schema.items!, name));
    if (type === 'boolean') return chance(50);
    if (type === 'integer' || type === 'number') return 1 + below(50);
    if (schema.format === 'decimal') return pick(['1', '2', '10', '187.5', '0.5']);
    if (schema.format === 'date-time') return pick(['2026-01-01T00:00:00Z', '2026-02-01T00:00:00.5Z']);
    if (name === 'symbol') return pick(['AAPL', 'BTC-USD']);
    return pick(existing);
  };

  const hostile = (document: OpenApi, given: JsonSchema, name: string): unknown => {
    if (chance(50)) return fitting(document, given, name);
    if (chance(10)) return pick(anything);
    const schema = resolved<JsonSchema>(document, given as Reference);
    if (schema.anyOf !== undefined) return hostile(document, schema.anyOf[0]!, name);
    const [type] = [schema.type ?? 'string'].flat();
    if (type === 'object') return objectOf(document, schema, hostile);
    if (type === 'array')
      return Array.from({ length: chance(3) ? 101 : below(4) }, () => hostile(document, schema.items!, name));
    if (type === 'integer' || type === 'number') return pick(integers);
    if (schema.format === 'decimal') return pick(decimals);
    if (schema.format === 'date-time') return pick(instants);
    return /(^i|I|_i)d$/.test(name) ? pick(ids) : pick(texts);
  };

  const objectOf = (
    document: OpenApi,
    { properties = {}, required = [] }: JsonSchema,
    value: typeof fitting,
  ): Record<string, unknown> => {
    const missing = value === hostile ? 95 : 100;
    const shown = Object.entries(properties).filter(([name]) => chance(required.includes(name) ? missing : 35));
    const entries = shown.map(([name, schema]): [string, unknown] => [name, value(document, schema, name)]);
    if (value === hostile && chance(5)) entries.push([pick(texts), pick(anything)]);
    return Object.fromEntries(entries);
  };

  const text = (value: unknown): string => {
    if (Array.isArray(value)) return value.map(text).join(',');
    return (typeof value === 'object' ? JSON.stringify(value) : String(value)).toWellFormed();
  };

  const targetOf = (document: OpenApi, base: string, path: string, { parameters = [] }: Operation): string => {
    const value = chance(50) ? fitting : hostile;
    const all = parameters.map((one) => resolved<Parameter>(document, one));
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
      const { schema } = all.find((one) => one.name === name)!;
      return encodeURIComponent(text(value(document, schema, name)));
    });
    const query = new URLSearchParams();
    for (const { name, in: where, schema, required } of all)
      if (where === 'query' && chance(required ? 95 : 35)) query.append(name, text(value(document, schema, name)));
    if (chance(4)) query.append(pick(texts).toWellFormed().slice(0, 300), 'x');
    if (chance(3)) for (const name of [...query.keys()].slice(0, 1)) query.append(name, 'again');
    return `${base}${filled}${query.size === 0 ? '' : `?${query}`}`;
  };

  const bodyOf = (
    document: OpenApi,
    path: string,
    { requestBody }: Operation,
  ): { type: string; body: string } | undefined => {
    if (requestBody === undefined) return chance(5) ? { type: pick(types), body: pick(bodies) } : undefined;
    const [type, { schema, example }] = pick(Object.entries(requestBody.content)) as [
      string,
      { schema: JsonSchema; example?: unknown },
    ];
    if (chance(3)) return undefined;
    if (chance(4)) return { type, body: pick(bodies) };
    const shown = chance(30) && !signsIn.test(path) ? example : (chance(50) ? fitting : hostile)(document, schema, '');
    const isForm = type.endsWith('urlencoded');
    const fields = Object.entries(shown ?? {}).map(([name, value]) => [name.toWellFormed(), text(value)]);
    const written = isForm ? String(new URLSearchParams(fields)) : JSON.stringify(shown);
    return { type: chance(3) ? pick(types) : type, body: chance(5) ? cut(written, below, texts) : written };
  };

  return (): RestRequest => {
    const route = pick(routes);
    const { base, file, document, path, method, operation } = route;
    const given = bodyOf(document, path, operation);
    const token = ends(route) ? pick(['', expendable]) : pick(tokens);
    const headers: Record<string, string> = {
      ...(token !== '' && { authorization: `Bearer ${token}` }),
      ...(given !== undefined && { 'content-type': given.type }),
      ...(given !== undefined && { 'content-length': String(Buffer.byteLength(given.body)) }),
      ...(chance(10) && { 'idempotency-key': pick(headerTexts) }),
      ...(chance(3) && { 'if-none-match': '*' }),
      ...(chance(3) && { accept: pick(headerTexts) }),
      ...(chance(1) && { 'x-http-method-override': 'DELETE' }),
      ...(chance(2) && { authorization: pick(['Bearer', 'Bearer x', 'Basic eDp5', 'bearer  x y', 'x']) }),
    };
    const verb = chance(4) ? pick(others) : method.toUpperCase();
    const target = targetOf(document, base, path, operation);
    return { method: verb, target, headers, body: given?.body ?? '', file };
  };
};

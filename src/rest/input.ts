import { createHash } from 'node:crypto';
import {
  coerceInputValue,
  type GraphQLError,
  type GraphQLInputType,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isListType,
} from 'graphql';
import { clipped, withoutValue } from '../graphql/error-text.ts';
import { limits } from '../limits.ts';
import type { RestOperation } from './operation.ts';

/** What of a request does not fit its operation. */
export interface InputProblem {
  in: 'path' | 'query' | 'body';
  /** From the outermost name to the innermost; empty when the body as a whole is meant. */
  field: readonly string[];
  kind: 'missing' | 'unknown' | 'repeated' | 'invalid';
  message: string;
  /** The rule of an older system that it breaks, in the words of that system. */
  rule?: { type: string; ctx: Readonly<Record<string, unknown>> };
}

export interface GivenInput {
  path: Readonly<Record<string, string>>;
  query: URLSearchParams;
  /** The JSON of the body; undefined when there is none. */
  body: unknown;
}

type Variables = Record<string, unknown>;
type Result = { variables: Variables } | { problems: InputProblem[] };

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value that a text of a URL stands for; texts that stand for none are left to the type to refuse. */
const fromText = (type: GraphQLInputType, text: string): unknown => {
  const { name } = getNamedType(type);
  if (name === 'Int' && /^-?\d{1,10}$/.test(text)) return Number(text);
  if (name === 'Boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
};

const countOf = (texts: readonly string[]): number => texts.reduce((count, text) => count + text.split(',').length, 0);

const TOO_MANY = `This has more than ${limits.http.listItems} values.`;

const fromTexts = (type: GraphQLInputType, texts: readonly string[]): unknown =>
  isListType(getNullableType(type))
    ? texts.flatMap((text) => text.split(',')).map((text) => fromText(type, text))
    : fromText(type, texts[0] as string);

/** A value without the names that its type does not have, which are told. */
const known = (
  type: GraphQLInputType,
  value: unknown,
  path: readonly string[],
  tell: (unknown: readonly string[]) => void,
): unknown => {
  const named = getNullableType(type);
  if (isListType(named) && Array.isArray(value))
    return value.map((item, index) => known(named.ofType as GraphQLInputType, item, [...path, String(index)], tell));
  if (!isInputObjectType(named) || !isObject(value)) return value;
  const fields = named.getFields();
  const kept: [string, unknown][] = [];
  for (const [name, inner] of Object.entries(value)) {
    const field = fields[name];
    if (field === undefined) tell([...path, name]);
    else kept.push([name, known(field.type, inner, [...path, name], tell)]);
  }
  return Object.fromEntries(kept);
};

/** Thrown through graphql-js, which would go on to the last of many wrong values. */
const enough = new Error('no more problems are told');

const check = (
  where: InputProblem['in'],
  type: GraphQLInputType,
  value: unknown,
  outer: readonly string[],
): InputProblem[] => {
  const problems: InputProblem[] = [];
  const tell = (path: readonly (string | number)[], invalid: unknown, error: GraphQLError): void => {
    if (problems.length >= limits.graphql.errors) throw enough;
    const field = [...outer, ...path.map(String)];
    const missing = /^Field "(\w+)" of required type/.exec(error.message)?.[1];
    if (missing !== undefined)
      problems.push({ in: where, field: [...field, missing], kind: 'missing', message: 'This is required.' });
    else
      problems.push({
        in: where,
        field,
        kind: invalid === null ? 'missing' : 'invalid',
        message: clipped(withoutValue(error.message)),
      });
  };
  try {
    coerceInputValue(value, type, tell, true);
  } catch (error) {
    if (error !== enough) throw error;
  }
  return problems;
};

/** A name that is made of an e-mail address: its first part, and a few letters that tell it from others like it. */
const handleOf = (email: string): string => {
  const tail = createHash('sha256').update(email.toLowerCase()).digest('hex').slice(0, 6);
  const head =
    email
      .replace(/@.*$/, '')
      .replace(/[^\w.-]/g, '')
      .replace(/^[^A-Za-z0-9]+/, '') || 'user';
  return `${head.slice(0, 40)}-${tail}`;
};

const derived = (template: string, source: Readonly<Record<string, unknown>>): string =>
  template.replace(/\{(\w+)(\|handle)?\}/g, (_, name: string, handle?: string) => {
    const text = String(source[name] ?? '');
    return handle === undefined ? text : handleOf(text);
  });

/**
 * Makes the variables of an operation out of a request. A variable named in the path comes from there; one named `input` is the whole
 * body; others come from the body of requests that have one, else from the query.
 */
export const readInput = (operation: RestOperation, given: GivenInput, ignoresUnknown: boolean): Result => {
  const problems: InputProblem[] = [];
  const variables: Variables = {};
  const names = new Set<string>();
  const hasBody = operation.method !== 'GET' && operation.method !== 'DELETE';
  const whole = operation.variables.find(({ name }) => name === 'input');
  const bodyFields = hasBody && whole === undefined && isObject(given.body) ? given.body : {};
  if (hasBody && given.body !== undefined && !isObject(given.body))
    return { problems: [{ in: 'body', field: [], kind: 'invalid', message: 'The body must be a JSON object.' }] };

  for (const { name, type, required } of operation.variables) {
    const template = operation.derive[name];
    const source = template === undefined ? {} : { ...bodyFields, ...given.path };
    if (template !== undefined && !Object.hasOwn(source, name)) {
      variables[name] = derived(template, source);
      continue;
    }
    const take = (where: InputProblem['in'], value: unknown, outer: readonly string[]): void => {
      const kept = known(type, value, outer, (field) => {
        if (!ignoresUnknown) problems.push({ in: where, field, kind: 'unknown', message: 'This field is not known.' });
      });
      problems.push(...check(where, type, kept, outer));
      variables[name] = kept;
    };
    names.add(name);
    const inPath = given.path[name];
    if (inPath !== undefined) take('path', fromText(type, inPath), [name]);
    else if (hasBody && name === 'input') take('body', given.body ?? {}, []);
    else if (hasBody) {
      if (Object.hasOwn(bodyFields, name)) take('body', bodyFields[name], [name]);
      else if (required) problems.push({ in: 'body', field: [name], kind: 'missing', message: 'This is required.' });
    } else {
      const texts = given.query.getAll(name);
      const isList = isListType(getNullableType(type));
      if (texts.length > 1 && !isList)
        problems.push({ in: 'query', field: [name], kind: 'repeated', message: 'This is given more than once.' });
      else if (isList && countOf(texts) > limits.http.listItems)
        problems.push({ in: 'query', field: [name], kind: 'invalid', message: TOO_MANY });
      else if (texts.length > 0) take('query', fromTexts(type, texts), [name]);
      else if (required) problems.push({ in: 'query', field: [name], kind: 'missing', message: 'This is required.' });
    }
  }
  if (!ignoresUnknown) {
    const inQuery = (name: string): boolean => !hasBody && names.has(name) && !Object.hasOwn(given.path, name);
    for (const name of new Set(given.query.keys()))
      if (!inQuery(name))
        problems.push({ in: 'query', field: [name], kind: 'unknown', message: 'This parameter is not known.' });
    for (const name of Object.keys(bodyFields))
      if (!names.has(name) || Object.hasOwn(given.path, name))
        problems.push({ in: 'body', field: [name], kind: 'unknown', message: 'This field is not known.' });
  }
  return problems.length > 0 ? { problems: problems.slice(0, limits.graphql.errors) } : { variables };
};

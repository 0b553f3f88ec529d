import type { GraphQLParams } from 'graphql-yoga';
import { limits } from '../limits.ts';
import { excessOf } from './json-bounds.ts';

export type Params = { params: GraphQLParams } | { problem: string };

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const known = new Set(['query', 'documentId', 'operationName', 'variables', 'extensions']);

/** U+0000, as itself or escaped in JSON or in GraphQL. */
const nul = /\0|\\u(0000|\{0+\})/;

export const NUL_PROBLEM = 'Text must not contain the character U+0000; no database takes it.';

/** Looked for once in the raw text: no list of fields that must not have it can be forgotten to be kept. */
export const hasNul = (text: string): boolean => nul.test(text);

/** The hash of Apollo's automatic persisted queries. */
const hashIn = (extensions: unknown): unknown => {
  const asked = isMap(extensions) ? extensions.persistedQuery : undefined;
  return isMap(asked) ? (asked.sha256Hash ?? null) : null;
};

/** Checks the parameters of GraphQL over HTTP; absent and null are the same. */
export const readParams = (value: unknown): Params => {
  if (Array.isArray(value)) return { problem: 'Send one operation a request; batches are not supported.' };
  if (!isMap(value)) return { problem: 'The body must be an object with the member "query".' };
  const { query, documentId = null, operationName = null, variables = null, extensions = null } = value;
  const unknown = Object.keys(value).find((name) => !known.has(name));
  if (unknown !== undefined) return { problem: `The parameter "${unknown.slice(0, 64)}" is not known.` };
  const hash = documentId ?? hashIn(extensions);
  if (hash !== null && (typeof hash !== 'string' || hash.length > limits.text.documentId))
    return { problem: `The id of a document must be a string of at most ${limits.text.documentId} characters.` };
  if (typeof query !== 'string' && (hash === null || (query ?? null) !== null))
    return { problem: 'The parameter "query" must be a string.' };
  if (operationName !== null && typeof operationName !== 'string')
    return { problem: 'The parameter "operationName" must be a string.' };
  if (variables !== null && !isMap(variables)) return { problem: 'The parameter "variables" must be an object.' };
  if (extensions !== null && !isMap(extensions)) return { problem: 'The parameter "extensions" must be an object.' };
  return {
    params: {
      // Yoga wants a document before its plugins can find the one that the id stands for.
      query: typeof query === 'string' ? query : '',
      ...(operationName !== null && { operationName }),
      ...(variables !== null && { variables }),
      ...(hash !== null && {
        extensions: { ...extensions, persistedQuery: { sha256Hash: hash.replace(/^sha256:/, '') } },
      }),
    },
  };
};

/** The same from a URL, where the two objects are JSON text. */
export const readSearchParams = (search: string): Params => {
  const value: Record<string, unknown> = {};
  for (const [name, text] of new URLSearchParams(search)) {
    if (hasNul(text)) return { problem: NUL_PROBLEM };
    if (name in value) return { problem: `The parameter "${name.slice(0, 64)}" is given twice.` };
    const isJson = name === 'variables' || name === 'extensions';
    try {
      value[name] = isJson && text !== '' ? JSON.parse(text) : text === '' && name !== 'query' ? null : text;
    } catch {
      return { problem: `The parameter "${name}" is not JSON.` };
    }
    const excess = isJson ? excessOf(value[name]) : undefined;
    if (excess !== undefined) return { problem: excess };
  }
  return readParams(value);
};

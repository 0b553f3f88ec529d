import type { Exchange } from '../http/answer.ts';
import { readForm, readJson } from '../http/body.ts';
import type { RestFailure } from './dialect.ts';
import type { Face } from './faces.ts';
import type { RestOperation } from './operation.ts';
import { failing } from './refuse.ts';

const hasBody = ({ headers }: Exchange['request']): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

/** Headers by which some servers let a request be of another method than it says. */
const overrides = ['x-http-method-override', 'x-http-method', 'x-method-override'];

export const takesForms = ({ dialect }: Face, { name }: RestOperation): boolean => dialect.forms?.has(name) === true;

/** The body of a request, as far as its operation takes one. */
export const readBody = async (
  { request }: Exchange,
  face: Face,
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

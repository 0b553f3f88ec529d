import type { IncomingMessage } from 'node:http';
import type { ErrorCode } from '../errors.ts';
import { limits } from '../limits.ts';
import { excessOf } from './json-bounds.ts';
import { hasNul, NUL_PROBLEM } from './params.ts';

export type BodyProblem = {
  code: Extract<ErrorCode, 'PAYLOAD_TOO_LARGE' | 'UNSUPPORTED_MEDIA_TYPE' | 'BAD_REQUEST'>;
  message: string;
  /** Of a body that is too large: how long it said to be, else how much of it had come. */
  received?: number;
};
export type Body = { value: unknown } | { problem: BodyProblem };

const jsonType = /^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;

export const NOT_JSON = 'The body is not JSON in UTF-8.';

const problem = (code: BodyProblem['code'], message: string): Body => ({ problem: { code, message } });

const tooLarge = (received: number): Body => {
  const message = `The body may have at most ${limits.http.bodyBytes} bytes.`;
  return { problem: { code: 'PAYLOAD_TOO_LARGE', message, received } };
};

/** Resolves to what has come when the body is too large; the rest of it is then left to Node, which throws it away. */
const readBytes = (request: IncomingMessage): Promise<Buffer | number> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limits.http.bodyBytes) {
        chunks.length = 0;
        resolve(Math.max(size, Number(request.headers['content-length'] ?? 0)));
      } else chunks.push(chunk);
    });
    request.on('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    request.on('error', reject);
    request.on('close', () => reject(new Error('The client went away before its request was complete.')));
  });

const utf8 = new TextDecoder('utf-8', { fatal: true });

const urlencoded = /^application\/x-www-form-urlencoded\s*(;|$)/i;
const multipart = /^multipart\/form-data\s*;/i;

const typeOf = ({ headers }: IncomingMessage): string => headers['content-type'] ?? '';

export const isFormIn = (request: IncomingMessage): boolean =>
  urlencoded.test(typeOf(request)) || multipart.test(typeOf(request));

/** The fields of a form; undefined for one that is broken, or has a file. */
const fieldsOf = async (type: string, bytes: Buffer): Promise<[string, string][] | undefined> => {
  if (urlencoded.test(type)) return [...new URLSearchParams(bytes.toString('utf8'))];
  const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } })
    .formData()
    .catch(() => undefined);
  const fields = form && [...form];
  return fields?.every((field): field is [string, string] => typeof field[1] === 'string') ? fields : undefined;
};

/** Reads the fields of a form under the bound. Only for what a foreign site's form may as well send: it carries no cookie. */
export const readForm = async (request: IncomingMessage): Promise<Body> => {
  if (!isFormIn(request))
    return problem(
      'UNSUPPORTED_MEDIA_TYPE',
      'The body must be application/x-www-form-urlencoded or multipart/form-data.',
    );
  const bytes = await readBytes(request);
  if (typeof bytes === 'number') return tooLarge(bytes);
  const fields = await fieldsOf(typeOf(request), bytes);
  if (fields === undefined) return problem('BAD_REQUEST', 'The body is not a form of texts.');
  if (fields.some(([name, text]) => hasNul(name) || hasNul(text))) return problem('BAD_REQUEST', NUL_PROBLEM);
  const value = Object.fromEntries(fields);
  if (Object.keys(value).length < fields.length) return problem('BAD_REQUEST', 'A field of the form is given twice.');
  return { value };
};

/** Reads a JSON body under the bound. JSON only: other types are what a foreign site's form could send. */
export const readJson = async (request: IncomingMessage): Promise<Body> => {
  const {
    'content-type': type = '',
    'content-encoding': encoding = 'identity',
    'content-length': length,
  } = request.headers;
  if (!jsonType.test(type)) return problem('UNSUPPORTED_MEDIA_TYPE', 'The body must be application/json, in UTF-8.');
  if (encoding !== 'identity') return problem('UNSUPPORTED_MEDIA_TYPE', 'The body must not be compressed.');
  if (length !== undefined && Number(length) > limits.http.bodyBytes) return tooLarge(Number(length));
  const bytes = await readBytes(request);
  if (typeof bytes === 'number') return tooLarge(bytes);
  try {
    const text = utf8.decode(bytes);
    if (hasNul(text)) return problem('BAD_REQUEST', NUL_PROBLEM);
    const value: unknown = JSON.parse(text);
    const excess = excessOf(value);
    return excess === undefined ? { value } : problem('BAD_REQUEST', excess);
  } catch {
    return problem('BAD_REQUEST', NOT_JSON);
  }
};

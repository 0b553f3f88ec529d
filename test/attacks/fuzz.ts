import { Agent, request as httpRequest } from 'node:http';
import type { GraphQLSchema } from 'graphql';
import { createRandom } from '../../src/venues/paper/random.ts';
import { createDocumentMaker } from './document-maker.ts';
import { bodies, targets, texts } from './hostile.ts';

export interface Finding {
  problem: string;
  sent: string;
  answer: string;
}

interface Request {
  method: string;
  target: string;
  headers: Record<string, string>;
  body: string;
}

/** What tells of the inside: source positions, packages, the database's own words. */
const leaks =
  /node_modules|\.ts:\d+|prisma|violates|relation "|column "|at or near|invalid input syntax|ECONNREFUSED|TypeError|RangeError|deadlock/i;

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD', 'TRACE', 'BREW'];
const types = [
  'application/json',
  'application/json; charset=utf-8',
  'application/json;charset=utf-16',
  'text/plain',
  'application/graphql',
  'multipart/form-data; boundary=x',
  'application/x-www-form-urlencoded',
  '',
];
/** Longer than any answer takes on a busy machine. */
const PATIENCE_ms = 30_000;

const agent = new Agent({ keepAlive: true, maxSockets: 16 });

const send = (url: string, { method, target, headers, body }: Request): Promise<{ status: number; text: string }> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const options = { hostname, port, method, path: target, headers, agent, timeout: PATIENCE_ms };
    const request = httpRequest(options, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      response.on('error', reject);
    });
    request.on('timeout', () => request.destroy(new Error(`no answer within ${PATIENCE_ms} ms`)));
    request.on('error', reject);
    request.end(method === 'GET' || method === 'HEAD' ? undefined : body);
  });

const problemOf = ({ status, text }: { status: number; text: string }): string | undefined => {
  if (status >= 500) return `status ${status}`;
  if (text.includes('INTERNAL_SERVER_ERROR')) return 'a bug behind a field';
  const leak = leaks.exec(text);
  return leak === null ? undefined : `the answer says "${leak[0]}"`;
};

/** Sends `count` hostile requests that the seed decides, and tells which of them were answered as none may be. */
export const fuzz = async (options: {
  url: string;
  schema: GraphQLSchema;
  seed: number;
  count: number;
  /** Access tokens; '' asks without one. */
  tokens: readonly string[];
  /** Ids and names that exist. */
  existing: readonly string[];
  concurrency?: number;
}): Promise<{ findings: Finding[]; statuses: Record<string, number> }> => {
  const { url, count, seed } = options;
  const random = createRandom(seed, 'fuzz');
  const below = (bound: number): number => Number(random(BigInt(bound)));
  const pick = <Value>(from: readonly Value[]): Value => from[below(from.length)] as Value;
  const operation = createDocumentMaker(options.schema, random, options.existing);

  const cut = (text: string): string => {
    const at = below(text.length + 1);
    const change = below(3);
    if (change === 0) return text.slice(0, at) + text.slice(at + 1 + below(4));
    if (change === 1) return text.slice(0, at) + pick(texts).slice(0, 200) + text.slice(at);
    return text.slice(0, at) + text.slice(at, at + 8).repeat(3) + text.slice(at);
  };
  const next = (): Request => {
    const token = pick(options.tokens);
    const headers = { 'content-type': 'application/json', ...(token !== '' && { authorization: `Bearer ${token}` }) };
    const kind = below(10);
    if (kind < 6) return { method: 'POST', target: '/graphql', headers, body: JSON.stringify(operation()) };
    if (kind < 8) return { method: 'POST', target: '/graphql', headers, body: cut(JSON.stringify(operation())) };
    if (kind === 8)
      return { method: 'POST', target: '/graphql', headers, body: below(2) ? pick(bodies) : cut(pick(bodies)) };
    const odd = {
      ...headers,
      'content-type': pick(types),
      accept: pick(['*/*', 'text/html', 'application/json', 'x', '', 'text/event-stream']),
    };
    return { method: pick(methods), target: pick(targets), headers: odd, body: pick(bodies) };
  };

  const findings: Finding[] = [];
  const statuses: Record<string, number> = {};
  let sent = 0;
  const worker = async (): Promise<void> => {
    while (sent < count) {
      sent += 1;
      const request = next();
      const note = (problem: string, answer: string): void => {
        const { authorization, ...headers } = request.headers;
        const shown = `${request.method} ${request.target.slice(0, 200)} ${JSON.stringify(headers)} ${request.body.slice(0, 2_000)}`;
        findings.push({ problem, sent: shown, answer: answer.slice(0, 600) });
      };
      try {
        const answer = await send(url, request);
        statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
        const problem = problemOf(answer);
        if (problem !== undefined) note(problem, answer.text);
      } catch (error) {
        note((error as Error).message, '');
      }
    }
  };
  await Promise.all(Array.from({ length: options.concurrency ?? 8 }, worker));
  return { findings, statuses };
};

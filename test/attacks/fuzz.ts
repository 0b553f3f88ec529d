import type { GraphQLSchema } from 'graphql';
import { createRandom } from '../../src/venues/paper/random.ts';
import { attack, cut, type Finding, type HostileRequest } from './attack.ts';
import { createDocumentMaker } from './document-maker.ts';
import { bodies, targets, texts } from './hostile.ts';

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

  const next = (): HostileRequest => {
    const token = pick(options.tokens);
    const headers = { 'content-type': 'application/json', ...(token !== '' && { authorization: `Bearer ${token}` }) };
    const kind = below(10);
    if (kind < 6) return { method: 'POST', target: '/graphql', headers, body: JSON.stringify(operation()) };
    if (kind < 8)
      return { method: 'POST', target: '/graphql', headers, body: cut(JSON.stringify(operation()), below, texts) };
    if (kind === 8)
      return {
        method: 'POST',
        target: '/graphql',
        headers,
        body: below(2) ? pick(bodies) : cut(pick(bodies), below, texts),
      };
    const odd = {
      ...headers,
      'content-type': pick(types),
      accept: pick(['*/*', 'text/html', 'application/json', 'x', '', 'text/event-stream']),
    };
    // Of what is all by chance, next to nothing gets as far as the check of its type.
    const way = below(2) ? { method: 'POST', target: '/graphql' } : { method: pick(methods), target: pick(targets) };
    return { ...way, headers: odd, body: pick(bodies) };
  };

  return attack({ url, count, next, concurrency: options.concurrency });
};

import { mounts } from '../../scripts/lib/openapi-files.ts';
import { limits } from '../../src/limits.ts';
import { createRandom } from '../../src/venues/paper/random.ts';
import { openDocument } from '../rest/documented.ts';
import { attack, type Finding, type HostileAnswer } from './attack.ts';
import { createRestMaker, type Mount, type RestRequest } from './rest-maker.ts';

/** The documented paths that a target is one of, in the order of the router: fixed segments go before parameters. */
const pathsOf = ({ document, base }: Mount, { target }: RestRequest): string[] => {
  const [sent = ''] = target.split('?');
  const given = sent.slice(base.length).split('/');
  const fits = (path: string): boolean => {
    const segments = path.split('/');
    // A parameter cannot be empty or have a NUL.
    const fit = (segment: string, at: number) =>
      segment.startsWith('{') ? given[at] !== '' && !given[at]?.includes('%00') : segment === given[at];
    return segments.length === given.length && segments.every(fit);
  };
  const rank = (path: string): string => path.replaceAll('{', '\uffff');
  return Object.keys(document.paths)
    .filter(fits)
    .sort((one, other) => (rank(one) < rank(other) ? -1 : 1));
};

/**
 * Sends `count` requests made from the OpenAPI documents of all mounts, as the seed decides, and tells which of the answers are not those that the
 * documents promise.
 */
export const fuzzRest = (options: {
  url: string;
  seed: number;
  count: number;
  tokens: readonly string[];
  expendable: string;
  existing: readonly string[];
}): Promise<{ findings: Finding[]; statuses: Record<string, number> }> => {
  const opened = new Map(mounts.map(({ base, file }) => [file, { base, file, ...openDocument(file) }]));
  const next = createRestMaker([...opened.values()], createRandom(options.seed, 'rest-fuzz'), options);

  const judge = (request: RestRequest, { status, headers, text }: HostileAnswer): string | undefined => {
    const mount = opened.get(request.file)!;
    // What is too long is refused before it is read.
    if (status === 431) return request.target.length < limits.http.headerBytes / 2 ? 'is not that long' : undefined;
    const paths = pathsOf(mount, request);
    const isTaken = (path: string): boolean => mount.document.paths[path]![request.method.toLowerCase()] !== undefined;
    const path = paths.find(isTaken);
    // The gateway to other services asks who it is before it says that it knows no such service.
    const unknown = request.file.endsWith('003.json') ? [401, 404, 405] : [404, 405];
    if (path === undefined) return unknown.includes(status) ? undefined : `${status} where there is no route`;
    if (status === 405 && !isTaken(paths[0]!)) return undefined;
    const isJson = headers['content-type']?.includes('json') && text !== '';
    const json = isJson ? JSON.parse(text) : undefined;
    const wrong = mount.deviations(request.method, path, { status, headers, text, json });
    return wrong.length === 0 ? undefined : `${path}: ${wrong.join('; ')}`;
  };
  return attack({ ...options, next, judge });
};

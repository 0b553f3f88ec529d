import type { Exchange, HttpAnswer, Refuse } from '../http/answer.ts';
import type { ServedPath } from '../http/served.ts';
import type { RestMethod } from './directive.ts';

/** How a path is answered: by the face, or, refusing as the face does, by a path of the server's own. One without `refuse` asks nobody who they are. */
export interface Found {
  refuse?: Refuse;
  limitHeaders?: Exchange['limitHeaders'];
  handle: (() => Promise<HttpAnswer> | HttpAnswer) | { serves: ServedPath };
}

export const methodOf = ({ request: { method = '' } }: Exchange): RestMethod =>
  (method === 'HEAD' ? 'GET' : method) as RestMethod;

/** What answers to other methods than a path has. */
export const otherwise = ({ request }: Exchange, refused: Refuse, methods: readonly string[]): HttpAnswer => {
  const Allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ');
  if (request.method === 'OPTIONS') return { status: 204, headers: { Allow } };
  return refused('METHOD_NOT_ALLOWED', `This path takes ${Allow}.`, { Allow });
};

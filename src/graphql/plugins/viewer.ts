import type { Plugin } from 'graphql-yoga';
import type { TokenProblem, Viewer } from '../../identity/viewer.ts';
import type { RequestContext } from '../context.ts';

export type Authenticate = (token: string) => Promise<{ viewer: Viewer } | { problem: TokenProblem }>;

/**
 * Finds out who asks. A bad token refuses nothing by itself: public fields go on working, so that a client can
 * refresh with its expired token still attached; the rule tree tells the others why.
 */
export const useViewer = (authenticate: Authenticate): Plugin => ({
  async onContextBuilding({ context, extendContext }) {
    const { token } = context as unknown as RequestContext;
    if (token === null) return;
    const answer = await authenticate(token);
    const found: Partial<RequestContext> =
      'viewer' in answer ? { viewer: answer.viewer } : { tokenProblem: answer.problem };
    extendContext(found as object);
  },
});

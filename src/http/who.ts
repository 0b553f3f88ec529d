import type { IncomingMessage } from 'node:http';
import type { Authenticate, TokenProblem, Viewer } from '../identity/viewer/viewer.ts';

/** Who sent a request, as far as its token tells. */
export interface Who {
  viewer: Viewer | null;
  tokenProblem: TokenProblem | null;
  /** Who is signed in but must set up a second factor first. */
  enrolling?: Viewer;
}

export const nobody: Who = { viewer: null, tokenProblem: null };

/** The bearer token; '' for any other Authorization, which is a token too, only never a good one. */
const tokenOf = (authorization: string | undefined): string | null => {
  if (authorization === undefined) return null;
  return /^Bearer +(\S+) *$/i.exec(authorization)?.[1] ?? '';
};

/**
 * Finds out who asks, before anything is read: an anonymous request is counted by its address, a signed-in one by its
 * viewer. A bad token refuses nothing by itself: public fields go on working, so that a client can refresh with its
 * expired token still attached; the rule tree tells the others why.
 */
export const createWho =
  (authenticate: Authenticate) =>
  async ({ headers }: IncomingMessage): Promise<Who> => {
    const token = tokenOf(headers.authorization);
    if (token === null) return nobody;
    const answer = await authenticate(token);
    if ('viewer' in answer) return { viewer: answer.viewer, tokenProblem: null };
    const { problem, ...rest } = answer;
    return { viewer: null, tokenProblem: problem, ...rest };
  };

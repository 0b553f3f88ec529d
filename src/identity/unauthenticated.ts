import { RefusedError } from '../errors.ts';
import type { TokenProblem } from './viewer.ts';

const reasons: Record<TokenProblem, string> = {
  MALFORMED: 'The access token is malformed.',
  EXPIRED: 'The access token has expired; refresh it or sign in again.',
  REVOKED: 'The session of the access token has ended; sign in again.',
};

/** Why a request that needs a viewer has none; null when it carried no token. */
export const unauthenticated = (problem: TokenProblem | null): RefusedError =>
  problem === null
    ? new RefusedError('UNAUTHENTICATED', 'Sign in and send the access token: "Authorization: Bearer …".')
    : new RefusedError('UNAUTHENTICATED', reasons[problem], undefined, { reason: problem });

import { RefusedError } from '../../errors.ts';
import type { TokenProblem } from './viewer.ts';

const reasons: Record<Exclude<TokenProblem, 'SECOND_FACTOR_MISSING'>, string> = {
  MALFORMED: 'The access token is malformed.',
  EXPIRED: 'The access token has expired; refresh it or sign in again.',
  REVOKED: 'The session of the access token has ended; sign in again.',
};

/** Why a request that needs a viewer has none; null when it carried no token. */
export const unauthenticated = (problem: TokenProblem | null): RefusedError => {
  if (problem === null)
    return new RefusedError('UNAUTHENTICATED', 'Sign in and send the access token: "Authorization: Bearer …".');
  if (problem !== 'SECOND_FACTOR_MISSING')
    return new RefusedError('UNAUTHENTICATED', reasons[problem], undefined, { reason: problem });
  const message = 'Set up a second factor first (enrolSecondFactor, confirmSecondFactor), or sign in with it.';
  return new RefusedError('SECOND_FACTOR_REQUIRED', message);
};

import type { ErrorCode } from '../errors.ts';
import { limits } from '../limits.ts';

/** What a 401 asks for (RFC 6750). RFC 9470: where one is signed in, but too long ago. */
export const challengeOf = (code: ErrorCode): string =>
  code === 'RECENT_SIGN_IN_REQUIRED'
    ? `Bearer error="insufficient_user_authentication", max_age="${limits.session.recent_ms / 1_000}"`
    : 'Bearer';

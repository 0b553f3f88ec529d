import type { Database } from '../../database/database.ts';
import type { Clock } from '../../kernel/clock.ts';
import { createLru } from '../../kernel/lru.ts';
import { limits } from '../../limits.ts';
import { mustHaveSecondFactor, type SecondFactorRule } from '../second-factor/second-factor.ts';
import { readViewer } from '../sessions/session-store.ts';
import type { AccessTokens, Claims } from '../sessions/tokens.ts';
import type { Authentication } from './viewer.ts';

/** One read of a session, shared by every request that comes while it runs or while it is fresh. */
interface Entry {
  userId: string;
  askedAt_ms: number;
  answer: Promise<Authentication>;
}

/** Tells who a token belongs to. A session that ended is noticed at once here, and within the cache's time elsewhere. */
export const createViewers = ({
  database,
  tokens,
  clock,
  rule,
}: {
  database: Database;
  tokens: AccessTokens;
  clock: Clock;
  rule: SecondFactorRule;
}) => {
  const cache = createLru<Entry>(limits.session.viewerCacheEntries);

  const read = async ({ userId, sessionId }: Claims): Promise<Authentication> => {
    const found = await readViewer(database, { userId, sessionId, now: clock.now() });
    if (found === undefined) return { problem: 'REVOKED' };
    const { viewer, secondFactor } = found;
    if (secondFactor || !mustHaveSecondFactor(rule, viewer.roles)) return { viewer };
    return { problem: 'SECOND_FACTOR_MISSING', enrolling: viewer };
  };

  const authenticate = async (token: string): Promise<Authentication> => {
    const verification = tokens.verify(token);
    if ('problem' in verification) return verification;
    const { claims } = verification;
    const now_ms = clock.now().getTime();
    const known = cache.get(claims.sessionId);
    // A clock that was set back must not make an entry live longer, hence both bounds.
    const age_ms = known === undefined ? -1 : now_ms - known.askedAt_ms;
    const isFresh = age_ms >= 0 && age_ms < limits.session.viewerCache_ms;
    // A token that names another user for the session is answered by the database, not by what its owner was told.
    if (known?.userId === claims.userId && isFresh) return known.answer;
    const entry = { userId: claims.userId, askedAt_ms: now_ms, answer: read(claims) };
    cache.set(claims.sessionId, entry);
    try {
      return await entry.answer;
    } catch (error) {
      if (cache.get(claims.sessionId) === entry) cache.delete(claims.sessionId);
      throw error;
    }
  };

  return {
    authenticate,
    /** Both are to be called after the commit: a read that began before it is dropped with its entry. */
    forgetSession: (sessionId: string): void => cache.delete(sessionId),
    forgetUser: (userId: string): void => {
      for (const [sessionId, entry] of cache.entries()) if (entry.userId === userId) cache.delete(sessionId);
    },
  };
};

export type Viewers = ReturnType<typeof createViewers>;

import type { Config } from '../../config.ts';
import type { Prisma } from '../../database/generated/client.ts';
import type { Ids } from '../../kernel/ids.ts';
import { limits } from '../../limits.ts';
import { toUser, type User } from '../users/user.ts';
import { hashRefreshToken, type RefreshTokens } from './refresh-token.ts';
import { insertSession } from './session-store.ts';
import type { AccessTokens } from './tokens.ts';

/** What signing in gives: the tokens exist here only, the database has the hash of one. */
export interface SignedIn {
  accessToken: string;
  refreshToken: string;
  expiresIn_s: number;
  user: User;
}

export interface SessionNeeds {
  jwt: Config['jwt'];
  ids: Ids;
  accessTokens: AccessTokens;
  refreshTokens: RefreshTokens;
}

export const createSessions = ({ jwt, ids, accessTokens, refreshTokens }: SessionNeeds) => {
  const answer = (user: User, sessionId: string, refreshToken: string): SignedIn => ({
    accessToken: accessTokens.sign({ userId: user.id, sessionId }),
    refreshToken,
    expiresIn_s: jwt.accessLifetime_s,
    user: toUser(user),
  });
  /** Use moves the end of a session away, but never beyond what a session may last. */
  const expiresAt = (now: Date, openedAt: Date): Date =>
    new Date(Math.min(now.getTime() + jwt.refreshLifetime_s * 1000, openedAt.getTime() + jwt.sessionLifetime_s * 1000));

  return {
    answer,
    expiresAt,
    /** Opens a session for a user whose row the caller has locked or just made. */
    open: async (
      tx: Prisma.TransactionClient,
      user: User,
      { now, secondFactor }: { now: Date; secondFactor: boolean },
    ): Promise<SignedIn> => {
      const id = ids.next();
      const refreshToken = refreshTokens.first(id);
      const session = {
        id,
        userId: user.id,
        tokenHash: hashRefreshToken(refreshToken),
        createdAt: now,
        expiresAt: expiresAt(now, now),
        secondFactor,
      };
      await insertSession(tx, session, limits.session.perUser);
      return answer(user, id, refreshToken);
    },
  };
};

export type Sessions = ReturnType<typeof createSessions>;

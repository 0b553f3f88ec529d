import { timingSafeEqual } from 'node:crypto';
import type { Command, Step } from '../../audit/command.ts';
import type { Session } from '../../database/generated/client.ts';
import { failure } from '../../errors.ts';
import { ok, type Result, refused } from '../../kernel/result.ts';
import { limits } from '../../limits.ts';
import type { Actor } from '../viewer/viewer.ts';
import type { Viewers } from '../viewer/viewers.ts';
import { hashRefreshToken, type RefreshToken, type RefreshTokens } from './refresh-token.ts';
import { endSessions, lockSession, rotateSession } from './session-store.ts';
import type { Sessions, SignedIn } from './sessions.ts';

const invalid = () => refused(failure('INVALID_REFRESH_TOKEN', 'Sign in again.', 'refreshToken'));

type Verdict = 'ROTATE' | 'REPEAT' | 'REUSED';

/**
 * The current token rotates the session. Two tabs of one client may send the same token at once: for a short while the
 * one before the current token gets the same successor again, which follows from the token itself. Every other genuine
 * token of the session was used before, by its owner or by a thief: nobody can tell, so the session ends.
 */
const judge = (
  session: Session,
  token: RefreshToken,
  hashes: { given: Uint8Array; next: Uint8Array },
  now: Date,
): Verdict => {
  const isStored = (hash: Uint8Array): boolean => timingSafeEqual(hash, session.tokenHash);
  if (token.generation === session.generation && isStored(hashes.given)) return 'ROTATE';
  const age_ms = now.getTime() - session.rotatedAt.getTime();
  const isLoser = token.generation === session.generation - 1 && age_ms <= limits.session.refreshGrace_ms;
  return isLoser && isStored(hashes.next) ? 'REPEAT' : 'REUSED';
};

export interface RefreshNeeds {
  command: Command;
  refreshTokens: RefreshTokens;
  sessions: Sessions;
  viewers: Viewers;
}

export const createRefresh =
  ({ command, refreshTokens, sessions, viewers }: RefreshNeeds) =>
  async (by: Actor, input: { refreshToken: string }): Promise<Result<SignedIn>> => {
    const token = refreshTokens.decode(input.refreshToken);
    const next = token && refreshTokens.successor(token);
    if (token === undefined || next === undefined) return invalid();
    const hashes = { given: hashRefreshToken(input.refreshToken), next: hashRefreshToken(next) };

    const decide = async ({ tx, now, line }: Step): Promise<Result<SignedIn>> => {
      const session = await lockSession(tx, token.sessionId);
      if (session === null) return invalid();
      line.by = { ...by, userId: session.userId };
      if (session.revokedAt !== null || session.expiresAt <= now || session.user.status !== 'ACTIVE') return invalid();
      const verdict = judge(session, token, hashes, now);
      line.details = { verdict };
      if (verdict === 'REUSED') {
        await endSessions(tx, { id: session.id }, { now, reason: 'REUSED' });
        return invalid();
      }
      if (verdict === 'ROTATE') {
        await rotateSession(tx, session, {
          tokenHash: hashes.next,
          now,
          expiresAt: sessions.expiresAt(now, session.createdAt),
        });
      }
      return ok(sessions.answer(session.user, session.id, next));
    };

    const result = await command({ by, action: 'refresh', target: token.sessionId }, decide);
    if (!result.ok) viewers.forgetSession(token.sessionId);
    return result;
  };

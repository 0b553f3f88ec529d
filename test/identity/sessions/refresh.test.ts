import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRefreshTokens } from '../../../src/identity/sessions/refresh-token.ts';
import { limits } from '../../../src/limits.ts';
import { anyone, blocks, codesOf, jwt, must, type People, people } from '../../support/people.ts';

let world: People;
beforeAll(async () => {
  world = await people();
});
afterAll(() => world.close());

const refresh = (refreshToken: string) => world.identity.refresh(anyone(), { refreshToken });
const invalid = ['INVALID_REFRESH_TOKEN'];
const sessionRow = (token: string) => {
  const id = createRefreshTokens(jwt.secret).decode(token)!.sessionId;
  return world.database.prisma.session.findUniqueOrThrow({ where: { id } });
};

describe('refresh', () => {
  test('gives a working access token and a new refresh token, many times in a row', async () => {
    const { id, session } = await world.person();
    let token = session.refreshToken;
    const seen = new Set([token]);
    for (let turn = 1; turn <= 5; turn += 1) {
      const next = must(await refresh(token));
      expect((await world.viewerOf(next)).id).toBe(id);
      token = next.refreshToken;
      expect(seen.has(token)).toBe(false);
      seen.add(token);
      expect((await sessionRow(token)).generation).toBe(turn);
    }
  });

  test('sent many times at once gets one successor and rotates once', async () => {
    const { session } = await world.person();
    const sibling = world.sibling();
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, at) =>
        (at % 2 ? world : sibling).identity.refresh(anyone(), { refreshToken: session.refreshToken }),
      ),
    );
    const tokens = new Set(answers.map((answer) => must(answer).refreshToken));
    expect(tokens.size).toBe(1);
    const [successor = ''] = tokens;
    expect(await sessionRow(successor)).toMatchObject({ generation: 1, revokedAt: null });
    for (const answer of answers) await world.viewerOf(must(answer));
    expect(must(await refresh(successor)).refreshToken).not.toBe(successor);
  });

  test('gives the loser the same successor until the grace ends, and then takes it for theft', async () => {
    const { session } = await world.person();
    const winner = must(await refresh(session.refreshToken));
    world.clock.advance(limits.session.refreshGrace_ms);
    expect(must(await refresh(session.refreshToken)).refreshToken).toBe(winner.refreshToken);
    world.clock.advance(1);
    expect(codesOf(await refresh(session.refreshToken))).toEqual(invalid);
    expect(await sessionRow(session.refreshToken)).toMatchObject({ revokedReason: 'REUSED' });
    expect(codesOf(await refresh(winner.refreshToken))).toEqual(invalid);
    expect(await world.identity.authenticate(winner.accessToken)).toEqual({ problem: 'REVOKED' });
  });

  test('of a token two generations old ends the session at once, in any process', async () => {
    const { session } = await world.person();
    const second = must(await refresh(session.refreshToken));
    const third = must(await refresh(second.refreshToken));
    await world.viewerOf(third);
    const by = anyone();
    expect(codesOf(await world.identity.refresh(by, { refreshToken: session.refreshToken }))).toEqual(invalid);
    for (const { accessToken } of [session, second, third]) {
      expect(await world.identity.authenticate(accessToken)).toEqual({ problem: 'REVOKED' });
    }
    expect(codesOf(await refresh(third.refreshToken))).toEqual(invalid);
    const line = await world.database.prisma.auditEntry.findFirst({ where: { requestId: by.requestId } });
    expect(line).toMatchObject({
      action: 'refresh',
      actorId: session.user.id,
      outcome: 'INVALID_REFRESH_TOKEN',
      details: { verdict: 'REUSED' },
    });
  });

  test('waits for whatever is being done to the session, and heeds it', async () => {
    const { session } = await world.person();
    const { id } = await sessionRow(session.refreshToken);
    const client = await world.database.pool.connect();
    try {
      await client.query('BEGIN');
      await client.query('UPDATE sessions SET revoked_at = now() WHERE id = $1', [id]);
      const answer = refresh(session.refreshToken);
      await blocks(client);
      await client.query('COMMIT');
      expect(codesOf(await answer)).toEqual(invalid);
      expect((await sessionRow(session.refreshToken)).generation).toBe(0);
    } finally {
      client.release();
    }
  });

  test('of a made-up token touches nothing', async () => {
    const { session } = await world.person();
    const lines = await world.database.prisma.auditEntry.count();
    const forged = createRefreshTokens('another secret');
    const { sessionId } = createRefreshTokens(jwt.secret).decode(session.refreshToken)!;
    for (const token of ['', 'garbage', 'x'.repeat(100_000), session.accessToken, forged.first(sessionId)]) {
      expect(codesOf(await refresh(token))).toEqual(invalid);
    }
    expect(await world.database.prisma.auditEntry.count()).toBe(lines);
    must(await refresh(session.refreshToken));
  });

  test('of a genuine token whose session is not there is refused', async () => {
    const token = createRefreshTokens(jwt.secret).first(crypto.randomUUID());
    expect(codesOf(await refresh(token))).toEqual(invalid);
  });

  test('slides the end of the session, which comes seven days after the last one', async () => {
    const { session } = await world.person();
    const day_ms = 86_400_000;
    world.clock.advance(6 * day_ms);
    const later = must(await refresh(session.refreshToken));
    world.clock.advance(7 * day_ms - 1);
    const last = must(await refresh(later.refreshToken));
    world.clock.advance(7 * day_ms);
    expect(codesOf(await refresh(last.refreshToken))).toEqual(invalid);
  });

  test('cannot move the end of the session beyond ninety days after its beginning', async () => {
    const { session } = await world.person();
    const day_ms = 86_400_000;
    let token = session.refreshToken;
    for (let day = 6; day < 90; day += 6) {
      world.clock.advance(6 * day_ms);
      token = must(await refresh(token)).refreshToken;
    }
    world.clock.advance(6 * day_ms - 1);
    token = must(await refresh(token)).refreshToken;
    world.clock.advance(1);
    expect(codesOf(await refresh(token))).toEqual(invalid);
  });

  test('stores the hash of the token only', async () => {
    const { session } = await world.person();
    const row = await sessionRow(session.refreshToken);
    const bytes = Buffer.from(session.refreshToken, 'base64url');
    expect(row.tokenHash).toHaveLength(32);
    expect(JSON.stringify(row)).not.toContain(session.refreshToken);
    expect(bytes.includes(Buffer.from(row.tokenHash))).toBe(false);
  });

  test('is refused after sign-out, suspension and an ended account', async () => {
    const admin = await world.person(['ADMIN']);
    const [left, suspended, closed] = [await world.person(), await world.person(), await world.person()];
    must(await world.identity.logout(left.by, left.viewer));
    must(await world.admin.suspendUser(admin.by, { userId: suspended.id, reason: 'test' }));
    must(await world.identity.deleteAccount(closed.by, closed.viewer, { password: closed.password }));
    for (const { session } of [left, suspended, closed]) {
      expect(codesOf(await refresh(session.refreshToken))).toEqual(invalid);
    }
  });
});

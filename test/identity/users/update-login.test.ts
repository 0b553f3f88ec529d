import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Result } from '../../../src/kernel/result.ts';
import { anyone, blocks, codesOf, must, PASSWORD, type People, people } from '../../support/people.ts';

let world: People;
beforeAll(async () => {
  world = await people();
});
afterAll(() => world.close());

const NEW_PASSWORD = 'another-River-under-7-bridges';
const FIVE_MINUTES_ms = 300_000;

/** Somebody, and how they change what they sign in with. */
const somebody = async () => {
  const person = await world.person();
  const update = (input: Parameters<typeof world.identity.updateLogin>[2]) =>
    world.identity.updateLogin({ ...anyone(), ...person.by }, person.viewer, input);
  const stored = () => world.database.prisma.user.findUniqueOrThrow({ where: { id: person.id } });
  return { ...person, update, stored };
};

describe('the names', () => {
  test('are changed together, and signed in with at once', async () => {
    const { update, username, email, viewer, session } = await somebody();
    const names = { username: `${username}-2`, email: ` ${email.toUpperCase()} ` };
    expect(must(await update(names))).toMatchObject({ username: names.username, email: names.email.trim() });
    must(await world.identity.login(anyone(), { username: names.username, password: PASSWORD }));
    expect(codesOf(await world.identity.login(anyone(), { username, password: PASSWORD }))).toEqual([
      'INVALID_CREDENTIALS',
    ]);
    expect(await world.viewerOf(session)).toMatchObject({ id: viewer.id, username: names.username });
  });

  test('that are somebody else’s in another spelling are refused, both at once, and neither is changed', async () => {
    const other = await world.person();
    const { update, stored } = await somebody();
    const before = await stored();
    const taken = { username: other.username.toUpperCase(), email: other.email.toUpperCase() };
    expect(codesOf(await update(taken))).toEqual(['EMAIL_TAKEN', 'USERNAME_TAKEN']);
    expect(codesOf(await update({ username: 'free-name', email: taken.email }))).toEqual(['EMAIL_TAKEN']);
    expect(await stored()).toEqual(before);
  });

  test('of which two people want the same at the same time go to one of them', async () => {
    const pair = [await somebody(), await somebody()];
    const results = await Promise.all(pair.map(({ update }) => update({ username: 'wanted-by-two' })));
    expect(results.map(({ ok }) => ok).sort()).toEqual([false, true]);
    expect(codesOf(results.find(({ ok }) => !ok)!)).toEqual(['USERNAME_TAKEN']);
  });
});

describe('a new password', () => {
  test('ends all sessions but this one', async () => {
    const { update, email, session } = await somebody();
    const other = must(await world.identity.login(anyone(), { email, password: PASSWORD }));
    must(await update({ newPassword: NEW_PASSWORD, currentPassword: PASSWORD }));
    await world.viewerOf(session);
    expect(await world.identity.authenticate(other.accessToken)).toEqual({ problem: 'REVOKED' });
    must(await world.identity.login(anyone(), { email, password: NEW_PASSWORD }));
  });

  test('is held against the names as they will be', async () => {
    const { update } = await somebody();
    const result = await update({ username: 'riverside-walker', newPassword: 'I-am-riverside-walker' });
    expect(codesOf(result)).toEqual(['PASSWORD_TOO_COMMON']);
  });
});

describe('a session of long ago', () => {
  test('changes nothing without the current password', async () => {
    const { update, stored, username, email } = await somebody();
    const before = await stored();
    world.clock.advance(FIVE_MINUTES_ms + 1);
    for (const input of [{ username: `${username}-2` }, { email: `x${email}` }, { newPassword: NEW_PASSWORD }]) {
      expect(codesOf(await update(input))).toEqual(['RECENT_SIGN_IN_REQUIRED']);
      expect(codesOf(await update({ ...input, currentPassword: 'wrong' }))).toEqual(['INVALID_CREDENTIALS']);
    }
    expect(await stored()).toEqual(before);
    must(await update({ username: `${username}-2`, currentPassword: PASSWORD }));
  });

  test('does not become a recent one by being refreshed', async () => {
    const { update, session, username } = await somebody();
    world.clock.advance(FIVE_MINUTES_ms + 1);
    must(await world.identity.refresh(anyone(), { refreshToken: session.refreshToken }));
    expect(codesOf(await update({ username: `${username}-2` }))).toEqual(['RECENT_SIGN_IN_REQUIRED']);
  });

  test('does not close the login either', async () => {
    const { by, viewer, stored } = await somebody();
    world.clock.advance(FIVE_MINUTES_ms + 1);
    expect(codesOf(await world.identity.deleteAccount(by, viewer, {}))).toEqual(['RECENT_SIGN_IN_REQUIRED']);
    expect((await stored()).status).toBe('ACTIVE');
  });
});

test('a recent session is enough until five minutes after signing in', async () => {
  const { update, by, viewer, username } = await somebody();
  world.clock.advance(FIVE_MINUTES_ms);
  must(await update({ username: `${username}-2` }));
  must(await world.identity.deleteAccount(by, viewer, {}));
});

describe('a recent session that is ended while a change waits for its turn', () => {
  type Somebody = Awaited<ReturnType<typeof somebody>>;
  test.each<[string, (self: Somebody) => Promise<Result<unknown>>]>([
    ['changes no password', ({ update }) => update({ newPassword: NEW_PASSWORD })],
    ['changes no names', ({ update, email }) => update({ email: `x${email}` })],
    ['does not close the login', ({ by, viewer }) => world.identity.deleteAccount(by, viewer, {})],
  ])('%s', async (_, change) => {
    const self = await somebody();
    const before = await self.stored();
    const client = await world.database.pool.connect();
    try {
      await client.query('BEGIN');
      await client.query('SELECT 1 FROM users WHERE id = $1 FOR UPDATE', [self.id]);
      const logout = world.identity.logoutEverywhere(self.by);
      await blocks(client);
      const refused = expect(change(self)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
      await blocks(client, 2);
      await client.query('COMMIT');
      must(await logout);
      await refused;
    } finally {
      client.release();
    }
    expect(await self.stored()).toEqual(before);
  });
});

test('what is as it was changes nothing and needs nothing', async () => {
  const { update, username, email, by } = await somebody();
  world.clock.advance(FIVE_MINUTES_ms + 1);
  expect(must(await update({ username, email }))).toMatchObject({ username, email });
  const lines = await world.database.prisma.auditEntry.findMany({ where: { requestId: by.requestId } });
  expect(lines).toEqual([]);
});

test('the audit log says what was changed, not to what', async () => {
  const { update, username, by } = await somebody();
  must(await update({ username: `${username}-2`, newPassword: NEW_PASSWORD }));
  const [line] = await world.database.prisma.auditEntry.findMany({ where: { requestId: by.requestId } });
  expect(line).toMatchObject({ action: 'updateLogin', details: { fields: ['username', 'password'] } });
  expect(JSON.stringify(line, (_, value) => (typeof value === 'bigint' ? `${value}` : value))).not.toContain(username);
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RefusedError } from '../../../src/errors.ts';
import { limits } from '../../../src/limits.ts';
import { anyone, codesOf, must, PASSWORD, type People, people } from '../../support/people.ts';

let world: People;
beforeAll(async () => {
  world = await people();
});
afterAll(() => world.close());

const revoked = { problem: 'REVOKED' };
const NEW_PASSWORD = 'another-Kettle-of-fish';
type Person = Awaited<ReturnType<People['person']>>;

/** Everything that takes a person's present token away, and who does it. */
const endings: [string, (person: Person, by: Person) => Promise<unknown>][] = [
  ['logout', ({ by, viewer }) => world.identity.logout(by, viewer)],
  ['logoutEverywhere', ({ by }) => world.identity.logoutEverywhere(by)],
  [
    'changePassword',
    ({ by, viewer }) =>
      world.identity.changePassword(by, viewer, { currentPassword: PASSWORD, newPassword: NEW_PASSWORD }),
  ],
  ['deleteAccount', ({ by, viewer }) => world.identity.deleteAccount(by, viewer, { password: PASSWORD })],
  ['suspendUser', ({ id }, admin) => world.admin.suspendUser(admin.by, { userId: id, reason: 'test' })],
];

describe('an access token', () => {
  test.each(endings)('stops at once with %s, and within a second in another process', async (_, end) => {
    const admin = await world.person(['ADMIN']);
    const person = await world.person();
    const sibling = world.sibling();
    const { accessToken } = person.session;
    expect(await world.identity.authenticate(accessToken)).toEqual({ viewer: person.viewer });
    expect(await sibling.identity.authenticate(accessToken)).toEqual({ viewer: person.viewer });
    await end(person, admin);
    expect(await world.identity.authenticate(accessToken)).toEqual(revoked);
    world.clock.advance(999);
    expect(await sibling.identity.authenticate(accessToken)).toEqual(revoked);
  });

  test('stops with its session also when its last check was under way', async () => {
    const { by, viewer, session } = await world.person();
    world.clock.advance(1000);
    const [, ended] = await Promise.all([
      world.identity.authenticate(session.accessToken),
      world.identity.logout(by, viewer),
    ]);
    must(ended);
    expect(await world.identity.authenticate(session.accessToken)).toEqual(revoked);
  });

  test('shows new roles at once, and within a second in another process', async () => {
    const admin = await world.person(['ADMIN']);
    const { id, session } = await world.person();
    const sibling = world.sibling();
    await sibling.viewerOf(session);
    must(await world.admin.setUserRoles(admin.by, { userId: id, roles: ['AUDITOR', 'USER'] }));
    expect((await world.viewerOf(session)).roles).toEqual(['USER', 'AUDITOR']);
    world.clock.advance(999);
    expect((await sibling.viewerOf(session)).roles).toEqual(['USER', 'AUDITOR']);
  });

  test('asks the database once for requests that come together, and again when the answer is old', async () => {
    const { session } = await world.person();
    const process = world.sibling();
    let queries = 0;
    const { pool } = world.database;
    const query = pool.query.bind(pool);
    pool.query = ((...args: Parameters<typeof query>) => {
      queries += 1;
      return query(...args);
    }) as typeof pool.query;
    try {
      const ask = () => process.identity.authenticate(session.accessToken);
      await Promise.all(Array.from({ length: 20 }, ask));
      await ask();
      expect(queries).toBe(1);
      world.clock.advance(limits.session.viewerCache_ms);
      await ask();
      expect(queries).toBe(2);
    } finally {
      pool.query = query;
    }
  });

  test('is asked about again after the database failed', async () => {
    const { session, viewer } = await world.person();
    const process = world.sibling();
    const { pool } = world.database;
    const query = pool.query;
    pool.query = (() => Promise.reject(new Error('connection lost'))) as typeof pool.query;
    try {
      await expect(process.identity.authenticate(session.accessToken)).rejects.toThrow('connection lost');
    } finally {
      pool.query = query;
    }
    expect(await process.identity.authenticate(session.accessToken)).toEqual({ viewer });
  });

  test('of a session that ran out is refused', async () => {
    const { session } = await world.person();
    await world.database.prisma.session.updateMany({
      where: { userId: session.user.id },
      data: { expiresAt: world.clock.now() },
    });
    world.clock.advance(1000);
    expect(await world.identity.authenticate(session.accessToken)).toEqual(revoked);
  });
});

describe('signing out', () => {
  test('ends this session only; everywhere ends them all', async () => {
    const { by, viewer, email, session } = await world.person();
    const second = must(await world.identity.login(anyone(), { email, password: PASSWORD }));
    const third = must(await world.identity.login(anyone(), { email, password: PASSWORD }));
    must(await world.identity.logout(by, viewer));
    expect(await world.identity.authenticate(session.accessToken)).toEqual(revoked);
    await world.viewerOf(second);
    must(await world.identity.logoutEverywhere(by));
    for (const { accessToken } of [second, third]) {
      expect(await world.identity.authenticate(accessToken)).toEqual(revoked);
    }
  });
});

describe('changing the password', () => {
  test('ends all sessions, gives a new one, and only the new password works', async () => {
    const { by, viewer, email, session } = await world.person();
    const other = must(await world.identity.login(anyone(), { email, password: PASSWORD }));
    const input = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
    const fresh = must(await world.identity.changePassword(by, viewer, input));
    for (const { accessToken } of [session, other]) {
      expect(await world.identity.authenticate(accessToken)).toEqual(revoked);
    }
    await world.viewerOf(fresh);
    must(await world.identity.refresh(anyone(), { refreshToken: fresh.refreshToken }));
    expect(codesOf(await world.identity.login(anyone(), { email, password: PASSWORD }))).toEqual([
      'INVALID_CREDENTIALS',
    ]);
    must(await world.identity.login(anyone(), { email, password: NEW_PASSWORD }));
  });

  test('needs the present password and a good new one, or changes nothing', async () => {
    const { by, viewer, email, session, username } = await world.person();
    const change = (currentPassword: string, newPassword: string) =>
      world.identity.changePassword(by, viewer, { currentPassword, newPassword });
    expect(await change('wrong', NEW_PASSWORD)).toMatchObject({
      failures: [{ code: 'INVALID_CREDENTIALS', field: ['currentPassword'] }],
    });
    expect(await change(PASSWORD, 'short')).toMatchObject({
      failures: [{ code: 'PASSWORD_TOO_SHORT', field: ['newPassword'] }],
    });
    expect(codesOf(await change(PASSWORD, `${username}!`))).toEqual(['PASSWORD_TOO_COMMON']);
    await world.viewerOf(session);
    must(await world.identity.login(anyone(), { email, password: PASSWORD }));
  });
});

test('a user who was suspended a moment ago changes nothing, whatever the viewer still says', async () => {
  const { id, by, viewer } = await world.person();
  await world.database.prisma.user.update({ where: { id }, data: { status: 'SUSPENDED' } });
  const commands = [
    () => world.identity.logoutEverywhere(by),
    () => world.identity.changePassword(by, viewer, { currentPassword: PASSWORD, newPassword: NEW_PASSWORD }),
    () => world.identity.deleteAccount(by, viewer, { password: PASSWORD }),
    () => world.profile.update(by, { displayName: 'Somebody' }),
  ];
  for (const command of commands) await expect(command()).rejects.toThrow(RefusedError);
  expect(await world.database.prisma.auditEntry.count({ where: { actorId: id, action: { not: 'register' } } })).toBe(0);
});

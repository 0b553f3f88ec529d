import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { limits } from '../../../src/limits.ts';
import { actor, anyone, codesOf, must, PASSWORD, type People, people } from '../../support/people.ts';

let world: People;
beforeAll(async () => {
  world = await people();
});
afterAll(() => world.close());

const login = (input: { email?: string | null; username?: string | null; password?: string }) =>
  world.identity.login(anyone(), { password: PASSWORD, ...input });

describe('login', () => {
  test('takes the e-mail address or the username, in any case', async () => {
    const { id, email, username } = await world.person();
    const names = [
      { email },
      { email: ` ${email.toUpperCase()} ` },
      { username },
      { username: username.toUpperCase(), email: null },
      { username: email },
      { email: username },
    ];
    for (const name of names) {
      const { user, accessToken } = must(await login(name));
      expect(user.id).toBe(id);
      expect((await world.viewerOf({ accessToken })).id).toBe(id);
    }
  });

  test('wants exactly one name', async () => {
    expect(codesOf(await login({}))).toEqual(['INVALID_INPUT']);
    expect(codesOf(await login({ email: 'a@example.com', username: 'abc' }))).toEqual(['INVALID_INPUT']);
  });

  test('refuses a wrong password and unknown or impossible names alike, each for the price of one check', async () => {
    const { email } = await world.person();
    const attempts = [
      { email, password: 'wrong' },
      { email: 'nobody@example.com' },
      { username: 'nobody' },
      { username: 'no\u0000body' },
      { email: `${'x'.repeat(5000)}@example.com` },
      { email: '' },
    ];
    const answers = [];
    for (const attempt of attempts) {
      const before = world.counts.verify;
      answers.push(await login(attempt));
      expect(world.counts.verify).toBe(before + 1);
    }
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(codesOf(answers[0]!)).toEqual(['INVALID_CREDENTIALS']);
  });

  test('tells a suspended user so after the right password only, for the price of one check', async () => {
    const admin = await world.person(['ADMIN']);
    const { id, email } = await world.person();
    must(await world.admin.suspendUser(admin.by, { userId: id, reason: 'test' }));
    const before = world.counts.verify;
    expect(codesOf(await login({ email }))).toEqual(['USER_SUSPENDED']);
    expect(codesOf(await login({ email, password: 'wrong' }))).toEqual(['INVALID_CREDENTIALS']);
    expect(world.counts.verify).toBe(before + 2);
    must(await world.admin.reinstateUser(admin.by, { userId: id }));
    must(await login({ email }));
  });

  test('is recorded, failures too, without what was typed', async () => {
    const { id, email } = await world.person();
    const requests = [anyone(), anyone(), anyone()];
    must(await world.identity.login(requests[0]!, { email, password: PASSWORD }));
    await world.identity.login(requests[1]!, { email, password: 'a wrong password' });
    await world.identity.login(requests[2]!, { email: 'typed@example.com', password: 'typed-password' });
    const lines = await world.database.prisma.auditEntry.findMany({
      where: { requestId: { in: requests.map(({ requestId }) => requestId) } },
      orderBy: { id: 'asc' },
    });
    expect(lines).toMatchObject([
      { action: 'login', actorId: id, target: id, outcome: 'OK' },
      { action: 'login', actorId: null, target: id, outcome: 'INVALID_CREDENTIALS' },
      { action: 'login', actorId: null, target: null, outcome: 'INVALID_CREDENTIALS' },
    ]);
    const text = JSON.stringify(lines, (_, value) => (typeof value === 'bigint' ? `${value}` : value));
    for (const secret of [email, 'typed', PASSWORD, 'wrong password']) expect(text).not.toContain(secret);
  });

  test('keeps a bounded number of sessions: the oldest make room', async () => {
    const { id, email, session } = await world.person();
    const { prisma } = world.database;
    const second = must(await login({ email }));
    for (let opened = 2; opened < limits.session.perUser; opened += 1) {
      world.clock.advance(1);
      await prisma.session.create({
        data: {
          id: crypto.randomUUID(),
          userId: id,
          tokenHash: new Uint8Array(32),
          createdAt: world.clock.now(),
          rotatedAt: world.clock.now(),
          expiresAt: new Date(world.clock.now().getTime() + 1e8),
        },
      });
    }
    const open = () => prisma.session.count({ where: { userId: id, revokedAt: null } });
    expect(await open()).toBe(limits.session.perUser);
    world.clock.advance(1000);
    await world.viewerOf(session);
    world.clock.advance(1000);
    must(await login({ email }));
    expect(await open()).toBe(limits.session.perUser);
    expect(await world.identity.authenticate(session.accessToken)).toEqual({ problem: 'REVOKED' });
    expect((await world.viewerOf(second)).id).toBe(id);
  });

  test('is refused when the password was changed while it was being checked', async () => {
    const { id, email, viewer, by } = await world.person();
    const results = await Promise.all([
      world.identity.changePassword(by, viewer, { currentPassword: PASSWORD, newPassword: 'another-Kettle-of-fish' }),
      ...Array.from({ length: 6 }, () => login({ email })),
    ]);
    must(results[0]);
    const sessions = await world.database.prisma.session.findMany({ where: { userId: id, revokedAt: null } });
    // Whoever got in with the old password before the change was put out by it; nobody got in after.
    expect(sessions).toHaveLength(1);
    expect(
      codesOf(await world.identity.login({ ...actor(id), address: '192.0.2.1' }, { email, password: PASSWORD })),
    ).toEqual(['INVALID_CREDENTIALS']);
  });
});

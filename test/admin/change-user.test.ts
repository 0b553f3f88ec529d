import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { RefusedError } from '../../src/errors.ts';
import type { Result } from '../../src/kernel/result.ts';
import { anyone, codesOf, must, PASSWORD, type People, people } from '../support/people.ts';

let world: People;
beforeAll(async () => {
  world = await people();
});
afterAll(() => world.close());
// Nobody is an administrator of an earlier test any more.
beforeEach(() => world.database.prisma.user.updateMany({ data: { roles: ['USER'] } }));

const activeAdmins = () => world.database.prisma.user.count({ where: { roles: { has: 'ADMIN' }, status: 'ACTIVE' } });

describe('setUserRoles', () => {
  test('gives exactly the roles, once each, and records them', async () => {
    const [admin, user] = [await world.person(['ADMIN']), await world.person()];
    const roles = ['SUPPORT', 'USER', 'SUPPORT'] as const;
    expect(must(await world.admin.setUserRoles(admin.by, { userId: user.id, roles })).roles).toEqual([
      'USER',
      'SUPPORT',
    ]);
    const lines = await world.database.prisma.auditEntry.findMany({ where: { requestId: admin.by.requestId } });
    expect(lines).toMatchObject([
      {
        action: 'setUserRoles',
        actorId: admin.id,
        target: user.id,
        outcome: 'OK',
        details: { roles: ['USER', 'SUPPORT'] },
      },
    ]);
  });

  test('refuses no roles at all and users who are not there', async () => {
    const [admin, gone] = [await world.person(['ADMIN']), await world.person()];
    must(await world.identity.deleteAccount(gone.by, gone.viewer, { password: PASSWORD }));
    const set = (userId: string, roles: 'USER'[]) => world.admin.setUserRoles(admin.by, { userId, roles });
    expect(codesOf(await set(gone.id, []))).toEqual(['INVALID_INPUT']);
    for (const id of [gone.id, crypto.randomUUID(), 'nobody', '\u0000']) {
      expect(codesOf(await set(id, ['USER']))).toEqual(['NOT_FOUND']);
    }
  });
});

describe('the last administrator', () => {
  test('cannot be demoted, suspended or deleted', async () => {
    const admin = await world.person(['ADMIN', 'USER']);
    const refusals = [
      await world.admin.setUserRoles(admin.by, { userId: admin.id, roles: ['USER'] }),
      await world.admin.suspendUser(admin.by, { userId: admin.id, reason: 'test' }),
      await world.identity.deleteAccount(admin.by, admin.viewer, { password: PASSWORD }),
    ];
    for (const refusal of refusals) expect(codesOf(refusal)).toEqual(['LAST_ADMIN']);
    must(await world.admin.setUserRoles(admin.by, { userId: admin.id, roles: ['ADMIN'] }));
    expect(await activeAdmins()).toBe(1);
  });

  test('a suspended administrator does not count', async () => {
    const [admin, other] = [await world.person(['ADMIN']), await world.person(['ADMIN'])];
    must(await world.admin.suspendUser(admin.by, { userId: other.id, reason: 'test' }));
    expect(codesOf(await world.admin.setUserRoles(admin.by, { userId: admin.id, roles: ['USER'] }))).toEqual([
      'LAST_ADMIN',
    ]);
  });

  type Person = Awaited<ReturnType<People['person']>>;
  const ways: [string, (self: Person) => Promise<Result<unknown>>][] = [
    ['give up the role', ({ by, id }) => world.admin.setUserRoles(by, { userId: id, roles: ['USER'] })],
    ['suspend themselves', ({ by, id }) => world.admin.suspendUser(by, { userId: id, reason: 'race' })],
    ['delete themselves', ({ by, viewer }) => world.identity.deleteAccount(by, viewer, { password: PASSWORD })],
  ];
  const pairs = ways.flatMap(([first, leave]) => ways.map(([second, also]) => ({ first, leave, second, also })));

  test.each(pairs)('stays when one of two would $first and the other $second at once', async ({ leave, also }) => {
    for (let round = 0; round < 3; round += 1) {
      await world.database.prisma.user.updateMany({ data: { roles: ['USER'] } });
      const [one, other] = [await world.person(['ADMIN']), await world.person(['ADMIN'])];
      const results = await Promise.all([leave(one), also(other)]);
      expect(results.filter(({ ok }) => ok)).toHaveLength(1);
      for (const result of results) if (!result.ok) expect(codesOf(result)).toEqual(['LAST_ADMIN']);
      expect(await activeAdmins()).toBe(1);
    }
  });

  test('stays when two would demote each other at once', async () => {
    for (let round = 0; round < 3; round += 1) {
      await world.database.prisma.user.updateMany({ data: { roles: ['USER'] } });
      const [one, other] = [await world.person(['ADMIN']), await world.person(['ADMIN'])];
      const results = await Promise.allSettled([
        world.admin.setUserRoles(one.by, { userId: other.id, roles: ['USER'] }),
        world.sibling().admin.setUserRoles(other.by, { userId: one.id, roles: ['USER'] }),
      ]);
      // The slower one is no administrator any more when its turn comes.
      const refusals = results.filter((result) => result.status === 'rejected').map(({ reason }) => reason.code);
      expect(refusals).toEqual(['FORBIDDEN']);
      expect(await activeAdmins()).toBe(1);
    }
  });
});

describe('suspension', () => {
  test('keeps a user out until reinstated, and records why', async () => {
    const [support, user] = [await world.person(['SUPPORT']), await world.person()];
    const suspended = must(await world.admin.suspendUser(support.by, { userId: user.id, reason: 'asked by phone' }));
    expect(suspended.status).toBe('SUSPENDED');
    must(await world.admin.suspendUser(support.by, { userId: user.id, reason: 'again' }));
    expect(must(await world.admin.reinstateUser(support.by, { userId: user.id })).status).toBe('ACTIVE');
    must(await world.identity.login(anyone(), { email: user.email, password: PASSWORD }));
    expect(await world.identity.authenticate(user.session.accessToken)).toEqual({ problem: 'REVOKED' });
    const [first] = await world.database.prisma.auditEntry.findMany({
      where: { requestId: support.by.requestId },
      orderBy: { id: 'asc' },
    });
    expect(first).toMatchObject({ action: 'suspendUser', target: user.id, details: { reason: 'asked by phone' } });
  });

  test.each(['', '  ', 'x'.repeat(257), 'a\nb', '\u0000'])('needs a reason on one line, not %j', async (reason) => {
    const [admin, user] = [await world.person(['ADMIN']), await world.person()];
    const result = await world.admin.suspendUser(admin.by, { userId: user.id, reason });
    expect(result).toMatchObject({ failures: [{ code: 'INVALID_INPUT', field: ['reason'] }] });
  });
});

describe('an operator', () => {
  test('finds what was done to a user by the id, however it was spelled', async () => {
    const [admin, user] = [await world.person(['ADMIN']), await world.person()];
    const userId = user.id.toUpperCase();
    must(await world.admin.suspendUser(admin.by, { userId, reason: 'test' }));
    must(await world.admin.reinstateUser(admin.by, { userId }));
    must(await world.admin.setUserRoles(admin.by, { userId, roles: ['USER', 'SUPPORT'] }));
    must(await world.admin.closeUser(admin.by, { userId }));
    const page = await world.audit.list({ target: user.id }, { limit: 10, backward: false, from: undefined });
    expect(page.rows.map(({ action }) => action)).toEqual([
      'closeUser',
      'setUserRoles',
      'reinstateUser',
      'suspendUser',
      'register',
    ]);
  });

  test('who lost the permission a moment ago changes nothing', async () => {
    const [admin, support, user] = [
      await world.person(['ADMIN']),
      await world.person(['SUPPORT']),
      await world.person(),
    ];
    must(await world.admin.setUserRoles(admin.by, { userId: support.id, roles: ['USER'] }));
    const attempts = [
      () => world.admin.suspendUser(support.by, { userId: user.id, reason: 'test' }),
      () => world.admin.setUserRoles(user.by, { userId: user.id, roles: ['ADMIN'] }),
      () => world.admin.reinstateUser(anyone(), { userId: user.id }),
    ];
    for (const attempt of attempts) await expect(attempt()).rejects.toThrow(RefusedError);
    expect(must(await world.admin.setUserRoles(admin.by, { userId: user.id, roles: ['USER'] }))).toMatchObject({
      status: 'ACTIVE',
    });
  });

  test('who may suspend cannot suspend those with more than the role USER', async () => {
    const support = await world.person(['SUPPORT']);
    for (const role of ['ADMIN', 'AUDITOR', 'SUPPORT'] as const) {
      const { id } = await world.person([role]);
      const attempt = world.admin.suspendUser(support.by, { userId: id, reason: 'test' });
      await expect(attempt).rejects.toMatchObject({ code: 'FORBIDDEN' });
    }
  });
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { anyone, codesOf, must, PASSWORD, type People, people } from '../../support/people.ts';

let world: People;
beforeAll(async () => {
  world = await people();
});
afterAll(() => world.close());

const rowCounts = async () => {
  const { prisma } = world.database;
  const counts = [prisma.user.count(), prisma.profile.count(), prisma.account.count(), prisma.session.count()];
  return Promise.all(counts);
};
const register = (username: string, email: string, password = PASSWORD) =>
  world.identity.register(anyone(), { username, email, password });

describe('register', () => {
  test('makes user, profile, USD account, session and audit line, and signs in', async () => {
    const by = anyone();
    const result = await world.identity.register(by, {
      username: 'Ada.L',
      email: '  Ada@Example.com ',
      password: PASSWORD,
    });
    const { user, accessToken, expiresIn_s } = must(result);
    expect(user).toMatchObject({ username: 'Ada.L', email: 'Ada@Example.com', roles: ['USER'], status: 'ACTIVE' });
    expect(expiresIn_s).toBe(1800);
    expect(await world.identity.authenticate(accessToken)).toMatchObject({
      viewer: { id: user.id, number: user.number, username: 'Ada.L', email: 'Ada@Example.com', roles: ['USER'] },
    });
    const { prisma } = world.database;
    expect(await prisma.profile.count({ where: { userId: user.id } })).toBe(1);
    const accounts = await prisma.account.findMany({ where: { userId: user.id }, include: { balances: true } });
    expect(accounts).toMatchObject([{ kind: 'CUSTOMER', currency: 'USD', balances: [{ asset: 'USD', posted: 0n }] }]);
    const lines = await prisma.auditEntry.findMany({ where: { requestId: by.requestId } });
    expect(lines).toMatchObject([{ action: 'register', actorId: user.id, target: user.id, outcome: 'OK' }]);
  });

  test('tells everything that is wrong at once and writes nothing', async () => {
    const before = await rowCounts();
    const result = await register('a b', 'nobody', 'short');
    expect(result).toMatchObject({
      failures: [
        { code: 'INVALID_INPUT', field: ['username'] },
        { code: 'INVALID_INPUT', field: ['email'] },
        { code: 'PASSWORD_TOO_SHORT', field: ['password'] },
      ],
    });
    expect(await rowCounts()).toEqual(before);
  });

  test('refuses names that differ from a taken one by case or form only, both at once', async () => {
    must(await register('Grace', 'Grace@example.com'));
    expect(codesOf(await register('gRACE', 'other@example.com'))).toEqual(['USERNAME_TAKEN']);
    expect(codesOf(await register('other', 'gracE@EXAMPLE.com'))).toEqual(['EMAIL_TAKEN']);
    expect(codesOf(await register('other', 'ｇrace@example.com'))).toEqual(['EMAIL_TAKEN']);
    expect(await register('grace', 'grace@example.com')).toMatchObject({
      failures: [
        { code: 'EMAIL_TAKEN', field: ['email'] },
        { code: 'USERNAME_TAKEN', field: ['username'] },
      ],
    });
  });

  test('makes exactly one user of 20 that ask for one e-mail address at once', async () => {
    const before = await rowCounts();
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, at) => register(`racer${at}`, at % 2 ? 'race@example.com' : 'RACE@example.com')),
    );
    expect(results.filter(({ ok }) => ok)).toHaveLength(1);
    for (const result of results) if (!result.ok) expect(codesOf(result)).toEqual(['EMAIL_TAKEN']);
    expect(await rowCounts()).toEqual(before.map((count) => count + 1));
  });

  test('gives growing numbers', async () => {
    const [first, second] = [await world.person(), await world.person()];
    expect(second.viewer.number).toBeGreaterThan(first.viewer.number);
  });
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RefusedError } from '../../src/errors.ts';
import { actor, anyone, codesOf, must, PASSWORD, type People, people } from '../support/people.ts';

let world: People;
let admin: Awaited<ReturnType<People['person']>>;
beforeAll(async () => {
  world = await people();
  admin = await world.person(['ADMIN']);
});
afterAll(() => world.close());

const linesAbout = (target: string) =>
  world.database.prisma.auditEntry.findMany({ where: { target }, orderBy: { createdAt: 'desc' } });
const given = { username: 'made', email: 'Made@Example.com', password: PASSWORD, displayName: 'Made By' };

describe('createUser', () => {
  test('makes a user who can sign in, with profile, account and audit line, and signs nobody in', async () => {
    const made = must(await world.admin.createUser(admin.by, given));
    expect(made).toMatchObject({ username: 'made', email: 'Made@Example.com', roles: ['USER'], status: 'ACTIVE' });
    const [details] = await world.identity.userDetails([made.id]);
    expect(details).toMatchObject({ displayName: 'Made By', lastSignInAt: null });
    expect(await world.database.prisma.account.count({ where: { userId: made.id } })).toBe(1);
    expect(await world.database.prisma.session.count({ where: { userId: made.id } })).toBe(0);
    const [line] = await linesAbout(made.id);
    expect(line).toMatchObject({ action: 'createUser', actorId: admin.id, outcome: 'OK', details: {} });
    must(await world.identity.login(anyone(), { email: 'made@example.com', password: PASSWORD }));
    const [after] = await world.identity.userDetails([made.id]);
    expect(after?.lastSignInAt).toEqual(world.clock.now());
  });

  test('tells everything that is wrong at once, and both names that are taken', async () => {
    const bad = { username: 'x', email: 'nobody', password: 'short', displayName: ' ' };
    const refused = await world.admin.createUser(admin.by, bad);
    expect(codesOf(refused)).toEqual(['INVALID_INPUT', 'INVALID_INPUT', 'PASSWORD_TOO_SHORT', 'INVALID_INPUT']);
    const other = await world.person();
    const taken = { ...other, email: other.email.toUpperCase(), username: other.username.toUpperCase() };
    const password = 'another-Quiet-River-9';
    expect(codesOf(await world.admin.createUser(admin.by, { ...taken, password }))).toEqual([
      'EMAIL_TAKEN',
      'USERNAME_TAKEN',
    ]);
  });

  test('makes one user of several that ask for one name at once', async () => {
    const names = { ...given, username: 'once', email: 'once@example.com' };
    const results = await Promise.all([1, 2, 3].map(() => world.admin.createUser(admin.by, names)));
    expect(results.filter(({ ok }) => ok)).toHaveLength(1);
  });
});

describe('updateUser', () => {
  test('changes what is given, keeps the rest and the sessions, and names the fields only in the audit line', async () => {
    const person = await world.person();
    const { id } = person;
    world.clock.advance(1000);
    const changed = must(await world.admin.updateUser(admin.by, { userId: id, username: 'Renamed', displayName: 'R' }));
    expect(changed).toMatchObject({ username: 'Renamed', email: person.email });
    expect(await world.identity.userDetails([id])).toMatchObject([{ displayName: 'R', updatedAt: world.clock.now() }]);
    expect((await world.viewerOf(person.session)).username).toBe('Renamed');
    must(await world.identity.login(anyone(), { username: 'rENAMED', password: PASSWORD }));
    const [line] = (await linesAbout(id)).filter(({ action }) => action === 'updateUser');
    expect(line).toMatchObject({ outcome: 'OK', details: { fields: ['username', 'displayName'] } });
    expect(must(await world.admin.updateUser(admin.by, { userId: id, displayName: null }))).toMatchObject({ id });
    expect(await world.identity.userDetails([id])).toMatchObject([{ displayName: null }]);
  });

  test('lets a user keep a name in another spelling, and refuses those of others, bad ones and none', async () => {
    const [person, other] = [await world.person(), await world.person()];
    const update = (names: object) => world.admin.updateUser(admin.by, { userId: person.id, ...names });
    must(await update({ username: person.username.toUpperCase(), email: person.email.toUpperCase() }));
    expect(codesOf(await update({ email: other.email }))).toEqual(['EMAIL_TAKEN']);
    expect(codesOf(await update({ username: other.username.toUpperCase() }))).toEqual(['USERNAME_TAKEN']);
    expect(codesOf(await update({ username: '@', email: 'x', displayName: '' }))).toHaveLength(3);
    expect(codesOf(await update({ username: null }))).toEqual(['INVALID_INPUT']);
    expect(codesOf(await world.admin.updateUser(admin.by, { userId: 'nobody', displayName: 'x' }))).toEqual([
      'NOT_FOUND',
    ]);
  });
});

describe('closeUser', () => {
  test('ends the sessions, frees the names, forgets the person and keeps the reason', async () => {
    const person = await world.person();
    const closed = must(await world.admin.closeUser(admin.by, { userId: person.id, reason: 'asked by letter' }));
    expect(closed).toMatchObject({ status: 'CLOSED', roles: ['USER'], username: expect.stringMatching(/^deleted-/) });
    await expect(world.viewerOf(person.session)).rejects.toThrow('REVOKED');
    const [line] = (await linesAbout(person.id)).filter(({ action }) => action === 'closeUser');
    expect(line).toMatchObject({ outcome: 'OK', details: { reason: 'asked by letter' } });
    must(await world.admin.createUser(admin.by, { ...given, username: person.username, email: person.email }));
    expect(codesOf(await world.admin.closeUser(admin.by, { userId: person.id }))).toEqual(['NOT_FOUND']);
  });

  test('spares the last administrator and users with open orders', async () => {
    expect(codesOf(await world.admin.closeUser(admin.by, { userId: admin.id }))).toEqual(['LAST_ADMIN']);
    const person = await world.person();
    await world.database.prisma.account.updateMany({ where: { userId: person.id }, data: { openOrders: 2 } });
    expect(codesOf(await world.admin.closeUser(admin.by, { userId: person.id }))).toEqual(['OPEN_ORDERS']);
  });
});

describe('single roles', () => {
  test('are added and taken beside the others', async () => {
    const { id } = await world.person();
    const add = (role: 'SUPPORT' | 'AUDITOR') => world.admin.addUserRole(admin.by, { userId: id, role });
    await Promise.all([add('SUPPORT'), add('AUDITOR')]);
    expect(must(await add('AUDITOR')).roles).toEqual(['USER', 'SUPPORT', 'AUDITOR']);
    const remove = (role: 'USER' | 'SUPPORT' | 'AUDITOR') => world.admin.removeUserRole(admin.by, { userId: id, role });
    expect(must(await remove('SUPPORT')).roles).toEqual(['USER', 'AUDITOR']);
    expect(codesOf(await remove('SUPPORT'))).toEqual(['NOT_FOUND']);
    must(await remove('AUDITOR'));
    expect(codesOf(await remove('USER'))).toEqual(['INVALID_INPUT']);
    const last = await world.admin.removeUserRole(admin.by, { userId: admin.id, role: 'ADMIN' });
    expect(codesOf(last)).toEqual(['INVALID_INPUT']);
    must(await world.admin.addUserRole(admin.by, { userId: admin.id, role: 'USER' }));
    const still = await world.admin.removeUserRole(admin.by, { userId: admin.id, role: 'ADMIN' });
    expect(codesOf(still)).toEqual(['LAST_ADMIN']);
  });
});

describe('whoever lacks the permission', () => {
  test.each(['USER', 'SUPPORT', 'AUDITOR'] as const)('as %s changes nothing', async (role) => {
    const [person, victim] = [await world.person([role]), await world.person()];
    const { id: userId } = victim;
    const before = await world.database.prisma.user.findMany({ orderBy: { id: 'asc' } });
    const attempts = [
      () => world.admin.createUser(person.by, { ...given, username: 'never', email: 'never@example.com' }),
      () => world.admin.updateUser(person.by, { userId, username: 'never' }),
      () => world.admin.closeUser(person.by, { userId }),
      () => world.admin.addUserRole(person.by, { userId, role: 'ADMIN' }),
      () => world.admin.removeUserRole(person.by, { userId, role: 'USER' }),
    ];
    for (const attempt of attempts) await expect(attempt()).rejects.toThrow(RefusedError);
    const nobody = world.admin.createUser(actor(crypto.randomUUID()), {
      ...given,
      username: 'never2',
      email: 'n@x.org',
    });
    await expect(nobody).rejects.toThrow(RefusedError);
    expect(await world.database.prisma.user.findMany({ orderBy: { id: 'asc' } })).toEqual(before);
  });
});

describe('numbered pages', () => {
  test('pass over rows and count them all', async () => {
    const count = await world.admin.countUsers({});
    const whole = await world.admin.users(admin.by, {}, { limit: 100, backward: false, from: undefined });
    expect(whole.rows).toHaveLength(count);
    const page = await world.admin.users(admin.by, {}, { limit: 3, backward: false, from: undefined, skip: 2 });
    expect(page.rows).toEqual(whole.rows.slice(2, 5));
    expect(await world.admin.countUsers({ search: 'renamed' })).toBe(1);
  });
});

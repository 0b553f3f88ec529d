import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { limits } from '../../../src/limits.ts';
import { codeAt, enrolled } from '../../support/authenticator.ts';
import { actor, anyone, codesOf, must, PASSWORD, type People, people } from '../../support/people.ts';

let world: People;
beforeAll(async () => {
  world = await people();
});
afterAll(() => world.close());

type Person = Awaited<ReturnType<People['person']>>;

const login = ({ email }: Pick<Person, 'email'>, code?: string | null, password = PASSWORD) =>
  world.identity.login(anyone(), { email, password, code });

/** Somebody with a second factor. */
const protectedPerson = async () => {
  const person = await world.person();
  return { ...person, ...(await enrolled(world, person)) };
};

const hasFactor = async ({ id }: Pick<Person, 'id'>) => (await world.identity.userDetails([id]))[0]!.secondFactor;
const openSessions = (userId: string) => world.database.prisma.session.count({ where: { userId, revokedAt: null } });

describe('a second factor', () => {
  test('counts for nothing until a code of it was shown', async () => {
    const person = await world.person();
    const { by, viewer } = person;
    const { secret, uri } = must(await world.identity.enrolSecondFactor(by, viewer, {}));
    expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    const address = new URL(uri);
    expect(Object.fromEntries(address.searchParams)).toEqual({
      issuer: 'bourse',
      secret,
      algorithm: 'SHA1',
      digits: '6',
      period: '30',
    });
    expect(decodeURIComponent(address.pathname)).toContain(person.username);
    expect(await hasFactor(person)).toBe(false);
    must(await login(person));
    expect(codesOf(await world.identity.confirmSecondFactor(by, viewer, { code: '000000' }))).toEqual([
      'INVALID_CREDENTIALS',
    ]);
    expect(await hasFactor(person)).toBe(false);
    must(await world.identity.confirmSecondFactor(by, viewer, { code: codeAt(secret, world.clock.now()) }));
    expect(await hasFactor(person)).toBe(true);
    expect(codesOf(await login(person))).toEqual(['SECOND_FACTOR_REQUIRED']);
  });

  test('is confirmed within ten minutes, or begun again', async () => {
    const { by, viewer } = await world.person();
    const { secret } = must(await world.identity.enrolSecondFactor(by, viewer, {}));
    world.clock.advance(limits.secondFactor.confirm_ms + 1);
    const confirm = (of: string) =>
      world.identity.confirmSecondFactor(by, viewer, { code: codeAt(of, world.clock.now()) });
    expect(codesOf(await confirm(secret))).toEqual(['NO_SECOND_FACTOR']);
    const again = must(await world.identity.enrolSecondFactor(by, viewer, { password: PASSWORD }));
    expect(codesOf(await confirm(secret))).toEqual(['INVALID_CREDENTIALS']);
    must(await confirm(again.secret));
    expect(codesOf(await confirm(again.secret))).toEqual(['NO_SECOND_FACTOR']);
  });

  test('is begun with the password or soon after a sign-in, and not while there is one', async () => {
    const { by, viewer, nextCode, email } = await protectedPerson();
    const enrol = (input: { password?: string }, as = viewer) => world.identity.enrolSecondFactor(by, as, input);
    expect(codesOf(await enrol({ password: PASSWORD }))).toEqual(['SECOND_FACTOR_EXISTS']);
    expect(codesOf(await enrol({ password: 'wrong' }))).toEqual(['INVALID_CREDENTIALS']);
    const fresh = await world.viewerOf(must(await login({ email }, nextCode())));
    expect(codesOf(await enrol({}, fresh))).toEqual(['SECOND_FACTOR_EXISTS']);
    world.clock.advance(limits.session.recent_ms + 1);
    expect(codesOf(await enrol({}, fresh))).toEqual(['RECENT_SIGN_IN_REQUIRED']);
  });

  test('ends all other sessions when it comes and when it goes', async () => {
    const person = await world.person();
    const other = must(await login(person));
    const { code, nextCode } = await enrolled(world, person);
    expect(await world.identity.authenticate(other.accessToken)).toEqual({ problem: 'REVOKED' });
    await world.viewerOf(person.session);
    const second = must(await login(person, nextCode()));
    const { by, viewer } = person;
    const remove = (input: { password: string; code: string }) => world.identity.removeSecondFactor(by, viewer, input);
    expect(codesOf(await remove({ password: PASSWORD, code: code() }))).toEqual(['INVALID_CREDENTIALS']);
    expect(codesOf(await remove({ password: 'wrong', code: nextCode() }))).toEqual(['INVALID_CREDENTIALS']);
    expect(await hasFactor(person)).toBe(true);
    must(await remove({ password: PASSWORD, code: nextCode() }));
    expect(await world.identity.authenticate(second.accessToken)).toEqual({ problem: 'REVOKED' });
    await world.viewerOf(person.session);
    must(await login(person));
    expect(codesOf(await remove({ password: PASSWORD, code: nextCode() }))).toEqual(['NO_SECOND_FACTOR']);
    expect(await world.database.prisma.recoveryCode.count({ where: { userId: person.id } })).toBe(0);
  });

  test('goes with the login that it belongs to', async () => {
    const { id, by, viewer } = await protectedPerson();
    must(await world.identity.deleteAccount(by, viewer, { password: PASSWORD }));
    expect(await world.database.prisma.secondFactor.count({ where: { userId: id } })).toBe(0);
    expect(await world.database.prisma.recoveryCode.count({ where: { userId: id } })).toBe(0);
  });
});

describe('signing in with a second factor', () => {
  test('wants the password and a code, and says so after the right password only', async () => {
    const person = await protectedPerson();
    const missing = await login(person);
    expect(missing).toMatchObject({ failures: [{ code: 'SECOND_FACTOR_REQUIRED', field: ['code'] }] });
    expect(await login(person, ' ')).toEqual(missing);
    const { user, accessToken } = must(await login(person, person.nextCode()));
    expect(user.id).toBe(person.id);
    await world.viewerOf({ accessToken });
  });

  test('a stranger without the password learns nothing of who has one', async () => {
    const [without, having] = [await world.person(), await protectedPerson()];
    const attempts = [
      login(without, undefined, 'wrong'),
      login(having, undefined, 'wrong'),
      login(having, having.nextCode(), 'wrong'),
      login(having, having.recoveryCodes[0], 'wrong'),
      login(without, '123456', 'wrong'),
      login({ email: 'nobody@example.com' }, '123456'),
      login(having, '123456'),
    ];
    const answers = await Promise.all(attempts);
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(codesOf(answers[0]!)).toEqual(['INVALID_CREDENTIALS']);
    // What was sent with a wrong password was not used up.
    must(await login(having, having.recoveryCodes[0]));
    must(await login(without, 'no code at all'));
  });

  test.each([-1, 0, 1])('takes the code of the step %i', async (steps) => {
    const person = await protectedPerson();
    world.clock.advance(300_000);
    must(await login(person, person.code(steps)));
  });

  test.each([-3, -2, 2, 3])('refuses the code of the step %i', async (steps) => {
    const person = await protectedPerson();
    world.clock.advance(300_000);
    expect(codesOf(await login(person, person.code(steps)))).toEqual(['INVALID_CREDENTIALS']);
  });

  test('takes a code once, and none of a step before it', async () => {
    const person = await protectedPerson();
    // The one that confirmed it was used, too.
    expect(codesOf(await login(person, person.code()))).toEqual(['INVALID_CREDENTIALS']);
    const code = person.nextCode();
    must(await login(person, code));
    expect(codesOf(await login(person, code))).toEqual(['INVALID_CREDENTIALS']);
    must(await login(person, person.code(1)));
    expect(codesOf(await login(person, code))).toEqual(['INVALID_CREDENTIALS']);
    world.clock.advance(30_000);
    expect(codesOf(await login(person, person.code(-1)))).toEqual(['INVALID_CREDENTIALS']);
  });

  test('of many sign-ins at once with one code opens one session', async () => {
    const person = await protectedPerson();
    for (const code of [person.nextCode(), person.recoveryCodes[0]!]) {
      const before = await openSessions(person.id);
      const answers = await Promise.all(Array.from({ length: 6 }, () => login(person, code)));
      expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
      expect(await openSessions(person.id)).toBe(before + 1);
    }
  });

  test('is bound to its user: codes of another one are wrong', async () => {
    const [one, other] = [await protectedPerson(), await protectedPerson()];
    for (const code of [other.nextCode(), other.recoveryCodes[0]!])
      expect(codesOf(await login(one, code))).toEqual(['INVALID_CREDENTIALS']);
    // Nor does it help to exchange what is kept of the two.
    const { secondFactor } = world.database.prisma;
    const { secret } = await secondFactor.findUniqueOrThrow({ where: { userId: other.id } });
    await secondFactor.update({ where: { userId: one.id }, data: { secret } });
    expect(codesOf(await login(one, other.nextCode()))).toEqual(['INVALID_CREDENTIALS']);
  });

  test('stays with the session through a refresh and a change of the password', async () => {
    const person = await protectedPerson();
    const session = must(await login(person, person.nextCode()));
    const next = must(await world.identity.refresh(anyone(), { refreshToken: session.refreshToken }));
    const withFactor = () =>
      world.database.prisma.session.count({ where: { userId: person.id, revokedAt: null, secondFactor: true } });
    expect(await withFactor()).toBe(2);
    const viewer = await world.viewerOf(next);
    const passwords = { currentPassword: PASSWORD, newPassword: 'another-Kettle-of-fish' };
    must(await world.identity.changePassword(person.by, viewer, passwords));
    expect([await withFactor(), await openSessions(person.id)]).toEqual([1, 1]);
  });
});

describe('recovery codes', () => {
  test('are ten of 120 bits, each good for one sign-in, however it is written', async () => {
    const person = await protectedPerson();
    expect(person.recoveryCodes).toHaveLength(10);
    expect(new Set(person.recoveryCodes).size).toBe(10);
    for (const code of person.recoveryCodes) expect(code).toMatch(/^([A-Z2-7]{4}-){5}[A-Z2-7]{4}$/);
    const [first, second, third] = person.recoveryCodes as [string, string, string];
    must(await login(person, first));
    expect(codesOf(await login(person, first))).toEqual(['INVALID_CREDENTIALS']);
    must(await login(person, ` ${second.toLowerCase()}`));
    must(await login(person, third.replaceAll('-', ' ')));
    expect(await world.database.prisma.recoveryCode.count({ where: { userId: person.id } })).toBe(7);
  });

  test('that are made anew replace those of before', async () => {
    const { by, viewer, recoveryCodes, nextCode, ...person } = await protectedPerson();
    const renew = (code: string, password?: string) =>
      world.identity.renewRecoveryCodes(by, viewer, { code, ...(password !== undefined && { password }) });
    expect(codesOf(await renew('123456', PASSWORD))).toEqual(['INVALID_CREDENTIALS']);
    expect(codesOf(await renew(nextCode(), 'wrong'))).toEqual(['INVALID_CREDENTIALS']);
    const fresh = must(await renew(recoveryCodes[0]!, PASSWORD));
    expect(fresh).toHaveLength(10);
    expect(codesOf(await login(person, recoveryCodes[1]))).toEqual(['INVALID_CREDENTIALS']);
    must(await login(person, fresh[1]));
    const { by: nobody, viewer: without } = await world.person();
    const none = { code: '123456', password: PASSWORD };
    expect(codesOf(await world.identity.renewRecoveryCodes(nobody, without, none))).toEqual(['NO_SECOND_FACTOR']);
  });
});

describe('what is kept of a second factor', () => {
  test('is encrypted or hashed in the database, and not in the audit log', async () => {
    const { id, secret, recoveryCodes, nextCode, by, viewer, email } = await protectedPerson();
    const code = nextCode();
    must(await login({ email }, code));
    await login({ email }, code);
    await login({ email }, recoveryCodes[3]);
    must(await world.identity.renewRecoveryCodes(by, viewer, { code: recoveryCodes[4]!, password: PASSWORD }));
    const { prisma, pool } = world.database;
    const lines = await prisma.auditEntry.findMany({ where: { target: id }, orderBy: { id: 'asc' } });
    expect(lines.map(({ action, outcome, details }) => [action, outcome, details])).toEqual([
      ['register', 'OK', {}],
      ['enrolSecondFactor', 'OK', {}],
      ['confirmSecondFactor', 'OK', { code: 'ONE_TIME_CODE' }],
      ['login', 'OK', { code: 'ONE_TIME_CODE' }],
      ['login', 'INVALID_CREDENTIALS', { code: 'USED' }],
      ['login', 'OK', { code: 'RECOVERY_CODE' }],
      ['renewRecoveryCodes', 'OK', { code: 'RECOVERY_CODE' }],
    ]);
    const tables = ['second_factors', 'recovery_codes', 'audit_entries', 'sessions', 'users'];
    const rows = await Promise.all(tables.map((table) => pool.query(`SELECT t::text FROM ${table} t`)));
    const kept = JSON.stringify(rows.map(({ rows: found }) => found));
    const hex = (text: string): string => Buffer.from(text).toString('hex');
    const { secret: sealed } = await prisma.secondFactor.findUniqueOrThrow({ where: { userId: id } });
    expect(kept).toContain(Buffer.from(sealed).toString('hex'));
    // Not the code of the app: six digits may be found anywhere by chance.
    for (const text of [secret, ...recoveryCodes, ...recoveryCodes.map((one) => one.replaceAll('-', ''))])
      for (const form of [text, hex(text)]) expect(kept).not.toContain(form);
  });

  test('that cannot be read with the present key lets recovery codes in, and no code of the app', async () => {
    const { id, recoveryCodes, nextCode, email } = await protectedPerson();
    const { secondFactor } = world.database.prisma;
    const { secret } = await secondFactor.findUniqueOrThrow({ where: { userId: id } });
    await secondFactor.update({
      where: { userId: id },
      data: { secret: secret.map((byte, at) => byte ^ Number(at === 20)) },
    });
    expect(codesOf(await login({ email }, nextCode()))).toEqual(['INVALID_CREDENTIALS']);
    must(await login({ email }, recoveryCodes[0]));
  });
});

describe('a lost second factor', () => {
  test('is taken away by an administrator, who says why, and ends all sessions', async () => {
    const admin = await world.person(['ADMIN']);
    const person = await protectedPerson();
    const input = { userId: person.id, reason: 'showed a passport in a call' };
    const by = { ...actor(admin.id), requestId: randomUUID() };
    must(await world.admin.resetSecondFactor(by, input));
    expect(await openSessions(person.id)).toBe(0);
    must(await login(person));
    const [line] = await world.database.prisma.auditEntry.findMany({ where: { requestId: by.requestId } });
    expect(line).toMatchObject({
      action: 'resetSecondFactor',
      actorId: admin.id,
      target: person.id,
      outcome: 'OK',
      details: { reason: input.reason },
    });
    expect(codesOf(await world.admin.resetSecondFactor(by, input))).toEqual(['NO_SECOND_FACTOR']);
    expect(codesOf(await world.admin.resetSecondFactor(by, { ...input, reason: ' ' }))).toEqual(['INVALID_INPUT']);
  });

  test('is nobody else’s to take away, and not one’s own', async () => {
    const person = await protectedPerson();
    const input = { userId: person.id, reason: 'wants in' };
    for (const role of ['USER', 'SUPPORT', 'AUDITOR'] as const) {
      const { by } = await world.person([role]);
      await expect(world.admin.resetSecondFactor(by, input)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    }
    await world.database.prisma.user.update({ where: { id: person.id }, data: { roles: ['ADMIN'] } });
    expect(codesOf(await world.admin.resetSecondFactor(person.by, input))).toEqual(['INVALID_INPUT']);
    expect(codesOf(await login(person))).toEqual(['SECOND_FACTOR_REQUIRED']);
  });
});

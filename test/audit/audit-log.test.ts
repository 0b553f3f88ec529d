import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCommand } from '../../src/audit/command.ts';
import type { AuditFilter } from '../../src/audit/store.ts';
import { createIds } from '../../src/kernel/ids.ts';
import { ok } from '../../src/kernel/result.ts';
import { actor, anyone, must, PASSWORD, type People, people } from '../support/people.ts';

let world: People;
beforeAll(async () => {
  world = await people();
});
afterAll(() => world.close());

const list = async (filter: AuditFilter) =>
  (await world.audit.list(filter, { limit: 100, backward: false, from: undefined })).rows;

describe('the audit log', () => {
  test('has a line for every mutation, and never a password, token or e-mail address', async () => {
    const admin = await world.person(['ADMIN']);
    const person = await world.person();
    const { by, viewer, email, username } = person;
    const secondPassword = 'another-Kettle-of-fish';
    const again = must(await world.identity.login(anyone(), { email, password: PASSWORD }));
    const refreshed = must(await world.identity.refresh(anyone(), { refreshToken: again.refreshToken }));
    must(await world.profile.update(by, { displayName: 'Wilhelmina Quist' }));
    const input = { currentPassword: PASSWORD, newPassword: secondPassword };
    const changed = must(await world.identity.changePassword(by, viewer, input));
    must(await world.admin.setUserRoles(admin.by, { userId: person.id, roles: ['USER'] }));
    must(await world.admin.suspendUser(admin.by, { userId: person.id, reason: 'test' }));
    must(await world.admin.reinstateUser(admin.by, { userId: person.id }));
    must(await world.identity.logoutEverywhere(by));
    must(await world.identity.logout(by, viewer));
    const last = must(await world.identity.login(anyone(), { email, password: secondPassword }));
    must(await world.identity.deleteAccount(by, await world.viewerOf(last), { password: secondPassword }));

    const actions = (rows: { action: string }[]) => rows.map(({ action }) => action).reverse();
    expect(actions(await list({ actorId: person.id }))).toEqual([
      'register',
      'login',
      'refresh',
      'updateProfile',
      'changePassword',
      'logoutEverywhere',
      'logout',
      'login',
      'deleteAccount',
    ]);
    expect(actions(await list({ actorId: admin.id }))).toEqual([
      'register',
      'setUserRoles',
      'suspendUser',
      'reinstateUser',
    ]);
    const stored = JSON.stringify(await world.database.prisma.auditEntry.findMany({ omit: { sequence: true } }));
    const secrets = [
      email,
      username,
      PASSWORD,
      secondPassword,
      'Wilhelmina',
      ...tokensOf(again, refreshed, changed, last),
    ];
    for (const secret of secrets) expect(stored).not.toContain(secret);
  });

  test('names the person who acted, or nobody', async () => {
    const { id, viewer, session } = await world.person();
    const [line] = await list({ actorId: id });
    expect(line?.actor).toEqual(session.user);
    expect(viewer.id).toBe(id);
    await world.identity.login(anyone(), { username: 'nobody', password: 'x' });
    expect((await list({ action: 'login' }))[0]).toMatchObject({ actor: null, outcome: 'INVALID_CREDENTIALS' });
  });

  test('is filtered by action, target and time, and answers nonsense with nothing', async () => {
    const { id, by } = await world.person();
    world.clock.advance(60_000);
    const from = world.clock.now();
    must(await world.profile.update(by, { displayName: 'A' }));
    world.clock.advance(60_000);
    must(await world.profile.update(by, { displayName: 'B' }));
    const mine = { target: id };
    expect(await list(mine)).toHaveLength(3);
    expect(await list({ ...mine, action: 'updateProfile' })).toHaveLength(2);
    expect(await list({ ...mine, from })).toHaveLength(2);
    expect(await list({ ...mine, from, to: world.clock.now() })).toHaveLength(1);
    expect(await list({ ...mine, to: from })).toHaveLength(1);
    for (const filter of [{ actorId: 'x' }, { action: '\u0000' }, { target: 'x'.repeat(1000) }]) {
      expect(await list(filter)).toEqual([]);
    }
  });

  test('pages both ways without gaps, also among lines of one instant', async () => {
    const { id, by } = await world.person();
    for (let turn = 0; turn < 7; turn += 1) must(await world.profile.update(by, { displayName: `${turn}` }));
    const whole = (await list({ actorId: id })).map((row) => row.id);
    expect(whole).toHaveLength(8);
    for (const backward of [false, true]) {
      const seen: string[] = [];
      let page = await world.audit.list({ actorId: id }, { limit: 3, backward, from: undefined });
      for (;;) {
        const ids = page.rows.map((row) => row.id);
        if (backward) seen.unshift(...ids);
        else seen.push(...ids);
        if (!page.hasMore) break;
        page = await world.audit.list(
          { actorId: id },
          { limit: 3, backward, from: backward ? page.rows[0] : page.rows.at(-1) },
        );
      }
      expect(seen).toEqual(whole);
    }
  });

  test('has no line of a command that failed, which left nothing else either', async () => {
    const { id } = await world.person();
    const { database, clock } = world;
    const command = createCommand({ database, clock, ids: createIds(clock) });
    const by = actor(id);
    const attempt = command({ by, action: 'test', target: id }, async ({ tx, now }) => {
      await tx.profile.update({ where: { userId: id }, data: { displayName: 'half-way', updatedAt: now } });
      throw new Error('bug');
    });
    await expect(attempt).rejects.toThrow('bug');
    expect(await database.prisma.auditEntry.count({ where: { requestId: by.requestId } })).toBe(0);
    expect((await world.profile.get(id)).displayName).toBeNull();
  });

  test('undoes a command whose line cannot be written', async () => {
    const { id } = await world.person();
    const { database, clock } = world;
    const taken = (await list({ actorId: id }))[0]!.id;
    const command = createCommand({ database, clock, ids: { next: () => taken } });
    const attempt = command({ by: actor(id), action: 'test', target: id }, async ({ tx, now }) => {
      await tx.profile.update({ where: { userId: id }, data: { displayName: 'half-way', updatedAt: now } });
      return ok({});
    });
    await expect(attempt).rejects.toThrow();
    expect((await world.profile.get(id)).displayName).toBeNull();
  });

  test('cannot be changed or emptied by the application', async () => {
    await world.person();
    const { prisma } = world.database;
    await expect(prisma.auditEntry.updateMany({ data: { outcome: 'OK' } })).rejects.toThrow();
    await expect(prisma.auditEntry.deleteMany()).rejects.toThrow();
  });
});

const tokensOf = (...sessions: { accessToken: string; refreshToken: string }[]): string[] =>
  sessions.flatMap(({ accessToken, refreshToken }) => [accessToken, refreshToken]);

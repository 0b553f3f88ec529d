import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { anyone, must, type People, people } from '../support/people.ts';

let world: People;
beforeAll(async () => {
  world = await people();
});
afterAll(() => world.close());

describe('updateProfile', () => {
  test('leaves what is absent, clears what is null, and records the change', async () => {
    const { id, by } = await world.person();
    expect(await world.profile.get(id)).toMatchObject({ displayName: null, locale: null, timeZone: null });
    must(await world.profile.update(by, { displayName: 'Zoë Müller-李', locale: 'de-CH', timeZone: 'Europe/Zurich' }));
    world.clock.advance(5);
    const changed = must(await world.profile.update(by, { locale: null, displayName: undefined }));
    expect(changed).toEqual(await world.profile.get(id));
    expect(changed).toMatchObject({
      displayName: 'Zoë Müller-李',
      locale: null,
      timeZone: 'Europe/Zurich',
      updatedAt: world.clock.now(),
    });
    const lines = await world.database.prisma.auditEntry.findMany({ where: { requestId: by.requestId } });
    expect(lines).toMatchObject([
      { action: 'updateProfile', actorId: id, target: id, outcome: 'OK', details: {} },
      { action: 'updateProfile', actorId: id, target: id, outcome: 'OK', details: {} },
    ]);
  });

  test('changes the owner’s profile only', async () => {
    const [one, other] = [await world.person(), await world.person()];
    must(await world.profile.update(one.by, { displayName: 'One' }));
    expect((await world.profile.get(other.id)).displayName).toBeNull();
  });

  test('names every value that does not fit and changes nothing', async () => {
    const { id, by } = await world.person();
    const result = await world.profile.update(by, {
      displayName: 'a\u0000b',
      locale: 'not a tag',
      timeZone: 'Mars/Base',
    });
    expect(result).toMatchObject({
      failures: [
        { code: 'INVALID_INPUT', field: ['displayName'] },
        { code: 'INVALID_INPUT', field: ['locale'] },
        { code: 'INVALID_INPUT', field: ['timeZone'] },
      ],
    });
    expect(await world.profile.get(id)).toMatchObject({ displayName: null, locale: null, timeZone: null });
  });

  test.each([
    { displayName: '' },
    { displayName: ' a' },
    { displayName: 'a\nb' },
    { displayName: 'x'.repeat(101) },
    { displayName: '\ud800' },
    { locale: '' },
    { locale: 'x'.repeat(5000) },
    { timeZone: '+02:00' },
    { timeZone: '' },
    { timeZone: '../etc/passwd' },
  ])('refuses %j', async (changes) => {
    const result = await world.profile.update(anyone(), changes);
    expect(result).toMatchObject({ failures: [{ code: 'INVALID_INPUT', field: Object.keys(changes) }] });
  });

  test.each([
    { displayName: 'x'.repeat(100) },
    { locale: 'zh-Hant-TW' },
    { timeZone: 'America/Argentina/ComodRivadavia' },
    { timeZone: 'UTC' },
  ])('takes %j', async (changes) => {
    const { by } = await world.person();
    expect(must(await world.profile.update(by, changes))).toMatchObject(changes);
  });
});

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { UserFilter } from '../../src/admin/store.ts';
import type { PagePoint } from '../../src/kernel/page.ts';
import { actor, anyone, must, PASSWORD, type People, people } from '../support/people.ts';

let world: People;
const names: string[] = [];
beforeAll(async () => {
  world = await people();
  for (let at = 0; at < 12; at += 1) {
    // Every third shares its instant with the one before: the id decides there.
    if (at % 3 !== 2) world.clock.advance(1);
    const username = `${at % 2 ? 'Even' : 'odd'}_${at}x`;
    must(
      await world.identity.register(anyone(), {
        username,
        email: `${at}@${username}.example.com`.replaceAll('_', '-'),
        password: PASSWORD,
      }),
    );
    names.unshift(username);
  }
});
afterAll(() => world.close());

const staff = actor(randomUUID());

const all = async (filter: UserFilter, limit: number, backward: boolean): Promise<string[]> => {
  const found: string[] = [];
  let from: PagePoint | undefined;
  for (;;) {
    const page = await world.admin.users(staff, filter, { limit, backward, from });
    const usernames = page.rows.map(({ username }) => username);
    expect(usernames.length).toBeLessThanOrEqual(limit);
    if (backward) found.unshift(...usernames);
    else found.push(...usernames);
    if (!page.hasMore) return found;
    from = backward ? page.rows[0] : page.rows.at(-1);
  }
};

describe('users', () => {
  test.each([1, 4, 12, 100])('come newest first in pages of %i, none twice, both ways', async (limit) => {
    expect(await all({}, limit, false)).toEqual(names);
    expect(await all({}, limit, true)).toEqual(names);
  });

  test('are found by a part of either name, regardless of case and without wildcards', async () => {
    const find = (search: string) => all({ search }, 5, false);
    expect(await find('EVEN')).toEqual(names.filter((name) => name.startsWith('Even')));
    expect(await find('d_1')).toEqual(names.filter((name) => name.includes('d_1')));
    expect(await find('7@even-7x')).toEqual(['Even_7x']);
    for (const search of ['%', '\\', 'o%d', 'd.4', '\u0000', 'x'.repeat(1000)]) {
      expect(await find(search)).toEqual(search === 'd.4' ? [] : []);
    }
  });

  test('are filtered by role and status', async () => {
    const { id } = (
      await world.admin.users(staff, { search: 'Even_7x' }, { limit: 1, backward: false, from: undefined })
    ).rows[0]!;
    await world.database.prisma.user.update({ where: { id }, data: { roles: ['AUDITOR'], status: 'SUSPENDED' } });
    expect(await all({ role: 'AUDITOR' }, 5, false)).toEqual(['Even_7x']);
    expect(await all({ status: 'SUSPENDED' }, 5, false)).toEqual(['Even_7x']);
    expect(await all({ role: 'ADMIN' }, 5, false)).toEqual([]);
    expect(await all({ status: 'ACTIVE', search: 'even' }, 5, false)).toHaveLength(5);
  });
});

test('a user is found by id; other ids and other texts give null', async () => {
  const person = await world.person();
  expect(await world.admin.user(staff, person.id)).toEqual(person.session.user);
  for (const id of [crypto.randomUUID(), 'nobody', '', '\u0000', person.username]) {
    expect(await world.admin.user(staff, id)).toBeNull();
  }
});

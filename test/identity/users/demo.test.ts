import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { demoUsers } from '../../../src/identity/users/demo.ts';
import { actor, anyone, codesOf, must, PASSWORD, type People, people } from '../../support/people.ts';

let world: People;
beforeEach(async () => {
  world = await people();
});
afterEach(() => world.close());

const login = (email: string, password: string) => world.identity.login(anyone(), { email, password });

describe('the demo users', () => {
  test('are made once, numbered from 1, each with an account, and sign in', async () => {
    const made = await world.identity.createDemoUsers();
    expect(made.map(({ email }) => email)).toEqual(['admin@example.com', 'user@example.com']);
    expect(await world.identity.createDemoUsers()).toEqual([]);
    const admin = must(await login('admin@example.com', 'admin123'));
    const user = must(await login('user@example.com', 'user123'));
    expect(admin.user).toMatchObject({ number: 1, username: 'admin', roles: ['ADMIN', 'USER'] });
    expect(user.user).toMatchObject({ number: 2, username: 'user', roles: ['USER'] });
    for (const { accountId, userId } of made) {
      const account = await world.database.prisma.account.findUniqueOrThrow({ where: { id: accountId } });
      expect(account).toMatchObject({ userId, kind: 'CUSTOMER', currency: 'USD' });
    }
  });

  test('are made once also by processes that start together', async () => {
    const starts = [world, world.sibling(), world.sibling()].map(({ identity }) => identity.createDemoUsers());
    expect((await Promise.all(starts)).flat()).toHaveLength(2);
    const numbers = await world.database.prisma.user.findMany({ select: { number: true }, orderBy: { number: 'asc' } });
    expect(numbers).toEqual([{ number: 1 }, { number: 2 }]);
  });

  test('stay deleted and keep a changed password over later starts', async () => {
    await world.identity.createDemoUsers();
    const admin = must(await login('admin@example.com', 'admin123'));
    const user = must(await login('user@example.com', 'user123'));
    const change = { currentPassword: 'admin123', newPassword: PASSWORD };
    must(await world.identity.changePassword(actor(admin.user.id), await world.viewerOf(admin), change));
    must(await world.identity.deleteAccount(actor(user.user.id), await world.viewerOf(user), { password: 'user123' }));
    expect(await world.identity.createDemoUsers()).toEqual([]);
    expect(codesOf(await login('admin@example.com', 'admin123'))).toEqual(['INVALID_CREDENTIALS']);
    must(await login('admin@example.com', PASSWORD));
    expect(codesOf(await login('user@example.com', 'user123'))).toEqual(['INVALID_CREDENTIALS']);
  });

  test('leave a name to the person who already has it', async () => {
    must(await world.identity.register(anyone(), { username: 'ADMIN', email: 'me@example.com', password: PASSWORD }));
    const made = await world.identity.createDemoUsers();
    expect(made.map(({ userId }) => userId)).toEqual([demoUsers[1]!.id]);
    expect(await world.identity.createDemoUsers()).toEqual([]);
  });
});

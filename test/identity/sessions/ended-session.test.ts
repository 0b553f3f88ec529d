import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeAt, enrolled } from '../../support/authenticator.ts';
import { anyone, blocks, must, PASSWORD, type People, people } from '../../support/people.ts';

/* A process knows a session for half a second longer than it is. What it asks meanwhile is refused where it would change how one signs in. */

let world: People;
beforeAll(async () => {
  world = await people();
  // Somebody must stay who may give roles.
  await world.person(['ADMIN']);
});
afterAll(() => world.close());

const NEW_PASSWORD = 'another-Kettle-of-fish';
type Person = Awaited<ReturnType<People['person']>>;

const changePassword = ({ by, viewer }: Pick<Person, 'by' | 'viewer'>) =>
  world.identity.changePassword(by, viewer, { currentPassword: PASSWORD, newPassword: NEW_PASSWORD });

type Change = (person: Person, code: string) => Promise<unknown>;
const password = PASSWORD;
const withFactor: [string, Change][] = [
  ['changePassword', changePassword],
  ['deleteAccount', ({ by, viewer }) => world.identity.deleteAccount(by, viewer, { password })],
  ['removeSecondFactor', ({ by, viewer }, code) => world.identity.removeSecondFactor(by, viewer, { password, code })],
  ['renewRecoveryCodes', ({ by, viewer }, code) => world.identity.renewRecoveryCodes(by, viewer, { password, code })],
  [
    'updateLogin, the password',
    ({ by, viewer }) =>
      world.identity.updateLogin({ ...anyone(), ...by }, viewer, {
        newPassword: NEW_PASSWORD,
        currentPassword: PASSWORD,
      }),
  ],
  [
    'updateLogin, the names, on a recent sign-in',
    ({ by, viewer, email }) => world.identity.updateLogin({ ...anyone(), ...by }, viewer, { email: `x${email}` }),
  ],
];
const withoutFactor: [string, Change][] = [
  ['enrolSecondFactor', ({ by, viewer }) => world.identity.enrolSecondFactor(by, viewer, { password })],
  ['confirmSecondFactor', ({ by, viewer }, code) => world.identity.confirmSecondFactor(by, viewer, { code })],
];

/** Everything that the commands could have changed. */
const stateOf = (id: string) =>
  world.database.prisma.user.findUniqueOrThrow({
    where: { id },
    include: {
      secondFactor: { include: { recoveryCodes: { orderBy: { hash: 'asc' } } } },
      sessions: { orderBy: { id: 'asc' } },
    },
  });

const endings: Record<string, (person: Person) => Promise<unknown>> = {
  'was ended': ({ by }) => world.identity.logoutEverywhere(by),
  'ran out': ({ id }) =>
    world.database.prisma.session.updateMany({ where: { userId: id }, data: { expiresAt: world.clock.now() } }),
  'is gone': ({ id }) => world.database.prisma.session.deleteMany({ where: { userId: id } }),
};

describe.each(Object.entries(endings))('a session that %s', (_, end) => {
  const expectNothing = async (person: Person, change: Change, code: string): Promise<void> => {
    await end(person);
    const before = await stateOf(person.id);
    await expect(change(person, code)).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      details: { reason: 'REVOKED' },
    });
    expect(await stateOf(person.id)).toEqual(before);
  };

  test.each(withFactor)('cannot %s', async (_, change) => {
    const person = await world.person();
    const { nextCode } = await enrolled(world, person);
    await expectNothing(person, change, nextCode());
  });

  test.each(withoutFactor)('cannot %s', async (_, change) => {
    const person = await world.person();
    const { secret } = must(await world.identity.enrolSecondFactor(person.by, person.viewer, {}));
    await expectNothing(person, change, codeAt(secret, world.clock.now()));
  });
});

test('a session that another one ended by a second factor is not replaced by a changed password', async () => {
  const person = await world.person();
  const stolen = must(await world.identity.login(anyone(), { email: person.email, password: PASSWORD }));
  const viewer = await world.viewerOf(stolen);
  await enrolled(world, person);
  await expect(changePassword({ by: person.by, viewer })).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  await world.viewerOf(person.session);
});

test('a session that a second factor ended is over while the store of the limits still keeps the answer back', async () => {
  const person = await world.person();
  const { by, viewer, email } = person;
  const other = must(await world.identity.login(anyone(), { email, password: PASSWORD }));
  await world.viewerOf(other);
  const { secret } = must(await world.identity.enrolSecondFactor(by, viewer, {}));
  const [users, store] = [await world.database.pool.connect(), await world.database.pool.connect()];
  try {
    await users.query('BEGIN');
    await users.query('SELECT 1 FROM users WHERE id = $1 FOR UPDATE', [person.id]);
    const code = codeAt(secret, world.clock.now());
    const confirmed = world.identity.confirmSecondFactor(by, viewer, { code });
    await blocks(users);
    await store.query('BEGIN');
    const { rowCount } = await store.query('SELECT 1 FROM sign_in_failures WHERE key LIKE $1 FOR UPDATE', [
      `%code%${person.id}`,
    ]);
    expect(rowCount).toBe(1);
    await users.query('COMMIT');
    await blocks(store);
    expect(await world.identity.authenticate(other.accessToken)).toEqual({ problem: 'REVOKED' });
    await store.query('COMMIT');
    must(await confirmed);
  } finally {
    users.release(true);
    store.release(true);
  }
});

test.each([true, false])(
  'the session after a changed password has shown a second factor as the one before: %s',
  async (shown) => {
    const person = await world.person();
    await enrolled(world, person);
    const { prisma } = world.database;
    await prisma.session.updateMany({ where: { userId: person.id }, data: { secondFactor: shown } });
    const fresh = must(await changePassword(person));
    const { sessionId } = await world.viewerOf(fresh);
    expect(await prisma.session.findUnique({ where: { id: sessionId } })).toMatchObject({ secondFactor: shown });
  },
);

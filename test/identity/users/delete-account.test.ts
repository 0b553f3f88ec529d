import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { anyone, blocks, codesOf, must, PASSWORD, type People, people } from '../../support/people.ts';

let world: People;
beforeAll(async () => {
  world = await people();
  // Somebody must stay who may give roles.
  await world.person(['ADMIN']);
});
afterAll(() => world.close());

/** The tables that hold a text anywhere in them, in any column of any row. */
const tablesWith = async (text: string): Promise<string[]> => {
  const { rows } = await world.database.pool.query<{ name: string }>(
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_name <> '_prisma_migrations'",
  );
  expect(rows.length).toBeGreaterThan(10);
  const found: string[] = [];
  for (const { name } of rows) {
    const hits = await world.database.pool.query(`SELECT 1 FROM "${name}" AS row WHERE row::text ILIKE $1`, [
      `%${text}%`,
    ]);
    if (hits.rowCount !== 0) found.push(name);
  }
  return found;
};

describe('deleteAccount', () => {
  test('leaves no trace of the person in any table, while the books stay', async () => {
    const { id, by, viewer, username, email, session } = await world.person();
    const profile = { displayName: 'Wilhelmina Quist', locale: 'nl-BE', timeZone: 'Europe/Brussels' };
    must(await world.profile.update(by, profile));
    const { passwordHash, number } = await world.database.prisma.user.findUniqueOrThrow({ where: { id } });
    const traces = [username, email, profile.displayName, profile.locale, profile.timeZone, passwordHash];
    for (const trace of traces) expect(await tablesWith(trace)).not.toEqual([]);

    must(await world.identity.deleteAccount(by, viewer, { password: PASSWORD }));

    for (const trace of traces) expect(await tablesWith(trace)).toEqual([]);
    const row = await world.database.prisma.user.findUniqueOrThrow({ where: { id }, include: { accounts: true } });
    expect(row).toMatchObject({ number, username: `deleted-${number}`, status: 'CLOSED', roles: ['USER'] });
    expect(row.accounts).toMatchObject([{ status: 'CLOSED' }]);
    expect(await world.database.prisma.session.count({ where: { userId: id, revokedAt: null } })).toBe(0);
    expect(await world.identity.authenticate(session.accessToken)).toEqual({ problem: 'REVOKED' });
  });

  test('frees the names, and nobody can sign in as the one who left or take the replacement names', async () => {
    const { by, viewer, username, email } = await world.person();
    must(await world.identity.deleteAccount(by, viewer, { password: PASSWORD }));
    const deleted = `deleted-${viewer.number}`;
    const names = [
      { email },
      { username },
      { username: deleted },
      { username: `@${deleted}` },
      { email: `@${deleted}` },
      { email: `${deleted}@deleted.invalid` },
    ];
    for (const name of names) {
      const answer = await world.identity.login(anyone(), { ...name, password: PASSWORD });
      expect(codesOf(answer)).toEqual(['INVALID_CREDENTIALS']);
    }
    must(await world.identity.register(anyone(), { username, email, password: PASSWORD }));
  });

  test('is refused with a wrong password and while orders are open, and changes nothing', async () => {
    const { id, by, viewer, session } = await world.person();
    const remove = (password: string) => world.identity.deleteAccount(by, viewer, { password });
    expect(await remove('wrong')).toMatchObject({ failures: [{ code: 'INVALID_CREDENTIALS', field: ['password'] }] });
    const { prisma } = world.database;
    await prisma.account.updateMany({ where: { userId: id }, data: { openOrders: 2 } });
    expect(codesOf(await remove(PASSWORD))).toEqual(['OPEN_ORDERS']);
    expect((await world.viewerOf(session)).id).toBe(id);
    await prisma.account.updateMany({ where: { userId: id }, data: { openOrders: 0 } });
    must(await remove(PASSWORD));
    const lines = await prisma.auditEntry.findMany({
      where: { action: 'deleteAccount', actorId: id },
      orderBy: { id: 'asc' },
    });
    expect(lines.map(({ outcome }) => outcome)).toEqual(['INVALID_CREDENTIALS', 'OPEN_ORDERS', 'OK']);
  });

  test('waits for an order that is being placed, and then sees it', async () => {
    const { id, by, viewer } = await world.person();
    const client = await world.database.pool.connect();
    try {
      await client.query('BEGIN');
      await client.query('SELECT 1 FROM accounts WHERE user_id = $1 FOR UPDATE', [id]);
      const removal = world.identity.deleteAccount(by, viewer, { password: PASSWORD });
      await client.query('UPDATE accounts SET open_orders = 1 WHERE user_id = $1', [id]);
      await blocks(client);
      await client.query('COMMIT');
      expect(codesOf(await removal)).toEqual(['OPEN_ORDERS']);
    } finally {
      client.release();
    }
  });
});

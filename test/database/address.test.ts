import { randomUUID } from 'node:crypto';
import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../src/database/connect.ts';
import { type Database, openDatabase } from '../../src/database/database.ts';
import { migrate } from '../../src/database/migrate.ts';
import { emptyDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await emptyDatabase();
});
afterAll(() => database.close());

const changed = (change: (url: URL) => void): string => {
  const url = new URL(database.url);
  change(url);
  return url.href;
};

const refusal = async (url: string): Promise<string> => {
  const error = await migrate(url).then(
    () => new Error('not refused'),
    (reason: Error) => reason,
  );
  return error.message;
};

test('a wrong password is named without being shown', async () => {
  const message = await refusal(changed((url) => Object.assign(url, { password: 'not-the-password' })));
  expect(message).toMatch(
    /^DATABASE_URL: cannot connect to bourse@127\.0\.0\.1:\d+\/test_\w+: user or password refused$/,
  );
});

test('an unknown database is named', async () => {
  const message = await refusal(changed((url) => Object.assign(url, { pathname: '/nowhere' })));
  expect(message).toMatch(/^DATABASE_URL: cannot connect to \S+: database "nowhere" does not exist$/);
});

test('a port where nobody listens is named', async () => {
  const message = await refusal('postgresql://someone:secret@127.0.0.1:1/bourse');
  expect(message).toBe('DATABASE_URL: cannot connect to someone@127.0.0.1:1/bourse: connect ECONNREFUSED 127.0.0.1:1');
});

/** Speaks just enough of the protocol to be asked for its version; a real Postgres 14 is not at hand. */
const oldPostgres = () => {
  const message = (type: string, ...parts: Buffer[]) => {
    const body = Buffer.concat(parts);
    const length = Buffer.alloc(4);
    length.writeInt32BE(body.length + 4);
    return Buffer.concat([Buffer.from(type), length, body]);
  };
  const int = (bytes: number, value: number) => {
    const buffer = Buffer.alloc(bytes);
    buffer.writeIntBE(value, 0, bytes);
    return buffer;
  };
  const column = (name: string) =>
    Buffer.concat([Buffer.from(`${name}\0`), int(4, 0), int(2, 0), int(4, 25), int(2, -1), int(4, -1), int(2, 0)]);
  const value = (text: string) => Buffer.concat([int(4, text.length), Buffer.from(text)]);
  const ready = message('Z', Buffer.from('I'));
  return createServer((socket) => {
    socket.once('data', () => {
      socket.write(Buffer.concat([message('R', int(4, 0)), ready]));
      socket.on('data', (request) => {
        if (request[0] !== 'Q'.charCodeAt(0)) return;
        socket.write(
          Buffer.concat([
            message('T', int(2, 2), column('number'), column('text')),
            message('D', int(2, 2), value('140009'), value('14.9')),
            message('C', Buffer.from('SELECT 1\0')),
            ready,
          ]),
        );
      });
    });
  });
};

test('a Postgres that is too old is refused', async () => {
  const server = oldPostgres();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const message = await refusal(`postgresql://someone@127.0.0.1:${port}/bourse`);
  server.close();
  expect(message).toBe('DATABASE_URL: Postgres 14.9 is too old; 15 or newer is needed');
});

/** A database whose owner is an ordinary user, as a hosting service gives it. */
const ownedBy = async (role: string, rights: string, more: (name: string) => string[] = () => []) => {
  const owned = await emptyDatabase();
  const name = `${role}_${randomUUID().slice(0, 8)}`;
  const admin = await connect(owned.url);
  for (const sql of [
    `CREATE ROLE ${name} LOGIN ${rights} PASSWORD 'plain'`,
    `ALTER DATABASE ${new URL(owned.url).pathname.slice(1)} OWNER TO ${name}`,
    ...more(name),
  ])
    await admin.query(sql);
  await admin.end();
  const url = new URL(owned.url);
  Object.assign(url, { username: name, password: 'plain' });
  return { name, url: url.href, close: owned.close };
};

const userOf = async (opened: Database): Promise<string> => {
  const { rows } = await opened.pool.query<{ user: string }>('SELECT current_user::text AS "user"');
  return rows[0]!.user;
};

test('an owner who may not create roles is warned once, and the server runs as that owner', async () => {
  const owned = await ownedBy('plain', 'NOCREATEROLE');
  const { applied, warnings } = await migrate(owned.url);
  expect(applied.length).toBeGreaterThan(0);
  expect(warnings).toEqual(
    ['bourse_app', 'bourse_viewer'].map((role) =>
      expect.stringContaining(`its user may not create or take the role ${role}`),
    ),
  );
  const opened = await openDatabase(owned.url);
  expect(await userOf(opened)).toBe(owned.name);
  await expect(opened.pool.query('DELETE FROM postings')).rejects.toThrow('of append-only table');
  await opened.close();
  await owned.close();
});

test('an owner who may create roles takes the application role', async () => {
  // The role exists already, so its creation is stood in for by the right that the creator has: to administer it.
  const owned = await ownedBy('maker', 'CREATEROLE', (name) => [
    `GRANT bourse_app, bourse_viewer TO ${name} WITH ADMIN TRUE, INHERIT FALSE, SET FALSE`,
  ]);
  expect((await migrate(owned.url)).warnings).toEqual([]);
  const opened = await openDatabase(owned.url);
  expect(await userOf(opened)).toBe('bourse_app');
  await opened.close();
  await owned.close();
});

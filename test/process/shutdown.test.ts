import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  type DataFolder,
  dataFolder,
  isAlive,
  launch,
  npmStart,
  startScript,
  startServer,
  usedFolder,
} from '../support/process.ts';
import { until } from '../support/until.ts';

let used: DataFolder;
let folder: DataFolder;
beforeAll(async () => {
  used = await usedFolder();
});
afterAll(() => used.remove());
beforeEach(() => {
  folder = dataFolder(used);
});
afterEach(() => folder.remove());

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`${signal} ends the server and its database, and a second start finds the data again`, async () => {
    const first = await startServer(folder.path);
    await folder.ask(`INSERT INTO assets VALUES ('XTS', 'kept', 2)`);
    const postgres = folder.postgresPid();
    first.signal(signal);
    expect(await first.ended).toBe(0);
    expect(isAlive(postgres)).toBe(false);
    expect(existsSync(join(folder.path, 'postgres-18/postmaster.pid'))).toBe(false);
    expect(existsSync(join(folder.path, 'server.lock'))).toBe(false);

    await startServer(folder.path);
    expect(await folder.ask(`SELECT name FROM assets WHERE code = 'XTS'`)).toEqual([{ name: 'kept' }]);
  });
}

test('a signal while the server is still starting ends it too, with its database', async () => {
  const server = launch(folder.path);
  const pidFile = join(folder.path, 'postgres-18/postmaster.pid');
  await until(() => existsSync(pidFile));
  server.signal('SIGINT');
  expect(await server.ended).toBe(0);
  expect(existsSync(pidFile)).toBe(false);
});

test('a request that is being worked on is answered before the server ends', async () => {
  const server = await startServer(folder.path);
  const blocker = await folder.connect();
  await blocker.query('BEGIN; LOCK TABLE sessions');
  const answer = fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      query: `mutation { login(input: { email: "user@example.com", password: "user123" }) { session { tokenType } } }`,
    }),
  });
  const waiting = `SELECT count(*)::int AS n FROM pg_locks WHERE NOT granted AND relation = 'sessions'::regclass`;
  await until(async () => (await blocker.query(waiting)).rows[0].n > 0);
  server.signal('SIGTERM');
  await until(() => server.stdout().includes('Ending'));
  await blocker.query('COMMIT');
  expect(await (await answer).json()).toMatchObject({ data: { login: { session: { tokenType: 'Bearer' } } } });
  expect(await server.ended).toBe(0);
});

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  test(`npm start that gets ${signal} ends the server and the database`, async () => {
    const npm = await startServer(folder.path, {}, npmStart);
    const postgres = folder.postgresPid();
    npm.signal(signal);
    await npm.exited;
    expect(isAlive(postgres)).toBe(false);
    expect(existsSync(join(folder.path, 'server.lock'))).toBe(false);
  });

test('npm start that is killed and started at once waits for the server before it', async () => {
  const npm = await startServer(folder.path, {}, npmStart);
  npm.signal('SIGKILL');
  await npm.exited;
  await startServer(folder.path, {}, npmStart);
});

test('the start script passes a signal on and answers with the exit code', async () => {
  const script = await startServer(folder.path, {}, startScript);
  const postgres = folder.postgresPid();
  script.signal('SIGINT');
  expect(await script.ended).toBe(0);
  expect(isAlive(postgres)).toBe(false);
});

test('the start script that is killed takes the server and the database along', async () => {
  const script = await startServer(folder.path, {}, startScript);
  const postgres = folder.postgresPid();
  script.signal('SIGKILL');
  await until(() => !isAlive(postgres));
  await until(() => !existsSync(join(folder.path, 'server.lock')));
});

import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type DataFolder, dataFolder, isAlive, launch, startServer, usedFolder } from '../support/process.ts';
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

const keep = () => folder.ask(`INSERT INTO assets VALUES ('XTS', 'kept', 2)`);
const expectKept = async () =>
  expect(await folder.ask(`SELECT name FROM assets WHERE code = 'XTS'`)).toEqual([{ name: 'kept' }]);

test('kill -9 of the server alone: the next start ends the database it left and finds the data', async () => {
  const first = await startServer(folder.path);
  await keep();
  const orphan = folder.postgresPid();
  first.signal('SIGKILL');
  await first.ended;
  expect(isAlive(orphan)).toBe(true);

  await startServer(folder.path);
  expect(isAlive(orphan)).toBe(false);
  await expectKept();
});

test('kill -9 of the server and the database: the next start recovers', async () => {
  const first = await startServer(folder.path);
  await keep();
  const postgres = folder.postgresPid();
  first.signal('SIGKILL');
  process.kill(postgres, 'SIGKILL');
  await first.ended;

  await startServer(folder.path);
  expect(folder.postgresPid()).not.toBe(postgres);
  await expectKept();
});

test('kill -9 of the database alone: it is brought back at the same address', async () => {
  await startServer(folder.path);
  await keep();
  const postgres = folder.postgresPid();
  const address = readFileSync(join(folder.path, 'postgres-18/postmaster.pid'), 'utf8').split('\n')[3];
  process.kill(postgres, 'SIGKILL');
  const pidFile = () => {
    try {
      return readFileSync(join(folder.path, 'postgres-18/postmaster.pid'), 'utf8').split('\n');
    } catch {
      return [];
    }
  };
  await until(() => pidFile()[0] !== String(postgres) && pidFile()[7]?.trim() === 'ready');
  expect(pidFile()[3]).toBe(address);
  await expectKept();
});

test('a pid file and a lock whose pids belong to other processes by now do not stop the start', async () => {
  const first = await startServer(folder.path);
  await keep();
  const pidFile = join(folder.path, 'postgres-18/postmaster.pid');
  const lines = readFileSync(pidFile, 'utf8').split('\n');
  first.signal('SIGTERM');
  await first.ended;

  const stranger = spawn('sleep', ['60'], { stdio: 'ignore' });
  writeFileSync(pidFile, [stranger.pid, ...lines.slice(1)].join('\n'));
  writeFileSync(join(folder.path, 'server.lock'), JSON.stringify({ pid: stranger.pid, birth: '1' }));
  await startServer(folder.path);
  expect(isAlive(stranger.pid!)).toBe(true);
  stranger.kill();
  await expectKept();
});

test('a first start that is killed while it makes the database is made good by the next', async () => {
  await folder.remove();
  folder = dataFolder();
  const first = launch(folder.path);
  await until(() => existsSync(folder.path) && readdirSync(folder.path).some((name) => name.includes('.new-')));
  first.signal('SIGKILL');
  await first.ended;
  expect(existsSync(join(folder.path, 'postgres-18'))).toBe(false);

  await startServer(folder.path);
  expect(readdirSync(folder.path).filter((name) => name.includes('.new-'))).toEqual([]);
});

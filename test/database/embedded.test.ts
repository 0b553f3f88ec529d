import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { findUser } from '../../src/database/embedded/binaries.ts';
import { lockFolder } from '../../src/database/embedded/folder-lock.ts';
import { startPostgres } from '../../src/database/embedded/server.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bourse-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const passwd = (...names: string[]) => names.map((name, at) => `${name}:x:${at}:${at + 100}::/:/bin/false`).join('\n');

test('root hands Postgres to the user postgres, else to nobody, else to no one', () => {
  expect(findUser(passwd('root', 'nobody', 'postgres'))).toEqual({ uid: 2, gid: 102 });
  expect(findUser(passwd('root', 'nobody', 'postgresql'))).toEqual({ uid: 1, gid: 101 });
  expect(findUser(passwd('root'))).toBeUndefined();
});

test('the embedded Postgres is 18, listens on this machine only and shows its password to nobody', async () => {
  const url = new URL(inject('postgresUrl'));
  const client = new pg.Client(url.href);
  await client.connect();
  const ask = async (sql: string) => (await client.query(sql)).rows[0].answer;
  expect(await ask(`SELECT current_setting('server_version_num')::int / 10000 AS answer`)).toBe(18);
  expect(await ask(`SELECT current_setting('listen_addresses') AS answer`)).toBe('127.0.0.1');
  expect(await ask(`SELECT current_setting('unix_socket_directories') AS answer`)).toBe('');
  expect(await ask(`SELECT rolpassword LIKE 'SCRAM-SHA-256%' AS answer FROM pg_authid WHERE rolname = 'bourse'`)).toBe(
    true,
  );
  await client.end();
  const wrong = new pg.Client(Object.assign(new URL(url), { password: '' }).href);
  await expect(wrong.connect()).rejects.toThrow();
  if (process.platform !== 'linux') return;
  const commands = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      } catch {
        return '';
      }
    });
  expect(commands.filter((command) => command.includes(url.password))).toEqual([]);
});

test('a folder is locked by one, released, and a lock that nobody holds any more is taken', () => {
  const first = lockFolder(folder);
  expect(first.taken).toBe(true);
  expect(lockFolder(folder)).toEqual({ taken: false, pid: process.pid });
  if (first.taken) first.release();
  for (const left of [
    JSON.stringify({ pid: process.pid, birth: '1' }),
    JSON.stringify({ pid: 2 ** 22, birth: '9' }),
    '{"pi',
  ]) {
    writeFileSync(join(folder, 'server.lock'), left);
    const next = lockFolder(folder);
    expect(next.taken).toBe(true);
    if (next.taken) next.release();
  }
});

test('of many processes that meet one stale lock, exactly one takes it', async () => {
  writeFileSync(join(folder, 'server.lock'), JSON.stringify({ pid: 2 ** 22, birth: '9' }));
  const module = fileURLToPath(new URL('../../src/database/embedded/folder-lock.ts', import.meta.url));
  const script = `import { lockFolder } from ${JSON.stringify(module)};
    process.stdout.write(lockFolder(${JSON.stringify(folder)}).taken ? 'taken' : 'refused');
    process.stdin.resume();`;
  const children = Array.from({ length: 8 }, () => spawn(process.execPath, ['--input-type=module', '-e', script]));
  const answers = await Promise.all(children.map(async ({ stdout }) => String((await once(stdout, 'data'))[0])));
  for (const child of children) child.kill();
  expect(answers.toSorted()).toEqual([...Array.from({ length: 7 }, () => 'refused'), 'taken']);
  expect(readdirSync(folder)).toEqual(['server.lock']);
});

test('a process of a killed Postgres that writes its end into the log is not taken for a failure of the next', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bourse-log-'));
  const postgres = join(folder, 'postgres');
  const old = 'FATAL:  terminating connection due to unexpected postmaster exit';
  writeFileSync(
    postgres,
    `#!/bin/sh\nif [ -e tried ]; then echo 'FATAL:  its own reason' >&2; else touch tried; echo '${old}' >&2; fi\nexit 1\n`,
    { mode: 0o755 },
  );
  const plan = { postgres, data: folder, log: join(folder, 'log'), runAs: undefined, durable: false };
  await expect(startPostgres(plan)).rejects.toThrow('its own reason');
  rmSync(folder, { recursive: true });
});

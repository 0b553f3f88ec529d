import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type DataFolder, dataFolder, launch, startServer } from '../support/process.ts';

let folder: DataFolder;
beforeEach(() => {
  folder = dataFolder();
});
afterEach(() => folder.remove());

/** Everything a refused start said on stderr; it must end with exit code 1. */
const refusal = async (environment: Record<string, string>, dataDir = folder.path): Promise<string> => {
  const server = launch(dataDir, environment);
  expect(await server.ended).toBe(1);
  return server.stderr();
};

test('a port that is taken is named in one line, and no database is left running', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as { port: number };
  expect(await refusal({ PORT: String(port) })).toBe(`PORT: ${port} is already in use on 127.0.0.1\n`);
  expect(existsSync(join(folder.path, 'postgres-18/postmaster.pid'))).toBe(false);
  other.close();
});

test('a database that cannot be reached is named in one line, without its password', async () => {
  expect(await refusal({ DATABASE_URL: 'postgresql://someone:hidden@127.0.0.1:1/bourse' })).toBe(
    'DATABASE_URL: cannot connect to someone@127.0.0.1:1/bourse: connect ECONNREFUSED 127.0.0.1:1\n',
  );
});

test('an address that is none is named in one line, without its password', async () => {
  const line = await refusal({ DATABASE_URL: 'postgresql://someone:hidden@127.0.0.1:99999/bourse' });
  expect(line).toMatch(/^DATABASE_URL: cannot connect to an address that is none: .*\n$/);
  expect(line).not.toContain('hidden');
});

test.runIf(process.platform === 'linux')('a data folder that can never be made is named in one line', async () => {
  expect(await refusal({}, '/proc/nowhere/data')).toMatch(/^DATA_DIR: .*\n$/);
});

test('a value that is no value is named in one line', async () => {
  expect(await refusal({ PORT: 'eighty' })).toMatch(/^PORT: .*\n$/);
});

test('a data folder that cannot be written is named in one line', async () => {
  const file = join(folder.path, 'a-file');
  writeFileSync(file, '');
  // With a key of its own the server first writes for its database; without, for its key.
  for (const environment of [{}, { JWT_SECRET_KEY: 'a key that is made up for this one test' }] as const)
    expect(await refusal(environment, file)).toMatch(/^DATA_DIR: \S+a-file cannot be written \(EEXIST\)\n$/);
});

test('a second server on one data folder is told who has it', async () => {
  const first = await startServer(folder.path);
  expect(await refusal({})).toBe(`DATA_DIR: ${folder.path} is in use by process ${first.pid}\n`);
});
